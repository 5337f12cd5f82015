build-san/fcgi/base/conf.o: fcgi/base/conf.c fcgi/base/buf.h \
 fcgi/base/conf.h fcgi/base/rc.h fcgi/base/conf_value.h \
 fcgi/base/encode.h fcgi/base/hash.h fcgi/base/mem.h
fcgi/base/buf.h:
fcgi/base/conf.h:
fcgi/base/rc.h:
fcgi/base/conf_value.h:
fcgi/base/encode.h:
fcgi/base/hash.h:
fcgi/base/mem.h:
