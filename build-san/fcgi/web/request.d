build-san/fcgi/web/request.o: fcgi/web/request.c fcgi/web/request.h \
 fcgi/base/buf.h fcgi/base/conf.h fcgi/base/rc.h fcgi/store/db.h \
 fcgi/base/clock.h fcgi/store/session.h fcgi/pki/cert.h fcgi/base/iin.h \
 fcgi/web/i18n.h fcgi/base/encode.h fcgi/web/fields.h
fcgi/web/request.h:
fcgi/base/buf.h:
fcgi/base/conf.h:
fcgi/base/rc.h:
fcgi/store/db.h:
fcgi/base/clock.h:
fcgi/store/session.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/web/i18n.h:
fcgi/base/encode.h:
fcgi/web/fields.h:
