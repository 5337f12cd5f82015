build-san/fcgi/form/content.o: fcgi/form/content.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/base/mem.h fcgi/form/parts.h fcgi/form/form.h \
 fcgi/base/clock.h fcgi/base/rc.h fcgi/pki/cert.h fcgi/base/iin.h \
 fcgi/pki/sig.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/mem.h:
fcgi/form/parts.h:
fcgi/form/form.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/pki/sig.h:
