#include "fraud/book.h"

#include "core/base/unit.h"

static const uint8_t genesis_hash[32] = { 1 }, genesis_root[32] = { 2 };
static struct frd_book book;

static enum pr_err take(struct pr_l1_event *e, bool *news)
{
	if (e->type == PR_L1_BATCH) pr_batch_header_hash(e->hash32, &e->header);
	return frd_book_take(&book, e, 1, news);
}

static struct pr_l1_event batch_event(uint64_t number, const uint8_t parent[32], uint32_t posted)
{
	struct pr_l1_event e = { .type = PR_L1_BATCH, .number = number };
	e.header = (struct pr_batch_header){ .number = number, .timestamp = 10 * number, .posted = posted };
	memcpy(e.header.parent, parent, 32);
	return e;
}

static struct pr_l1_event claim_event(uint64_t id, uint64_t batch, uint64_t parent, const uint8_t *roots, uint32_t count)
{
	return (struct pr_l1_event){ .type = PR_L1_CLAIM, .number = id, .a = batch, .b = parent, .data = roots, .data_len = count * 32 };
}

/* Gives a batch our roots: byte 0 of each is the batch, byte 1 the chunk. */
static void execute(uint64_t batch)
{
	struct frd_batch *b = &book.batches[batch];
	b->roots            = calloc(b->chunk_count, 32);
	for (uint32_t i = 0; i < b->chunk_count; i++) b->roots[i][0] = (uint8_t)batch, b->roots[i][1] = (uint8_t)i;
}

static void begin(uint32_t batches, uint32_t chunks)
{
	bool news;
	frd_book_init(&book, genesis_hash, genesis_root);
	for (uint64_t n = 1; n <= batches; n++) {
		struct pr_l1_event e = batch_event(n, book.batches[n - 1].hash32, chunks);
		UNIT_CHECK(take(&e, &news) == PR_OK && news);
		execute(n);
	}
}

static void test_batches_follow_their_parents(void)
{
	bool news;
	begin(2, 3);
	struct pr_l1_event e = batch_event(3, genesis_hash, 1);
	UNIT_CHECK(take(&e, &news) == PR_ERR_CORRUPT); /* not the parent */
	e = batch_event(4, book.batches[2].hash32, 1);
	UNIT_CHECK(take(&e, &news) == PR_ERR_CORRUPT); /* one is missing */
	e = batch_event(2, genesis_hash, 1);
	UNIT_CHECK(take(&e, &news) == PR_OK && !news); /* seen before */
	e                 = batch_event(3, book.batches[2].hash32, 1);
	e.header.inbox_to = 1;
	UNIT_CHECK(take(&e, &news) == PR_ERR_CORRUPT); /* an item nobody told of */
	frd_book_fini(&book);
}

static void test_claims_are_judged_chunk_by_chunk(void)
{
	uint8_t  right1[3][32] = { { 1, 0 }, { 1, 1 }, { 1, 2 } }, wrong1[3][32] = { { 1, 0 }, { 9, 1 }, { 1, 2 } };
	uint8_t  right2[3][32] = { { 2, 0 }, { 2, 1 }, { 2, 2 } };
	uint32_t chunk;
	bool     news, found;

	begin(2, 3);
	struct pr_l1_event e = claim_event(1, 1, 0, wrong1[0], 3);
	UNIT_CHECK(take(&e, &news) == PR_OK && news);
	e = claim_event(2, 1, 0, right1[0], 3);
	UNIT_CHECK(take(&e, &news) == PR_OK);
	e = claim_event(3, 2, 1, right2[0], 3); /* right roots on a wrong parent */
	UNIT_CHECK(take(&e, &news) == PR_OK);
	e = claim_event(4, 2, 2, right2[0], 3);
	UNIT_CHECK(take(&e, &news) == PR_OK);
	frd_book_judge(&book);
	UNIT_CHECK(!book.claims[1].good && book.claims[2].good && !book.claims[3].good && book.claims[4].good);
	UNIT_CHECK(frd_claim_wrong_chunk(&book, 1, &chunk) && chunk == 1);
	UNIT_CHECK(!frd_claim_wrong_chunk(&book, 2, &chunk));
	UNIT_CHECK(frd_book_good_claim(&book, 1, &found) == 2 && found);
	UNIT_CHECK(frd_book_good_claim(&book, 2, &found) == 4 && found);
	UNIT_CHECK(frd_book_good_claim(&book, 0, &found) == 0 && found);
	frd_book_fini(&book);
}

static void test_claims_out_of_order_or_of_another_shape_are_refused(void)
{
	uint8_t roots[4][32] = { { 0 } };
	bool    news;

	begin(2, 3);
	struct pr_l1_event e = claim_event(2, 1, 0, roots[0], 3);
	UNIT_CHECK(take(&e, &news) == PR_ERR_CORRUPT); /* claim 1 is missing */
	e = claim_event(1, 1, 0, roots[0], 4);
	UNIT_CHECK(take(&e, &news) == PR_ERR_CORRUPT); /* a root too many */
	e = claim_event(1, 2, 0, roots[0], 3);
	UNIT_CHECK(take(&e, &news) == PR_ERR_CORRUPT); /* the genesis is not the parent of batch 2 */
	e = claim_event(1, 3, 0, roots[0], 3);
	UNIT_CHECK(take(&e, &news) == PR_ERR_CORRUPT); /* no such batch */
	frd_book_fini(&book);
}

static void test_verdicts_are_taken_once(void)
{
	uint8_t roots[3][32] = { { 1, 0 }, { 1, 1 }, { 1, 2 } };
	bool    news;

	begin(1, 3);
	struct pr_l1_event e = claim_event(1, 1, 0, roots[0], 3);
	UNIT_CHECK(take(&e, &news) == PR_OK);
	struct pr_l1_event final = { .type = PR_L1_CLAIM_FINAL, .number = 1, .a = 1 };
	UNIT_CHECK(take(&final, &news) == PR_OK && news && book.final_batch == 1 && book.batches[1].final_claim == 1);
	UNIT_CHECK(take(&final, &news) == PR_OK && !news);
	final.number = 2;
	UNIT_CHECK(take(&final, &news) == PR_ERR_CORRUPT);
	frd_book_fini(&book);
}

static void test_reclaimed_claims_are_neither_open_nor_built_upon(void)
{
	uint8_t  wrong1[3][32] = { { 9 } }, right2[3][32] = { { 2, 0 }, { 2, 1 }, { 2, 2 } };
	bool     news, found;

	begin(2, 3);
	struct pr_l1_event e = claim_event(1, 1, 0, wrong1[0], 3);
	UNIT_CHECK(take(&e, &news) == PR_OK);
	e = claim_event(2, 2, 1, right2[0], 3);
	UNIT_CHECK(take(&e, &news) == PR_OK);
	struct pr_l1_event struck = { .type = PR_L1_CLAIM_STRUCK, .number = 1, .a = 1 }, reclaimed = { .type = PR_L1_CLAIM_RECLAIMED, .number = 2, .a = 2 };
	UNIT_CHECK(take(&struck, &news) == PR_OK && news);
	UNIT_CHECK(take(&reclaimed, &news) == PR_OK && news && book.claims[2].state == FRD_CLAIM_RECLAIMED);
	UNIT_CHECK(take(&reclaimed, &news) == PR_OK && !news); /* told again */
	frd_book_judge(&book);
	(void)frd_book_good_claim(&book, 2, &found);
	UNIT_CHECK(!found && book.final_batch == 0);
	reclaimed.a = 1;
	UNIT_CHECK(take(&reclaimed, &news) == PR_ERR_CORRUPT); /* another batch than the claim's */
	reclaimed = (struct pr_l1_event){ .type = PR_L1_CLAIM_RECLAIMED, .number = 3, .a = 2 };
	UNIT_CHECK(take(&reclaimed, &news) == PR_ERR_CORRUPT); /* no such claim */
	frd_book_fini(&book);
}

int main(void)
{
	UNIT_RUN(test_batches_follow_their_parents);
	UNIT_RUN(test_claims_are_judged_chunk_by_chunk);
	UNIT_RUN(test_claims_out_of_order_or_of_another_shape_are_refused);
	UNIT_RUN(test_verdicts_are_taken_once);
	UNIT_RUN(test_reclaimed_claims_are_neither_open_nor_built_upon);
	return UNIT_END();
}
