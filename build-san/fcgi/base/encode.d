build-san/fcgi/base/encode.o: fcgi/base/encode.c fcgi/base/encode.h \
 fcgi/base/buf.h
fcgi/base/encode.h:
fcgi/base/buf.h:
