build-san/fcgi/store/signed_form.o: fcgi/store/signed_form.c \
 fcgi/base/encode.h fcgi/base/buf.h fcgi/base/hash.h fcgi/base/mem.h \
 fcgi/store/certificate.h fcgi/form/form.h fcgi/base/clock.h \
 fcgi/base/rc.h fcgi/pki/cert.h fcgi/base/iin.h fcgi/store/db.h \
 fcgi/base/conf.h fcgi/store/event.h fcgi/store/signed_form.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/hash.h:
fcgi/base/mem.h:
fcgi/store/certificate.h:
fcgi/form/form.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/store/db.h:
fcgi/base/conf.h:
fcgi/store/event.h:
fcgi/store/signed_form.h:
