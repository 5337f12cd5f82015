build-san/fcgi/pki/lint.o: fcgi/pki/lint.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/base/log.h fcgi/pki/der.h fcgi/base/clock.h \
 fcgi/pki/issuer_key.h fcgi/pki/cert.h fcgi/base/iin.h fcgi/base/rc.h \
 fcgi/pki/lint.h fcgi/pki/profile.h fcgi/pki/openssl.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/log.h:
fcgi/pki/der.h:
fcgi/base/clock.h:
fcgi/pki/issuer_key.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/pki/lint.h:
fcgi/pki/profile.h:
fcgi/pki/openssl.h:
