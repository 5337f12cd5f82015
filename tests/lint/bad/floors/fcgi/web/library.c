#include <mysql.h>
#include <openssl/x509.h>
