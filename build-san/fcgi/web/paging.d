build-san/fcgi/web/paging.o: fcgi/web/paging.c fcgi/base/encode.h \
 fcgi/base/buf.h fcgi/web/paging.h fcgi/base/clock.h
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/web/paging.h:
fcgi/base/clock.h:
