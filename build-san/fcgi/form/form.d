build-san/fcgi/form/form.o: fcgi/form/form.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/base/random.h fcgi/form/form.h fcgi/base/clock.h \
 fcgi/base/rc.h fcgi/pki/cert.h fcgi/base/iin.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/random.h:
fcgi/form/form.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
