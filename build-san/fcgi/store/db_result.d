build-san/fcgi/store/db_result.o: fcgi/store/db_result.c fcgi/base/log.h \
 fcgi/base/mem.h fcgi/store/db_result.h fcgi/base/buf.h fcgi/store/db.h \
 fcgi/base/clock.h fcgi/base/conf.h fcgi/base/rc.h
fcgi/base/log.h:
fcgi/base/mem.h:
fcgi/store/db_result.h:
fcgi/base/buf.h:
fcgi/store/db.h:
fcgi/base/clock.h:
fcgi/base/conf.h:
fcgi/base/rc.h:
