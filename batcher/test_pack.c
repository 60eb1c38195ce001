/* Packing: nothing is lost, nothing is added, and what is no sealed batch is refused. */
#include "batcher/test_kit.h"

static struct world     world;
static struct kit_batch batch;
static struct bat_pack  pack;
static uint8_t          parent32[32] = { 7, 7, 7 };

static void test_random_batches_come_back_whole(void)
{
	for (uint64_t n = 1; n <= 40; n++) {
		struct pr_post post;
		uint64_t       entries = 0, wire = 0;
		kit_batch(&world, &batch, n, (uint32_t)world_below(&world, 6));
		for (uint32_t i = 0; i < batch.sealed.posted; i++) {
			entries += batch.sealed.chunks[i].entry_count;
			wire += batch.sealed.chunks[i].bytes_len;
		}
		UNIT_CHECK(bat_pack_batch(&post, &pack, &batch.sealed, parent32) == PR_OK);
		UNIT_CHECK(kit_same(&post, &batch.sealed, parent32));
		UNIT_CHECK(pack.stats.entries == entries && pack.stats.wire_bytes == wire && pack.stats.posted_bytes == post.run_len);
		UNIT_CHECK(post.run_len == 0 || pack.stats.section_bytes > 0);
		memcpy(parent32, post.hash32, 32);
	}
}

/* What the batcher compares with must notice each single change, or the test above proves nothing. */
static void test_the_comparison_notices_changes(void)
{
	struct pr_post post;
	kit_batch(&world, &batch, 5, 2);
	UNIT_CHECK(bat_pack_batch(&post, &pack, &batch.sealed, parent32) == PR_OK && kit_same(&post, &batch.sealed, parent32));
	batch.bytes[1][batch.sealed.chunks[1].bytes_len - 1] ^= 1;
	UNIT_CHECK(!kit_same(&post, &batch.sealed, parent32));
	batch.bytes[1][batch.sealed.chunks[1].bytes_len - 1] ^= 1;
	batch.sealed.timestamp++;
	UNIT_CHECK(!kit_same(&post, &batch.sealed, parent32));
	batch.sealed.timestamp--;
	post.hash32[0] ^= 1;
	UNIT_CHECK(!kit_same(&post, &batch.sealed, parent32));
}

static void test_what_is_no_chunk_is_refused(void)
{
	struct pr_post         post;
	struct pr_sealed_chunk whole;

	kit_batch(&world, &batch, 6, 1);
	whole = batch.sealed.chunks[0];
	for (uint32_t cut = 1; cut < whole.bytes_len && cut < 200; cut++) {
		batch.sealed.chunks[0].bytes_len = whole.bytes_len - cut;
		UNIT_CHECK(bat_pack_batch(&post, &pack, &batch.sealed, parent32) == PR_ERR_CORRUPT);
	}
	batch.sealed.chunks[0] = whole;
	batch.sealed.chunks[0].entry_count++;
	UNIT_CHECK(bat_pack_batch(&post, &pack, &batch.sealed, parent32) == PR_ERR_CORRUPT);
	batch.sealed.chunks[0].entry_count = 0;
	UNIT_CHECK(bat_pack_batch(&post, &pack, &batch.sealed, parent32) == PR_ERR_CORRUPT);
	batch.sealed.chunks[0].entry_count = PR_CHUNK_ENTRIES_MAX + 1;
	UNIT_CHECK(bat_pack_batch(&post, &pack, &batch.sealed, parent32) == PR_ERR_CORRUPT);
	batch.sealed.chunks[0] = whole;
	batch.bytes[0][0]      = 0; /* no kind */
	UNIT_CHECK(bat_pack_batch(&post, &pack, &batch.sealed, parent32) == PR_ERR_CORRUPT);
	batch.bytes[0][0] = PR_KIND_COUNT;
	UNIT_CHECK(bat_pack_batch(&post, &pack, &batch.sealed, parent32) == PR_ERR_CORRUPT);
}

/* Entries of the inbox are executed from L1's own list: a sealed chunk that carries one would be void there. */
static void test_an_inbox_entry_is_refused(void)
{
	struct pr_entry e = dice_entry(&world, PR_KIND_DEPOSIT);
	struct pr_post  post;
	kit_batch(&world, &batch, 7, 1);
	batch.sealed.chunks[0].entry_count = 1;
	batch.sealed.chunks[0].bytes_len   = (uint32_t)pr_wire_encode(batch.bytes[0], &e);
	UNIT_CHECK(bat_pack_batch(&post, &pack, &batch.sealed, parent32) == PR_ERR_CORRUPT);
}

/* More than fits into one transaction: signatures do not compress. */
static void test_too_large_a_batch_is_refused(void)
{
	struct pr_post post;
	enum pr_err    err = PR_OK;
	uint32_t       posted;

	memset(&batch.sealed, 0, sizeof batch.sealed);
	batch.sealed.number = 8;
	for (posted = 0; posted < PR_BATCH_CHUNKS_MAX && err == PR_OK; posted++) {
		kit_chunk(&world, &batch.sealed.chunks[posted], batch.bytes[posted], PR_CHUNK_ENTRIES_MAX);
		batch.sealed.posted = posted + 1;
		err                 = bat_pack_batch(&post, &pack, &batch.sealed, parent32);
		if (err == PR_OK) UNIT_CHECK(post.run_len <= PR_BATCH_DATA_MAX);
	}
	UNIT_CHECK(err == PR_ERR_FULL);
}

int main(void)
{
	world_init(&world, WORLD_STREAMS_MAX, 12, 1000000000000u, unit_seed());
	UNIT_RUN(test_random_batches_come_back_whole);
	UNIT_RUN(test_the_comparison_notices_changes);
	UNIT_RUN(test_what_is_no_chunk_is_refused);
	UNIT_RUN(test_an_inbox_entry_is_refused);
	UNIT_RUN(test_too_large_a_batch_is_refused);
	world_fini(&world);
	return UNIT_END();
}
