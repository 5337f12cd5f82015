build-san/fcgi/web/csrf.o: fcgi/web/csrf.c fcgi/web/csrf.h \
 fcgi/base/buf.h fcgi/base/encode.h fcgi/base/hash.h
fcgi/web/csrf.h:
fcgi/base/buf.h:
fcgi/base/encode.h:
fcgi/base/hash.h:
