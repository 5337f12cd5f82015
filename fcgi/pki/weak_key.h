/*
 * Public keys whose private key others can find: by the number itself, without its factors being known. RSA alone; P-256 has no such keys among
 * points that lie on the curve. Not here: keys that programs with a broken random generator made (Debian, CVE-2008-0166); those are known by lists, and
 * scripts/import-weak-keys takes them into blocked_key.
 */
#ifndef CABINET_PKI_WEAK_KEY_H
#define CABINET_PKI_WEAK_KEY_H

#include "pki/openssl.h"

#define WEAK_FERMAT_ROUNDS 100 /* of Fermat's method */

/*
 * NULL, or what is wrong, with its source (static):
 *   a factor below 2^16                                  BR 6.1.6, trial division
 *   ROCA, CVE-2017-15361                                 modulus in the subgroup that 65537 generates, for each odd prime up to 167
 *   prime factors close to each other                    Fermat 1643; CVE-2022-26320
 * Only for keys that key_describe accepts. Some hundred microseconds; the keys asked for last are remembered.
 */
const char *weak_key_find(EVP_PKEY *);

#endif
