build-san/tests/unit/test_statement.o: tests/unit/test_statement.c \
 fcgi/base/log.h fcgi/document/pdf_catalog.h fcgi/base/buf.h \
 fcgi/document/statement.h fcgi/base/clock.h fcgi/base/rc.h
fcgi/base/log.h:
fcgi/document/pdf_catalog.h:
fcgi/base/buf.h:
fcgi/document/statement.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
