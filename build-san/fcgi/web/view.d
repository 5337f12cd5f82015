build-san/fcgi/web/view.o: fcgi/web/view.c fcgi/web/view.h \
 fcgi/base/buf.h fcgi/base/conf.h fcgi/base/rc.h fcgi/web/i18n.h \
 fcgi/base/log.h fcgi/base/mem.h
fcgi/web/view.h:
fcgi/base/buf.h:
fcgi/base/conf.h:
fcgi/base/rc.h:
fcgi/web/i18n.h:
fcgi/base/log.h:
fcgi/base/mem.h:
