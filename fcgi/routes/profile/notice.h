/* «Это был не я»: the one-time link of a mail. */
#ifndef CABINET_NOTICE_H
#define CABINET_NOTICE_H

#include "web/request.h"

MUST_USE enum rc notice_get(struct request *);
MUST_USE enum rc notice_post(struct request *);

#endif
