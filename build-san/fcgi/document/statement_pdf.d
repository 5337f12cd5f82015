build-san/fcgi/document/statement_pdf.o: fcgi/document/statement_pdf.c \
 fcgi/base/log.h fcgi/document/pdf_catalog.h fcgi/base/buf.h \
 fcgi/document/statement.h fcgi/base/clock.h fcgi/base/rc.h
fcgi/base/log.h:
fcgi/document/pdf_catalog.h:
fcgi/base/buf.h:
fcgi/document/statement.h:
fcgi/base/clock.h:
fcgi/base/rc.h:
