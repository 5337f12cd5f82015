build-san/fcgi/pki/issue.o: fcgi/pki/issue.c fcgi/base/log.h \
 fcgi/base/random.h fcgi/pki/der.h fcgi/base/buf.h fcgi/base/clock.h \
 fcgi/pki/issue.h fcgi/pki/issuer_key.h fcgi/pki/cert.h fcgi/base/iin.h \
 fcgi/base/rc.h fcgi/pki/profile.h fcgi/pki/openssl.h
fcgi/base/log.h:
fcgi/base/random.h:
fcgi/pki/der.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/pki/issue.h:
fcgi/pki/issuer_key.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/pki/profile.h:
fcgi/pki/openssl.h:
