build-san/fcgi/web/response.o: fcgi/web/response.c fcgi/web/response.h \
 fcgi/form/form.h fcgi/base/buf.h fcgi/base/clock.h fcgi/base/rc.h \
 fcgi/pki/cert.h fcgi/base/iin.h fcgi/web/fields.h fcgi/web/request.h \
 fcgi/base/conf.h fcgi/store/db.h fcgi/store/session.h fcgi/web/i18n.h \
 fcgi/base/encode.h fcgi/base/log.h fcgi/web/route.h fcgi/web/view.h
fcgi/web/response.h:
fcgi/form/form.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/web/fields.h:
fcgi/web/request.h:
fcgi/base/conf.h:
fcgi/store/db.h:
fcgi/store/session.h:
fcgi/web/i18n.h:
fcgi/base/encode.h:
fcgi/base/log.h:
fcgi/web/route.h:
fcgi/web/view.h:
