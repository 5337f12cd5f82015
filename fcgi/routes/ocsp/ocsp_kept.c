#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "ocsp.h"

#define SLOTS 131072	   /* a power of two; who comes later takes the place */
#define SIGNATURE_KEPT 256 /* octets: RSA-2048, the longest */

/*
 * Workers read and write slots without a lock: one that another worker is just writing, or was when it was killed, does not fit its check and is
 * passed over. A signature that is kept wrongly would be refused by whoever gets it, and believed by nobody.
 */
struct slot {
	uint8_t name[KEPT_NAME_SIZE];
	instant at;
	uint32_t len, unused;
	uint8_t signature[SIGNATURE_KEPT];
	uint8_t check[8]; /* of all before it */
};

static struct slot *slots;

void
ocsp_kept_open(const struct conf *conf)
{
	const size_t size = SLOTS * sizeof(struct slot);
	struct stat st;
	void *at;
	int fd;

	if (conf->signature_file[0] == '\0')
		return;
	fd = open(conf->signature_file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	/* of another size: of another version, and cut to nothing before it grows; what is mapped elsewhere meanwhile is sparse zeros */
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) != 0 || st.st_uid != geteuid() ||
	    (st.st_size != (off_t)size && ftruncate(fd, (off_t)size) != 0)) {
		log_warn("kept", "%s: %s: nothing is kept", conf->signature_file, errno != 0 ? strerror(errno) : "not ours alone");
	} else if ((at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) == MAP_FAILED)
		log_warn("kept", "%s: %s: nothing is kept", conf->signature_file, strerror(errno));
	else
		slots = at;
	if (fd >= 0)
		close(fd);
}

static struct slot *
slot_of(const uint8_t name[KEPT_NAME_SIZE])
{
	uint32_t n;

	memcpy(&n, name, sizeof(n));
	return &slots[n & (SLOTS - 1)];
}

static void
make_check(const struct slot *s, uint8_t out[8])
{
	uint8_t hash[HASH_SIZE];

	hash_sha256(hash, s, offsetof(struct slot, check));
	memcpy(out, hash, 8);
}

bool
ocsp_kept_find(const uint8_t name[KEPT_NAME_SIZE], instant since, instant now, instant *at, uint8_t *signature, size_t *len)
{
	struct slot s;
	uint8_t check[8];

	if (slots == NULL)
		return false;
	memcpy(&s, slot_of(name), sizeof(s));
	if (memcmp(s.name, name, KEPT_NAME_SIZE) != 0 || s.at <= since || s.at > now || s.len == 0 || s.len > SIGNATURE_KEPT)
		return false;
	make_check(&s, check);
	if (memcmp(s.check, check, sizeof(check)) != 0)
		return false;
	*at = s.at;
	*len = s.len;
	memcpy(signature, s.signature, s.len);
	return true;
}

void
ocsp_kept_put(const uint8_t name[KEPT_NAME_SIZE], instant at, const uint8_t *signature, size_t len)
{
	struct slot s = { .at = at, .len = (uint32_t)len };

	if (slots == NULL || len > SIGNATURE_KEPT)
		return;
	memcpy(s.name, name, KEPT_NAME_SIZE);
	memcpy(s.signature, signature, len);
	make_check(&s, s.check);
	memcpy(slot_of(name), &s, sizeof(s));
}
