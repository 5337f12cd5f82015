build-san/fcgi/base/conf_value.o: fcgi/base/conf_value.c fcgi/base/conf.h \
 fcgi/base/rc.h fcgi/base/conf_value.h fcgi/base/buf.h fcgi/base/mem.h
fcgi/base/conf.h:
fcgi/base/rc.h:
fcgi/base/conf_value.h:
fcgi/base/buf.h:
fcgi/base/mem.h:
