build-san/fcgi/base/log.o: fcgi/base/log.c fcgi/base/clock.h \
 fcgi/base/encode.h fcgi/base/buf.h fcgi/base/log.h
fcgi/base/clock.h:
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/log.h:
