build-san/fcgi/routes/applications/applications_statement.o: \
 fcgi/routes/applications/applications_statement.c \
 fcgi/routes/applications/applications.h fcgi/store/application.h \
 fcgi/pki/cert.h fcgi/base/clock.h fcgi/base/iin.h fcgi/base/rc.h \
 fcgi/store/db.h fcgi/base/conf.h fcgi/store/signed_form.h \
 fcgi/form/form.h fcgi/base/buf.h fcgi/web/request.h fcgi/store/session.h \
 fcgi/web/i18n.h fcgi/document/apart.h fcgi/document/statement.h \
 fcgi/web/response.h fcgi/web/fields.h fcgi/web/shown.h \
 fcgi/store/register.h
fcgi/routes/applications/applications.h:
fcgi/store/application.h:
fcgi/pki/cert.h:
fcgi/base/clock.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/store/db.h:
fcgi/base/conf.h:
fcgi/store/signed_form.h:
fcgi/form/form.h:
fcgi/base/buf.h:
fcgi/web/request.h:
fcgi/store/session.h:
fcgi/web/i18n.h:
fcgi/document/apart.h:
fcgi/document/statement.h:
fcgi/web/response.h:
fcgi/web/fields.h:
fcgi/web/shown.h:
fcgi/store/register.h:
