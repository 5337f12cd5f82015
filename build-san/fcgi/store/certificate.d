build-san/fcgi/store/certificate.o: fcgi/store/certificate.c \
 fcgi/base/log.h fcgi/store/certificate.h fcgi/form/form.h \
 fcgi/base/buf.h fcgi/base/clock.h fcgi/base/rc.h fcgi/pki/cert.h \
 fcgi/base/iin.h fcgi/store/db.h fcgi/base/conf.h
fcgi/base/log.h:
fcgi/store/certificate.h:
fcgi/form/form.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/store/db.h:
fcgi/base/conf.h:
