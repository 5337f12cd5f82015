build-san/fcgi/base/clock.o: fcgi/base/clock.c fcgi/base/clock.h \
 fcgi/base/log.h
fcgi/base/clock.h:
fcgi/base/log.h:
