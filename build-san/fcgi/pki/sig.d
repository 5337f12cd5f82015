build-san/fcgi/pki/sig.o: fcgi/pki/sig.c fcgi/pki/openssl.h \
 fcgi/base/buf.h fcgi/base/clock.h fcgi/pki/cert.h fcgi/base/iin.h \
 fcgi/base/rc.h fcgi/pki/sig.h
fcgi/pki/openssl.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/pki/sig.h:
