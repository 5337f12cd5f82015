build-san/fcgi/pki/issuer_key.o: fcgi/pki/issuer_key.c fcgi/base/hash.h \
 fcgi/base/log.h fcgi/base/mem.h fcgi/pki/der.h fcgi/base/buf.h \
 fcgi/base/clock.h fcgi/pki/issuer_key.h fcgi/pki/cert.h fcgi/base/iin.h \
 fcgi/base/rc.h fcgi/pki/openssl.h
fcgi/base/hash.h:
fcgi/base/log.h:
fcgi/base/mem.h:
fcgi/pki/der.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/pki/issuer_key.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/pki/openssl.h:
