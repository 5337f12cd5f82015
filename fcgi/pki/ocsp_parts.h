/* Octets that the OCSP files of fcgi/pki share; not for other folders. */
#ifndef CABINET_PKI_OCSP_PARTS_H
#define CABINET_PKI_OCSP_PARTS_H

#include <stdint.h>

#define OCSP_OID_SIZE 9
#define OCSP_ECDSA_SIZE 12
#define OCSP_RSA_SIZE 15

extern const uint8_t ocsp_ecdsa_sha256[OCSP_ECDSA_SIZE], ocsp_rsa_sha256[OCSP_RSA_SIZE]; /* AlgorithmIdentifier, DER */
extern const uint8_t ocsp_oid_basic[OCSP_OID_SIZE], ocsp_oid_nonce[OCSP_OID_SIZE];	 /* contents of OBJECT IDENTIFIERs */

#endif
