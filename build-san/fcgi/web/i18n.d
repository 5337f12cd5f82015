build-san/fcgi/web/i18n.o: fcgi/web/i18n.c fcgi/web/i18n.h \
 fcgi/base/buf.h fcgi/base/log.h fcgi/base/mem.h
fcgi/web/i18n.h:
fcgi/base/buf.h:
fcgi/base/log.h:
fcgi/base/mem.h:
