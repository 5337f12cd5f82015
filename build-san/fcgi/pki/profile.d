build-san/fcgi/pki/profile.o: fcgi/pki/profile.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/base/log.h fcgi/base/mem.h fcgi/pki/der.h \
 fcgi/base/clock.h fcgi/pki/profile.h fcgi/base/rc.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/log.h:
fcgi/base/mem.h:
fcgi/pki/der.h:
fcgi/base/clock.h:
fcgi/pki/profile.h:
fcgi/base/rc.h:
