build-san/fcgi/store/db.o: fcgi/store/db.c fcgi/base/hash.h \
 fcgi/base/log.h fcgi/base/mem.h fcgi/store/db_private.h \
 fcgi/store/db_result.h fcgi/base/buf.h fcgi/store/db.h fcgi/base/clock.h \
 fcgi/base/conf.h fcgi/base/rc.h
fcgi/base/hash.h:
fcgi/base/log.h:
fcgi/base/mem.h:
fcgi/store/db_private.h:
fcgi/store/db_result.h:
fcgi/base/buf.h:
fcgi/store/db.h:
fcgi/base/clock.h:
fcgi/base/conf.h:
fcgi/base/rc.h:
