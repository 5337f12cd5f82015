build-san/fcgi/document/statement_docx.o: fcgi/document/statement_docx.c \
 fcgi/base/log.h fcgi/document/package.h fcgi/base/buf.h \
 fcgi/base/clock.h fcgi/base/rc.h fcgi/document/statement.h
fcgi/base/log.h:
fcgi/document/package.h:
fcgi/base/buf.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
fcgi/document/statement.h:
