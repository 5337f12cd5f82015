#include "routes/login/login.h"
#include "../login/login.h"
