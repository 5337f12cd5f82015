build-san/fcgi/base/mem.o: fcgi/base/mem.c fcgi/base/log.h \
 fcgi/base/mem.h
fcgi/base/log.h:
fcgi/base/mem.h:
