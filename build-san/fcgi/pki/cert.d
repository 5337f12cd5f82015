build-san/fcgi/pki/cert.o: fcgi/pki/cert.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/base/hash.h fcgi/base/log.h fcgi/base/mem.h \
 fcgi/pki/cert.h fcgi/base/clock.h fcgi/base/iin.h fcgi/base/rc.h \
 fcgi/pki/openssl.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/hash.h:
fcgi/base/log.h:
fcgi/base/mem.h:
fcgi/pki/cert.h:
fcgi/base/clock.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/pki/openssl.h:
