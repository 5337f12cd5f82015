build-san/fcgi/base/rc.o: fcgi/base/rc.c fcgi/base/rc.h
fcgi/base/rc.h:
