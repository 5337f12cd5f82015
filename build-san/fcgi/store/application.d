build-san/fcgi/store/application.o: fcgi/store/application.c \
 fcgi/base/encode.h fcgi/base/buf.h fcgi/store/application.h \
 fcgi/pki/cert.h fcgi/base/clock.h fcgi/base/iin.h fcgi/base/rc.h \
 fcgi/store/db.h fcgi/base/conf.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/store/application.h:
fcgi/pki/cert.h:
fcgi/base/clock.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/store/db.h:
fcgi/base/conf.h:
