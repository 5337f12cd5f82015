build-san/fcgi/document/apart.o: fcgi/document/apart.c \
 fcgi/document/apart.h fcgi/base/buf.h fcgi/base/rc.h fcgi/base/log.h
fcgi/document/apart.h:
fcgi/base/buf.h:
fcgi/base/rc.h:
fcgi/base/log.h:
