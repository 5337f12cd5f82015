build-san/fcgi/document/statement.o: fcgi/document/statement.c \
 fcgi/document/statement.h fcgi/base/buf.h fcgi/base/clock.h \
 fcgi/base/rc.h fcgi/base/encode.h
fcgi/document/statement.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/base/encode.h:
