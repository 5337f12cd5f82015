build-san/fcgi/base/buf.o: fcgi/base/buf.c fcgi/base/buf.h \
 fcgi/base/log.h
fcgi/base/buf.h:
fcgi/base/log.h:
