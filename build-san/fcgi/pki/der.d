build-san/fcgi/pki/der.o: fcgi/pki/der.c fcgi/pki/der.h fcgi/base/buf.h \
 fcgi/base/clock.h fcgi/pki/openssl.h fcgi/pki/cert.h fcgi/base/iin.h \
 fcgi/base/rc.h
fcgi/pki/der.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/pki/openssl.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
