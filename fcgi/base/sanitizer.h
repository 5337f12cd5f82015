/* SANITIZED: 1 in a build with AddressSanitizer, whose shadow needs terabytes of address space and whose reports read /proc. gcc and clang tell of it differently. */
#ifndef CABINET_BASE_SANITIZER_H
#define CABINET_BASE_SANITIZER_H

#ifdef __has_feature
#define SANITIZED_BY_CLANG __has_feature(address_sanitizer)
#else
#define SANITIZED_BY_CLANG 0
#endif
#if defined(__SANITIZE_ADDRESS__) || SANITIZED_BY_CLANG
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#endif
