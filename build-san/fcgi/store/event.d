build-san/fcgi/store/event.o: fcgi/store/event.c fcgi/base/log.h \
 fcgi/pki/cert.h fcgi/base/clock.h fcgi/base/iin.h fcgi/base/rc.h \
 fcgi/store/event.h fcgi/store/db.h fcgi/base/conf.h fcgi/store/text.h
fcgi/base/log.h:
fcgi/pki/cert.h:
fcgi/base/clock.h:
fcgi/base/iin.h:
fcgi/base/rc.h:
fcgi/store/event.h:
fcgi/store/db.h:
fcgi/base/conf.h:
fcgi/store/text.h:
