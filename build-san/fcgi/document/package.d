build-san/fcgi/document/package.o: fcgi/document/package.c \
 fcgi/document/package.h fcgi/base/buf.h fcgi/base/clock.h fcgi/base/rc.h \
 fcgi/base/log.h
fcgi/document/package.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/base/log.h:
