build-san/tests/unit/test_apart.o: tests/unit/test_apart.c \
 fcgi/base/log.h fcgi/document/apart.h fcgi/base/buf.h fcgi/base/rc.h
fcgi/base/log.h:
fcgi/document/apart.h:
fcgi/base/buf.h:
fcgi/base/rc.h:
