build-san/fcgi/web/route_main.o: fcgi/web/route_main.c fcgi/web/route.h \
 fcgi/web/request.h fcgi/base/buf.h fcgi/base/conf.h fcgi/base/rc.h \
 fcgi/store/db.h fcgi/base/clock.h fcgi/store/session.h fcgi/pki/cert.h \
 fcgi/base/iin.h fcgi/web/i18n.h fcgi/web/fields.h fcgi/web/response.h \
 fcgi/form/form.h fcgi/web/view.h fcgi/base/hash.h fcgi/base/log.h \
 fcgi/base/mem.h fcgi/base/random.h fcgi/web/dispatch.h
fcgi/web/route.h:
fcgi/web/request.h:
fcgi/base/buf.h:
fcgi/base/conf.h:
fcgi/base/rc.h:
fcgi/store/db.h:
fcgi/base/clock.h:
fcgi/store/session.h:
fcgi/pki/cert.h:
fcgi/base/iin.h:
fcgi/web/i18n.h:
fcgi/web/fields.h:
fcgi/web/response.h:
fcgi/form/form.h:
fcgi/web/view.h:
fcgi/base/hash.h:
fcgi/base/log.h:
fcgi/base/mem.h:
fcgi/base/random.h:
fcgi/web/dispatch.h:
