/*
 * Shared by the files of this folder, nobody else: one document on its way through the rules, and the few things done to its tree.
 * Every rule is a function rule_<name>; verify.c holds them in order.
 */
#ifndef CABINET_FORM_PARTS_H
#define CABINET_FORM_PARTS_H

#include <libxml/tree.h>

#include "form/form.h"
#include "pki/sig.h"

#define FORM_NAMESPACE "urn:cabinet:1"
#define FORM_DSIG "http://www.w3.org/2000/09/xmldsig#"
#define FORM_DSIG11 "http://www.w3.org/2009/xmldsig11#"

struct form_check {
	const char *data; /* as it came */
	size_t len;
	enum form_kind kind;
	const struct form_checks *checks;
	struct form_result *result;
	enum form_rule scanned; /* what form_scan said, and why */
	const char *why;
	xmlDoc *doc;					   /* owned */
	xmlNode *root, *signature;			   /* all nodes: borrowed from doc */
	xmlNode *signed_info, *signature_value, *key_info; /* key_info: NULL if absent */
	xmlNode *reference, *digest_value, *certificate;   /* certificate: NULL in a proof */
	bool exclusive;					   /* canonicalization of SignedInfo */
	enum sig_algorithm algorithm;
	struct key *key, *request_key; /* the key that must have signed, borrowed; of a proof, owned */
};

/* Sets rule and detail; always RC_BAD_INPUT. */
MUST_USE enum rc form_refuse(struct form_check *, enum form_rule, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * scan.c: one pass over the octets before any tree exists: caps of form.h, nesting of tags, DOCTYPE, XML declaration (version 1.0, no other
 * encoding than UTF-8). RULE_NONE, RULE_STRUCTURE, RULE_WELLFORMED or RULE_DOCTYPE, whatever comes first; *why: static words.
 */
enum form_rule form_scan(const char *data, size_t len, const char **why);

/* tree.c */
struct form_quiet { /* libxml2's error handler as it was */
	xmlStructuredErrorFunc handler;
	void *context;
};
void form_quiet(struct form_quiet *);		 /* libxml2 says nothing on stderr … */
void form_loud(const struct form_quiet *);	 /* … until here; its kept error is dropped */
xmlDoc *form_tree(const char *data, size_t len); /* NULL: not well-formed (namespaces included) */
/* Pre-order successor inside top; NULL after the last. */
xmlNode *form_next_node(const xmlNode *, const xmlNode *top);
bool form_is_element(const xmlNode *, const char *namespace, const char *name);
/* The text of an element that holds text only; "" if empty, NULL if it holds anything else. Borrowed. */
const char *form_text(const xmlNode *);

/* c14n.c */
/*
 * Appends C14N 1.0 with comments of the document as the enveloped-signature transform leaves it (signature may be NULL). false: the document is not
 * plain, that is elements of urn:cabinet:1 without prefix, attributes without namespace, and text: all that is ever issued.
 */
bool form_canonical(const xmlDoc *, const xmlNode *signature, struct buf *out);
/*
 * Appends C14N 1.0 or exclusive C14N, without comments, of one element with all below it, in the context of its document, which is plain but for
 * this part. false: attributes with a namespace, or anything but elements and text.
 */
bool form_canonical_part(const xmlNode *, bool exclusive, struct buf *out);

/* shape.c */
MUST_USE enum rc rule_signature_count(struct form_check *);
MUST_USE enum rc rule_signature_place(struct form_check *);
MUST_USE enum rc rule_signature_shape(struct form_check *);
MUST_USE enum rc rule_reference(struct form_check *);
MUST_USE enum rc rule_transforms(struct form_check *);
MUST_USE enum rc rule_algorithm(struct form_check *);
MUST_USE enum rc rule_keyinfo(struct form_check *);

#endif
