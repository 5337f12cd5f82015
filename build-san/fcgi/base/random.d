build-san/fcgi/base/random.o: fcgi/base/random.c fcgi/base/log.h \
 fcgi/base/random.h
fcgi/base/log.h:
fcgi/base/random.h:
