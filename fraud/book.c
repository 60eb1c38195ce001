#include "fraud/book.h"

#include <stdlib.h>
#include <string.h>

static void *grow(void *array, uint64_t count, uint64_t *cap, size_t size)
{
	if (count < *cap) return array;
	uint64_t cap_new = *cap ? *cap * 2 : 64;
	void    *larger  = realloc(array, cap_new * size);
	PR_CHECK(larger);
	memset((char *)larger + *cap * size, 0, (cap_new - *cap) * size);
	*cap = cap_new;
	return larger;
}

static uint8_t (*copy_roots(const uint8_t *roots, uint32_t count))[32]
{
	uint8_t(*copy)[32] = malloc(32 * (size_t)(count ? count : 1));
	PR_CHECK(copy);
	memcpy(copy, roots, 32 * (size_t)count);
	return copy;
}

void frd_book_init(struct frd_book *book, const uint8_t genesis_hash32[32], const uint8_t genesis_root32[32])
{
	memset(book, 0, sizeof *book);
	book->batches = grow(NULL, 0, &book->batch_cap, sizeof *book->batches);
	book->claims  = grow(NULL, 0, &book->claim_cap, sizeof *book->claims);
	memcpy(book->batches[0].hash32, genesis_hash32, 32);
	book->batches[0].chunk_count = 1;
	book->batches[0].roots       = copy_roots(genesis_root32, 1);
	book->claims[0]              = (struct frd_claim){ .state = FRD_CLAIM_FINAL, .root_count = 1, .good = true, .judged = true };
	book->claims[0].roots        = copy_roots(genesis_root32, 1);
	book->batch_count = book->claim_count = 1;
}

void frd_book_fini(struct frd_book *book)
{
	for (uint64_t i = 0; i < book->batch_count; i++) free(book->batches[i].roots);
	for (uint64_t i = 0; i < book->claim_count; i++) free(book->claims[i].roots);
	free(book->items);
	free(book->batches);
	free(book->claims);
	memset(book, 0, sizeof *book);
}

static enum pr_err take_item(struct frd_book *book, const struct pr_l1_event *e)
{
	if (e->number != book->item_count || e->data_len > PR_WIRE_BYTES_MAX) return PR_ERR_CORRUPT;
	book->items = grow(book->items, book->item_count, &book->item_cap, sizeof *book->items);
	struct frd_item *item = &book->items[book->item_count++];
	item->len = e->data_len;
	memcpy(item->bytes, e->data, e->data_len);
	return PR_OK;
}

static enum pr_err take_batch(struct frd_book *book, const struct pr_l1_event *e, uint64_t archive_seq)
{
	const struct frd_batch *parent = &book->batches[book->batch_count - 1];
	if (e->number != book->batch_count || memcmp(e->header.parent, parent->hash32, 32) != 0 ||
	    e->header.inbox_from != parent->header.inbox_to || e->header.inbox_to > book->item_count ||
	    e->header.inbox_to < e->header.inbox_from || e->header.inbox_to - e->header.inbox_from > PR_BATCH_ITEMS_MAX ||
	    e->header.posted > PR_BATCH_CHUNKS_MAX)
		return PR_ERR_CORRUPT;
	book->batches = grow(book->batches, book->batch_count, &book->batch_cap, sizeof *book->batches);
	struct frd_batch *b = &book->batches[book->batch_count++];
	b->header      = e->header;
	b->block       = e->block;
	b->archive_seq = archive_seq;
	b->chunk_count = pr_batch_chunk_count(&e->header);
	memcpy(b->hash32, e->hash32, 32);
	memcpy(b->tx32, e->tx32, 32);
	return PR_OK;
}

static enum pr_err take_claim(struct frd_book *book, const struct pr_l1_event *e)
{
	if (e->number != book->claim_count || e->a == 0 || e->a >= book->batch_count || e->b >= book->claim_count) return PR_ERR_CORRUPT;
	if (e->data_len / 32 != book->batches[e->a].chunk_count || book->claims[e->b].batch != e->a - 1) return PR_ERR_CORRUPT;
	book->claims = grow(book->claims, book->claim_count, &book->claim_cap, sizeof *book->claims);
	struct frd_claim *c = &book->claims[book->claim_count++];
	c->batch      = e->a;
	c->parent     = e->b;
	c->time       = e->block_time;
	c->root_count = e->data_len / 32;
	c->roots      = copy_roots(e->data, c->root_count);
	memcpy(c->claimant20, e->addr20, 20);
	return PR_OK;
}

/* Struck, final and reclaimed may be told again after a restart; they are then no news. */
static enum pr_err take_verdict(struct frd_book *book, const struct pr_l1_event *e, bool *news)
{
	if (e->number == 0 || e->number >= book->claim_count) return PR_ERR_CORRUPT;
	struct frd_claim *c = &book->claims[e->number];
	if (e->a != c->batch) return PR_ERR_CORRUPT;
	*news = c->state == FRD_CLAIM_OPEN;
	if (!*news) return PR_OK;
	if (e->type != PR_L1_CLAIM_FINAL) {
		c->state = e->type == PR_L1_CLAIM_STRUCK ? FRD_CLAIM_STRUCK : FRD_CLAIM_RECLAIMED;
		return PR_OK;
	}
	c->state = FRD_CLAIM_FINAL;
	book->batches[c->batch].final_claim = e->number;
	book->final_batch                   = c->batch;
	return PR_OK;
}

enum pr_err frd_book_take(struct frd_book *book, const struct pr_l1_event *event, uint64_t archive_seq, bool *news)
{
	*news = true;
	switch (event->type) {
	case PR_L1_ITEM:
		*news = event->number >= book->item_count;
		return *news ? take_item(book, event) : PR_OK;
	case PR_L1_BATCH:
		*news = event->number >= book->batch_count;
		return *news ? take_batch(book, event, archive_seq) : PR_OK;
	case PR_L1_CLAIM:
		*news = event->number >= book->claim_count;
		return *news ? take_claim(book, event) : PR_OK;
	case PR_L1_CLAIM_STRUCK:
	case PR_L1_CLAIM_FINAL:
	case PR_L1_CLAIM_RECLAIMED: return take_verdict(book, event, news);
	case PR_L1_WITHDRAWN: return PR_OK;
	case PR_L1_EVENT_COUNT: break;
	}
	return PR_ERR_CORRUPT;
}

void frd_book_roots_from_final_claims(struct frd_book *book, uint64_t batch)
{
	PR_CHECK(batch <= book->final_batch);
	for (uint64_t n = 1; n <= batch; n++) {
		const struct frd_claim *c = &book->claims[book->batches[n].final_claim];
		PR_CHECK(c->batch == n && !book->batches[n].roots);
		book->batches[n].roots = copy_roots(c->roots[0], c->root_count);
	}
}

const uint8_t *frd_claim_last_root(const struct frd_book *book, uint64_t claim)
{
	const struct frd_claim *c = &book->claims[claim];
	return c->roots[c->root_count - 1];
}

void frd_book_judge(struct frd_book *book)
{
	/* Claims are numbered after their parents, so one pass in order settles chains. */
	for (uint64_t i = 1; i < book->claim_count; i++) {
		struct frd_claim       *c = &book->claims[i];
		const struct frd_batch *b = &book->batches[c->batch];
		if (c->judged || !b->roots || !book->claims[c->parent].judged) continue;
		c->judged = true;
		c->good   = book->claims[c->parent].good && memcmp(c->roots, b->roots, 32 * (size_t)b->chunk_count) == 0;
	}
}

bool frd_claim_wrong_chunk(const struct frd_book *book, uint64_t claim, uint32_t *chunk)
{
	const struct frd_claim *c = &book->claims[claim];
	const struct frd_batch *b = &book->batches[c->batch];
	PR_CHECK(b->roots && book->claims[c->parent].good);
	for (uint32_t i = 0; i < b->chunk_count; i++) {
		if (memcmp(c->roots[i], b->roots[i], 32) == 0) continue;
		*chunk = i;
		return true;
	}
	return false;
}

bool frd_book_to_strike(const struct frd_book *book, uint64_t claim)
{
	const struct frd_claim *c = &book->claims[claim];
	return c->state == FRD_CLAIM_OPEN && c->judged && !c->good && book->claims[c->parent].good && c->batch > book->final_batch;
}

uint64_t frd_book_good_claim(const struct frd_book *book, uint64_t batch, bool *found)
{
	for (uint64_t i = book->claim_count; i-- > 0;) {
		const struct frd_claim *c = &book->claims[i];
		if (c->batch != batch || !c->judged || !c->good || c->state == FRD_CLAIM_STRUCK || c->state == FRD_CLAIM_RECLAIMED) continue;
		*found = true;
		return i;
	}
	*found = false;
	return 0;
}
