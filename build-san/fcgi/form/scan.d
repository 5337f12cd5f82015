build-san/fcgi/form/scan.o: fcgi/form/scan.c fcgi/form/parts.h \
 fcgi/form/form.h fcgi/base/buf.h fcgi/base/clock.h fcgi/base/rc.h \
 fcgi/pki/cert.h fcgi/base/iin.h fcgi/pki/sig.h
fcgi/form/parts.h:
fcgi/form/form.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/pki/sig.h:
