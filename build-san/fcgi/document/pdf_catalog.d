build-san/fcgi/document/pdf_catalog.o: fcgi/document/pdf_catalog.c \
 fcgi/document/pdf_catalog.h fcgi/base/buf.h
fcgi/document/pdf_catalog.h:
fcgi/base/buf.h:
