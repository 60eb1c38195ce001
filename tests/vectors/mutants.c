/* Damages the vectors of chunks.c and writes what the stateless transition makes of them, for the contract to agree with.
 *
 *     mutants CHUNKS COUNT SEED FILE
 *
 * COUNT mutants of every vector of the file CHUNKS.  Posted chunks are damaged within their plain section (put into a raw frame again) or raw
 * section, inbox chunks anywhere, and now and then the witness instead.  One line a mutant:
 * name|inbox|preRoot|domain|batch|timestamp|data|witness|postRoot| as in chunks.c; the name is "root" if there is a new root, "none" if
 * it is the one before, "fail" (and a root of zeros) if the witness or the items' framing is wrong: then the contract must revert. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/codec/zframe.h"
#include "core/stf/step.h"
#include "core/tree/witness.h"

#define LINE_MAX_BYTES (1u << 20)
#define FIELDS 10u

enum { NAME, INBOX, PRE_ROOT, DOMAIN, BATCH, TIMESTAMP, DATA, WITNESS };

static uint64_t seed;

static uint64_t below(uint64_t n)
{
	/* xorshift64 (Marsaglia, 2003). */
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return n ? seed % n : 0;
}

struct bytes {
	uint8_t at[LINE_MAX_BYTES / 2];
	size_t len;
};

static unsigned nibble(char c) { return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10); }

static size_t from_hex(uint8_t *out, const char *text)
{
	size_t n = strlen(text) / 2;
	for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
	return n;
}

static void put_hex(FILE *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) fprintf(out, "%02x", bytes[i]);
	putc('|', out);
}

/* One to three changes, a third of them among the first bytes, where counts and kinds are. */
static void damage(struct bytes *b, size_t cap, size_t head)
{
	for (uint64_t changes = 1 + below(3); changes > 0 && b->len > 1; changes--) {
		size_t at    = (size_t)below(below(3) == 0 && head < b->len ? head : b->len), other = (size_t)below(b->len);
		uint8_t was = b->at[at];
		switch (below(6)) {
		case 0: b->at[at] = (uint8_t)(was ^ 1u << below(8)); break;
		case 1: b->at[at] = (uint8_t)below(256); break;
		case 2: b->at[at] = (uint8_t)(below(2) ? was + 1 : was - 1); break;
		case 3:
			b->at[at]    = b->at[other];
			b->at[other] = was;
			break;
		case 4:
			memmove(b->at + at, b->at + at + 1, b->len - at - 1);
			b->len--;
			break;
		default:
			if (b->len == cap) break;
			memmove(b->at + at + 1, b->at + at, b->len - at);
			b->at[at] = (uint8_t)(below(256) | (below(2) << 7));
			b->len++;
		}
	}
}

/* A chunk of a raw section and a plain section in a raw frame. */
static void assemble(struct bytes *out, const struct bytes *raw, const struct bytes *plain)
{
	static const uint8_t magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };
	uint8_t             *p = out->at;
	uint32_t             n = (uint32_t)plain->len, block = n << 3 | 1;

	*p++ = PR_CHUNK_FORMAT;
	pr_be16_put(p, (uint16_t)raw->len);
	memcpy(p + 2, raw->at, raw->len);
	p += 2 + raw->len;
	memcpy(p, magic, sizeof magic);
	p += sizeof magic;
	*p++ = n < 256 ? 0x20 : 0x60;
	if (n < 256) {
		*p++ = (uint8_t)n;
	} else {
		*p++ = (uint8_t)(n - 256);
		*p++ = (uint8_t)((n - 256) >> 8);
	}
	for (unsigned i = 0; i < 3; i++) *p++ = (uint8_t)(block >> 8 * i);
	memcpy(p, plain->at, plain->len);
	out->len = (size_t)(p - out->at) + plain->len;
}

/* False if the vector is not a chunk whose sections can be taken apart. */
static bool damage_chunk(struct bytes *data)
{
	static struct bytes raw, plain;

	if (data->len < 3) return false;
	raw.len = pr_be16(data->at + 1);
	if (raw.len > PR_CHUNK_RAW_MAX || 3 + raw.len > data->len) return false;
	memcpy(raw.at, data->at + 3, raw.len);
	if (!pr_zframe_decode(plain.at, PR_CHUNK_PLAIN_MAX, &plain.len, data->at + 3 + raw.len, data->len - 3 - raw.len)) return false;
	if (below(9) == 0) damage(&raw, PR_CHUNK_RAW_MAX, 8);
	else damage(&plain, PR_CHUNK_PLAIN_MAX, 2 + plain.at[1] + 2u * plain.at[0]);
	assemble(data, &raw, &plain);
	return true;
}

static void put_mutant(FILE *out, char *const field[FIELDS])
{
	static struct bytes      data, witness;
	static struct pr_partial partial;
	static struct pr_chunk   scratch;
	struct pr_step_ctx       ctx = { .inbox = field[INBOX][0] == '1' };
	uint8_t                  pre[32], post[32] = { 0 }, number[8];

	from_hex(pre, field[PRE_ROOT]);
	from_hex(ctx.domain32, field[DOMAIN]);
	from_hex(number, field[BATCH]);
	ctx.batch = pr_be64(number);
	from_hex(number, field[TIMESTAMP]);
	ctx.time    = pr_be64(number);
	data.len    = from_hex(data.at, field[DATA]);
	witness.len = from_hex(witness.at, field[WITNESS]);
	if (below(5) == 0) damage(&witness, sizeof witness.at, 40);
	else if (ctx.inbox) damage(&data, PR_CHUNK_BYTES_MAX, 8);
	else if (!damage_chunk(&data)) return;
	bool ok = pr_step_stateless(post, pre, &ctx, data.at, data.len, witness.at, witness.len, &partial, &scratch);
	if (!ok) memset(post, 0, sizeof post);
	fprintf(out, "%s|%d|%s|%s|%s|%s|", !ok ? "fail" : memcmp(pre, post, 32) == 0 ? "none" : "root", ctx.inbox, field[PRE_ROOT],
	        field[DOMAIN], field[BATCH], field[TIMESTAMP]);
	put_hex(out, data.at, data.len);
	put_hex(out, witness.at, witness.len);
	put_hex(out, post, 32);
	putc('\n', out);
}

int main(int argc, char **argv)
{
	static char line[LINE_MAX_BYTES];

	if (argc != 5) {
		fprintf(stderr, "usage: mutants CHUNKS COUNT SEED FILE\n");
		return 64;
	}
	FILE *in = fopen(argv[1], "r"), *out = fopen(argv[4], "w");
	if (!in || !out) {
		perror(in ? argv[4] : argv[1]);
		return 1;
	}
	uint64_t count = strtoull(argv[2], NULL, 10);
	seed = strtoull(argv[3], NULL, 10) * 2654435761u + 88172645463325252u;
	while (fgets(line, sizeof line, in)) {
		char    *field[FIELDS], *rest = line;
		unsigned n = 0;
		while (n < FIELDS && (field[n] = strsep(&rest, "|\n")) != NULL) n++;
		PR_CHECK(n == FIELDS);
		for (uint64_t i = 0; i < count; i++) put_mutant(out, field);
	}
	fclose(in);
	return fclose(out) == 0 ? 0 : 1;
}
