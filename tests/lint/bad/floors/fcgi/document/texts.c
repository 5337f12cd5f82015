#include "store/application.h"
#include <zip.h>
