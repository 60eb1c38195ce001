/* How long a verifying node takes to start, from the genesis and from a checkpoint, and what a checkpoint of many objects costs.
 *
 *   the chain    BATCHES batches of signed payments, the last OPEN of them not final: a start from the checkpoint executes these
 *   the objects  a state of so many accounts, written and loaded
 *
 * Both starts must come to the same roots.  Usage: bench_start [batches] [objects] */
#define KIT_BATCHES_MAX 4096u
#include <sched.h>
#include <stdio.h>
#include <time.h>

#include "core/rt/log.h"
#include "core/rt/map.h"
#include "fraud/node.h"
#include "fraud/test_kit.h"

#define CHUNKS 4u
#define PAYMENTS 60u /* in a chunk */
#define OPEN_BATCHES 20u

static struct kit      kit;
static struct frd_node node;

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void chain_make(const char *dir, uint32_t batches)
{
	uint64_t parent = 0;
	kit_open(&kit, dir, 1);
	kit_first_batch(&kit);
	while (kit.batch_count <= batches) {
		kit_batch_begin(&kit);
		for (unsigned chunk = 0; chunk < CHUNKS; chunk++) {
			kit_chunk_begin(&kit);
			for (unsigned i = 0; i < PAYMENTS; i++) PR_CHECK(world_pay(&kit.w, i % KIT_PEOPLE, kit.assets[i % 4], 100 + world_below(&kit.w, 900)) == PR_STATUS_APPLIED);
			kit_chunk_end(&kit);
		}
		kit_batch_end(&kit);
	}
	for (uint64_t n = 1; n <= batches; n++) parent = kit_claim(&kit, n, parent, UINT32_MAX);
	for (uint64_t n = 1; n + OPEN_BATCHES <= batches; n++) kit_verdict(&kit, PR_L1_CLAIM_FINAL, n, n);
	kit_pause(&kit);
}

/* Opens the node and gives its root; the time it took. */
static double start(const char *dir, uint64_t every, uint64_t from, uint8_t root32[32])
{
	double began = seconds();
	PR_CHECK(frd_node_open(&node, &kit.chain, dir, KIT_CAPACITY, every, false) == PR_OK && node.start_batch == from);
	double t = seconds() - began;
	while (frd_saver_busy(&node.saver)) (void)sched_yield();
	pr_state_root(&node.head, root32);
	frd_node_close(&node);
	return t;
}

static void bench_chain(uint32_t batches)
{
	uint8_t a32[32], b32[32];
	char    dir[256];
	tempdir_name(dir, "chain");
	chain_make(dir, batches);
	double genesis = start(dir, 1, 0, a32), checkpoint = start(dir, 1, batches - OPEN_BATCHES, b32);
	PR_CHECK(memcmp(a32, b32, 32) == 0 && memcmp(a32, kit.batches[batches].roots[kit.batches[batches].chunk_count - 1], 32) == 0);
	printf("start after %u batches, %u signed payments, the last %u batches not final: from the genesis %.2f s, from the checkpoint %.2f s\n", batches,
	       (batches - 1) * CHUNKS * PAYMENTS, OPEN_BATCHES, genesis, checkpoint);
	kit_fini(&kit);
}

static void take(struct frd_book *book, const struct pr_l1_event *e)
{
	bool news;
	PR_CHECK(frd_book_take(book, e, 1, &news) == PR_OK);
}

static void state_open(struct pr_state *state, void **mem, uint32_t capacity, uint8_t root32[32])
{
	char message[PR_CONFIG_MESSAGE_BYTES];
	*mem = pr_map_reserve(pr_state_bytes(capacity));
	PR_CHECK(*mem);
	pr_state_init(state, *mem, capacity, 5);
	PR_CHECK(pr_chain_genesis(message, &kit.chain, state, root32) == PR_OK);
}

static void bench_objects(uint32_t objects)
{
	struct frd_checkpoint at;
	struct frd_history    history;
	struct frd_book       book;
	struct pr_state       state, loaded;
	struct pr_leaf        leaf = { .o.type = PR_OBJECT_ACCOUNT };
	void                 *mem, *loaded_mem;
	char                  path[256];
	const char           *why;
	uint8_t               root32[32], hash32[32] = { 1 };
	uint32_t              capacity = 2;
	_Atomic bool          stop     = false;

	while (capacity <= objects) capacity *= 2;
	state_open(&state, &mem, capacity, root32);
	state_open(&loaded, &loaded_mem, capacity, root32);
	frd_book_init(&book, hash32, root32);
	for (uint32_t id = 1; id <= objects; id++) {
		pr_sha256(leaf.link.key, &id, sizeof id);
		leaf.o.u.account.balance = id;
		pr_state_put(&state, id, &leaf);
	}
	pr_state_root(&state, root32);
	struct pr_l1_event batch = { .type = PR_L1_BATCH, .number = 1, .header = { .number = 1, .posted = 1 } };
	memcpy(batch.header.parent, hash32, 32);
	struct pr_l1_event claim = { .type = PR_L1_CLAIM, .number = 1, .a = 1, .data = root32, .data_len = 32 }, final = { .type = PR_L1_CLAIM_FINAL, .number = 1, .a = 1 };
	take(&book, &batch);
	take(&book, &claim);
	take(&book, &final);
	book.batches[1].roots = malloc(32);
	PR_CHECK(book.batches[1].roots);
	memcpy(book.batches[1].roots, root32, 32);
	frd_book_judge(&book);
	frd_history_begin(&history, &book);
	frd_history_add(&history, &book);
	PR_CHECK(frd_checkpoint_at(&at, &book, &history));
	tempdir_name(path, "objects");
	double began = seconds();
	PR_CHECK(frd_checkpoint_write(path, &kit.chain, &at, &state, &stop) == PR_OK);
	double written = seconds() - began;
	free(book.batches[1].roots);
	book.batches[1].roots = NULL;
	struct stat st;
	PR_CHECK(stat(path, &st) == 0);
	began = seconds();
	PR_CHECK(frd_checkpoint_load(&at, &history, &why, path, &kit.chain, &book, &loaded) == PR_OK && memcmp(loaded.root, root32, 32) == 0);
	double read = seconds() - began;
	printf("checkpoint of %u objects, %.1f MB: written beside the work in %.2f s, loaded and hashed in %.2f s\n", objects, (double)st.st_size * 1e-6, written, read);
	frd_book_fini(&book);
	pr_map_release(mem, pr_state_bytes(capacity));
	pr_map_release(loaded_mem, pr_state_bytes(capacity));
}

int main(int argc, char **argv)
{
	uint32_t    batches = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 200, objects = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000000;
	const char *temp    = tempdir_make();
	PR_CHECK(batches > OPEN_BATCHES + 1 && batches < KIT_BATCHES_MAX && objects > 0 && objects < PR_OBJECTS_MAX);
	pr_log_redirect(-1);
	bench_chain(batches);
	bench_objects(objects);
	tempdir_remove(temp);
	return 0;
}
