#include "web/view.h"
