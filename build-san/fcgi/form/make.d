build-san/fcgi/form/make.o: fcgi/form/make.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/base/hash.h fcgi/form/form.h fcgi/base/clock.h \
 fcgi/base/rc.h fcgi/pki/cert.h fcgi/base/iin.h fcgi/form/parts.h \
 fcgi/pki/sig.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/hash.h:
fcgi/form/form.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/form/parts.h:
fcgi/pki/sig.h:
