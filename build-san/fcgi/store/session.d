build-san/fcgi/store/session.o: fcgi/store/session.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/base/hash.h fcgi/base/log.h fcgi/base/mem.h \
 fcgi/base/random.h fcgi/store/session.h fcgi/store/db.h \
 fcgi/base/clock.h fcgi/base/conf.h fcgi/base/rc.h fcgi/pki/cert.h \
 fcgi/base/iin.h fcgi/store/text.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/hash.h:
fcgi/base/log.h:
fcgi/base/mem.h:
fcgi/base/random.h:
fcgi/store/session.h:
fcgi/store/db.h:
fcgi/base/clock.h:
fcgi/base/conf.h:
fcgi/base/rc.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/store/text.h:
