build-san/fcgi/pki/openssl.o: fcgi/pki/openssl.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/base/log.h fcgi/pki/openssl.h fcgi/base/clock.h \
 fcgi/pki/cert.h fcgi/base/iin.h fcgi/base/rc.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/log.h:
fcgi/pki/openssl.h:
fcgi/base/clock.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
