#include "document/package.h"

#include <stdbool.h>
#include <time.h>

#include <zip.h>

#include "base/log.h"

static bool
add_part(zip_t *zip, const struct package_part *part, instant made)
{
	zip_source_t *source = zip_source_buffer(zip, part->data, part->len, 0);
	zip_int64_t index;

	if (source == NULL)
		return false;
	index = zip_file_add(zip, part->name, source, ZIP_FL_ENC_UTF_8);
	if (index < 0) {
		zip_source_free(source);
		return false;
	}
	/* Word takes stored and deflated parts only */
	return zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, 9) == 0 &&
	       zip_file_set_mtime(zip, (zip_uint64_t)index, (time_t)(made / SECOND), 0) == 0;
}

static bool
add_parts(zip_source_t *target, const struct package_part *part, size_t count, instant made)
{
	zip_error_t error;
	zip_t *zip;

	zip_error_init(&error);
	zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
	if (zip == NULL) {
		log_error("package", "libzip: %s", zip_error_strerror(&error));
		zip_error_fini(&error);
		return false;
	}
	zip_error_fini(&error);
	/* zip has the caller's reference now, and gives it up at its end */
	zip_source_keep(target);
	for (size_t i = 0; i < count; i++) {
		if (!add_part(zip, &part[i], made)) {
			log_error("package", "%s: libzip: %s", part[i].name, zip_strerror(zip));
			zip_discard(zip);
			return false;
		}
	}
	if (zip_close(zip) != 0) {
		log_error("package", "libzip: %s", zip_strerror(zip));
		zip_discard(zip);
		return false;
	}
	return true;
}

static bool
read_all(struct buf *out, zip_source_t *source)
{
	char block[8192];
	zip_int64_t got = -1;

	if (zip_source_open(source) != 0)
		return false;
	while ((got = zip_source_read(source, block, sizeof(block))) > 0)
		buf_add(out, block, (size_t)got);
	return zip_source_close(source) == 0 && got == 0;
}

enum rc
package_write(struct buf *out, const struct package_part *part, size_t count, instant made)
{
	struct buf file = BUF_INIT;
	zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, NULL);
	enum rc rc = RC_INTERNAL;

	if (target == NULL)
		log_error("package", "libzip: no memory for a package");
	else if (add_parts(target, part, count, made)) {
		if (read_all(&file, target)) {
			buf_add(out, file.data, file.len);
			rc = RC_OK;
		} else {
			log_error("package", "libzip: %s", zip_error_strerror(zip_source_error(target)));
		}
	}
	zip_source_free(target);
	buf_free(&file);
	return rc;
}
