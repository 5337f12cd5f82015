build-san/fcgi/store/text.o: fcgi/store/text.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/base/mem.h fcgi/store/text.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/mem.h:
fcgi/store/text.h:
