build-san/fcgi/base/hash.o: fcgi/base/hash.c fcgi/base/hash.h \
 fcgi/base/log.h
fcgi/base/hash.h:
fcgi/base/log.h:
