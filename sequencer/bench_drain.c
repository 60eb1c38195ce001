/* The end of an epoch without HTTP: what folding everything that is pending costs at once, and what the longest step of a drain in slices costs.  Times are of the
 * processor, so that other work on the machine does not count.
 *
 *     bench_drain [streams] [ticks a stream and epoch] [epochs] */
#include <stdio.h>
#include <time.h>

#include "sequencer/test_kit.h"

#define ASSETS 4u

static struct pr_chain chain;
static uint32_t        stream_count = 100000, per_epoch = 4, epochs = 5;
static uint32_t       *stream_ids, asset_ids[ASSETS];
static uint8_t (*links)[32]; /* [stream * (units + 1) + used] */
static uint8_t         payer20[20];

static uint32_t submit(struct seq_engine *eng, struct pr_entry *e)
{
	struct seq_receipt receipt = { 0 };
	uint32_t           from = kit_account(&eng->state, 0);
	e->f[PR_TRANSFER_FROM].num  = from;
	e->f[PR_TRANSFER_NONCE].num = pr_state_leaf(&eng->state, from)->o.u.account.nonce;
	UNIT_CHECK(seq_submit(eng, e, payer20, &receipt) == PR_STATUS_APPLIED);
	return receipt.created;
}

static void streams_open(struct seq_engine *eng, uint32_t units)
{
	kit_address(payer20, 0);
	kit_deposit(eng, 0, UINT64_C(1000000000000000));
	seq_seal_prepare(eng);
	for (uint32_t i = 0; i < ASSETS; i++) {
		struct pr_entry e = { .kind = PR_KIND_ASSET_REGISTER };
		e.f[PR_ASSET_REGISTER_ACTIVE].num = 1;
		pr_be32_put(e.f[PR_ASSET_REGISTER_CONTENT].bytes, i + 1);
		e.f[PR_ASSET_REGISTER_PRICE0].num = 100;
		asset_ids[i] = submit(eng, &e);
	}
	for (uint32_t s = 0; s < stream_count; s++) {
		uint8_t (*chain32)[32] = links + (size_t)s * (units + 1);
		struct pr_entry e = { .kind = PR_KIND_STREAM_OPEN };
		memset(chain32[units], 0, 32);
		pr_be32_put(chain32[units], s + 1);
		for (uint32_t k = units; k > 0; k--) pr_sha256_32(chain32[k - 1], chain32[k]);
		e.f[PR_STREAM_OPEN_ASSET].num  = asset_ids[s % ASSETS];
		e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_CHAIN;
		e.f[PR_STREAM_OPEN_PRICE].num  = 100;
		e.f[PR_STREAM_OPEN_ESCROW].num = 100ull * units;
		e.f[PR_STREAM_OPEN_EXPIRY].num = kit_time_s + 86400;
		memcpy(e.f[PR_STREAM_OPEN_TIP].bytes, chain32[0], 32);
		stream_ids[s] = submit(eng, &e);
	}
	seq_drain(eng);
}

static void ticks_apply(struct seq_engine *eng, uint32_t units, uint32_t used)
{
	static struct seq_tick_result r;
	uint8_t                       body[1024 * SEQ_TICK_BYTES];
	for (uint32_t at = 0; at < stream_count;) {
		uint32_t n = 0;
		for (; n < 1024 && at < stream_count; n++, at++) {
			uint32_t s = (uint32_t)((at * 2654435761ull) % stream_count);
			pr_be32_put(body + n * SEQ_TICK_BYTES, stream_ids[s]);
			pr_be64_put(body + n * SEQ_TICK_BYTES + 4, used);
			memcpy(body + n * SEQ_TICK_BYTES + 12, links[(size_t)s * (units + 1) + used], 32);
		}
		seq_ticks(eng, &r, body, n);
		UNIT_CHECK(r.refused == 0);
		seq_log_kick(eng->log);
	}
}

static double cpu_ms(void)
{
	struct timespec t;
	PR_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void at_once(struct seq_engine *eng)
{
	double start = cpu_ms();
	seq_fold_all(eng);
	seq_block_seal(eng);
	printf("at once: %.1f ms of folding and hashing\n", cpu_ms() - start);
	seq_drain(eng);
}

#define STEP 64u

static void in_steps(struct seq_engine *eng)
{
	double   folding = 0, rows = 0, longest_fold = 0, longest_rows = 0;
	uint32_t count = 0;
	seq_drain_start(eng);
	for (bool more = true; more; count++) {
		bool   folds = seq_drain_runs(&eng->drain);
		double start = cpu_ms();
		more = seq_drain_step(eng, STEP);
		double took = cpu_ms() - start;
		if (folds) {
			folding += took;
			if (took > longest_fold) longest_fold = took;
		} else {
			rows += took;
			if (took > longest_rows) longest_rows = took;
		}
	}
	printf("in %u steps: %.1f ms of folding and hashing, the longest step %.2f ms; %.1f ms of rows for the cache, the longest step %.2f ms\n", count, folding,
	       longest_fold, rows, longest_rows);
	seq_log_kick(eng->log);
	UNIT_CHECK(eng->streams.pending_streams == 0);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/pr_bench_drain_XXXXXX";
	if (argc > 1) stream_count = (uint32_t)strtoul(argv[1], NULL, 10);
	if (argc > 2) per_epoch = (uint32_t)strtoul(argv[2], NULL, 10);
	if (argc > 3) epochs = (uint32_t)strtoul(argv[3], NULL, 10);
	uint32_t units = per_epoch * epochs;
	if (stream_count < 1000 || stream_count > 1000000 || units < 1 || units > 1000) return 2;
	pr_crypto_init();
	pr_log_init("bench_drain", PR_LOG_LEVEL_WARN);
	if (!mkdtemp(dir)) return 1;
	kit_chain(&chain);
	struct seq_engine_options options = { .data_dir = dir, .chain = &chain, .capacity = PR_OBJECTS_MAX, .log_segment_bytes = 64u << 20,
		                              .pending_links_max = 1u << 26, .pending_streams_max = 1u << 24, .age_ms = 60000, .now_s = kit_now };
	struct seq_engine *eng;
	if (seq_engine_open(&eng, &options) != PR_OK) return 1;
	links      = malloc((size_t)stream_count * (units + 1) * 32);
	stream_ids = calloc(stream_count, sizeof *stream_ids);
	PR_CHECK(links && stream_ids);
	streams_open(eng, units);
	for (uint32_t i = 0; i < epochs; i++) {
		for (uint32_t k = 0; k < per_epoch; k++) ticks_apply(eng, units, i * per_epoch + k + 1);
		if (i % 2 == 0) at_once(eng);
		else in_steps(eng);
	}
	seq_engine_close(eng);
	kit_remove(dir);
	unit_end_case("drain");
	return UNIT_END();
}
