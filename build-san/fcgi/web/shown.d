build-san/fcgi/web/shown.o: fcgi/web/shown.c fcgi/web/shown.h \
 fcgi/store/application.h fcgi/pki/cert.h fcgi/base/clock.h \
 fcgi/base/iin.h fcgi/base/rc.h fcgi/store/db.h fcgi/base/conf.h \
 fcgi/store/register.h fcgi/web/request.h fcgi/base/buf.h \
 fcgi/store/session.h fcgi/web/i18n.h fcgi/web/view.h
fcgi/web/shown.h:
fcgi/store/application.h:
fcgi/pki/cert.h:
fcgi/base/clock.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/store/db.h:
fcgi/base/conf.h:
fcgi/store/register.h:
fcgi/web/request.h:
fcgi/base/buf.h:
fcgi/store/session.h:
fcgi/web/i18n.h:
fcgi/web/view.h:
