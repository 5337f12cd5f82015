build-san/fcgi/base/iin.o: fcgi/base/iin.c fcgi/base/iin.h
fcgi/base/iin.h:
