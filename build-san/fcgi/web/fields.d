build-san/fcgi/web/fields.o: fcgi/web/fields.c fcgi/web/fields.h \
 fcgi/base/rc.h fcgi/base/encode.h fcgi/base/buf.h fcgi/base/mem.h
fcgi/web/fields.h:
fcgi/base/rc.h:
fcgi/base/encode.h:
fcgi/base/buf.h:
fcgi/base/mem.h:
