build-san/fcgi/pki/crl_read.o: fcgi/pki/crl_read.c fcgi/base/log.h \
 fcgi/base/mem.h fcgi/pki/crl.h fcgi/pki/issuer_key.h fcgi/base/buf.h \
 fcgi/pki/cert.h fcgi/base/clock.h fcgi/base/iin.h fcgi/base/rc.h \
 fcgi/pki/der.h fcgi/pki/openssl.h
fcgi/base/log.h:
fcgi/base/mem.h:
fcgi/pki/crl.h:
fcgi/pki/issuer_key.h:
fcgi/base/buf.h:
fcgi/pki/cert.h:
fcgi/base/clock.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/pki/der.h:
fcgi/pki/openssl.h:
