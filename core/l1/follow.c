#include "core/l1/follow.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cursor.h"
#include "core/rt/crc32c.h"

#define RANGE_BLOCKS_DEFAULT 1000
#define STATE_MAGIC 0x50524657u /* "PRFW" */
#define STATE_HEADER_BYTES 20
#define STATE_CRC_BYTES 4

struct checkpoint {
	uint64_t number;
	uint8_t hash32[32];
};

/* The logs of one step, copied: their checking needs the client. */
struct buffer {
	struct pr_l1_log *logs; /* data is an offset into bytes until buffer_seal */
	size_t log_count, log_room;
	uint8_t *bytes;
	size_t bytes_len, bytes_room;
};

struct pr_follow {
	struct pr_ethrpc *rpc;
	struct pr_follow_options options;
	struct pr_follow_events events;
	uint64_t range_blocks; /* shrinks when logs do not fit the buffer */
	struct checkpoint window[PR_FOLLOW_WINDOW]; /* oldest first */
	uint32_t count;
	bool dropped; /* checkpoints older than the window existed */
	struct buffer buffer;
	struct pr_l1_block *headers; /* of the blocks with logs in the current range */
	size_t header_count, header_room;
};

PR_STATIC_ASSERT(STATE_HEADER_BYTES + STATE_CRC_BYTES + PR_FOLLOW_WINDOW * 40 <= PR_FOLLOW_STATE_BYTES_MAX, "state fits");

enum pr_err pr_follow_open(struct pr_follow **out, struct pr_ethrpc *rpc, const struct pr_follow_options *options,
                           const struct pr_follow_events *events)
{
	const struct pr_ethrpc_filter *filter = &options->filter;
	*out = NULL;
	if (filter->addr_count == 0 || filter->addr_count > PR_ETHRPC_ADDRS_MAX) return PR_ERR_INVALID;
	if (filter->topic_count > PR_ETHRPC_TOPICS_MAX || options->start_block == 0) return PR_ERR_INVALID;
	if (options->target == PR_L1_NUMBER || options->target == PR_L1_PENDING) return PR_ERR_INVALID;
	struct pr_follow *f = calloc(1, sizeof *f);
	PR_CHECK(f && rpc && events->rollback && events->log && events->block);
	f->rpc = rpc;
	f->options = *options;
	f->events = *events;
	if (f->options.range_blocks == 0) f->options.range_blocks = RANGE_BLOCKS_DEFAULT;
	f->range_blocks = f->options.range_blocks;
	*out = f;
	return PR_OK;
}

void pr_follow_close(struct pr_follow *follow)
{
	if (!follow) return;
	free(follow->buffer.logs);
	free(follow->buffer.bytes);
	free(follow->headers);
	free(follow);
}

uint64_t pr_follow_position(const struct pr_follow *follow, uint8_t hash32[32])
{
	memset(hash32, 0, 32);
	if (follow->count == 0) return follow->options.start_block - 1;
	memcpy(hash32, follow->window[follow->count - 1].hash32, 32);
	return follow->window[follow->count - 1].number;
}

static void remember(struct pr_follow *f, const struct pr_l1_block *block)
{
	PR_CHECK(f->count == 0 || block->number > f->window[f->count - 1].number);
	if (f->count == PR_FOLLOW_WINDOW) {
		memmove(f->window, f->window + 1, (PR_FOLLOW_WINDOW - 1) * sizeof f->window[0]);
		f->count--;
		f->dropped = true;
	}
	f->window[f->count].number = block->number;
	memcpy(f->window[f->count].hash32, block->hash32, 32);
	f->count++;
}

/* Doubles a growing array until it has room for need elements. */
static void grow(void **array, size_t *room, size_t need, size_t size)
{
	if (need <= *room) return;
	size_t next = *room ? *room : 64;
	while (next < need) next *= 2;
	*array = realloc(*array, next * size);
	PR_CHECK(*array);
	*room = next;
}

static enum pr_err collect(void *ctx, const struct pr_l1_log *log)
{
	struct buffer *b = ctx;
	if (log->data_len > PR_FOLLOW_BUFFER_BYTES_MAX - b->bytes_len) return PR_ERR_FULL;
	if (b->log_count >= PR_FOLLOW_BUFFER_BYTES_MAX / sizeof *log) return PR_ERR_FULL;
	void *logs = b->logs, *bytes = b->bytes;
	grow(&logs, &b->log_room, b->log_count + 1, sizeof *log);
	grow(&bytes, &b->bytes_room, b->bytes_len + log->data_len, 1);
	b->logs = logs;
	b->bytes = bytes;
	b->logs[b->log_count] = *log;
	b->logs[b->log_count++].data = NULL;
	if (log->data_len > 0) memcpy(b->bytes + b->bytes_len, log->data, log->data_len);
	b->bytes_len += log->data_len;
	return PR_OK;
}

/* The bytes do not move any more: points every log at its own. */
static void seal(struct buffer *b)
{
	size_t at = 0;
	for (size_t i = 0; i < b->log_count; i++) {
		b->logs[i].data = b->bytes + at;
		at += b->logs[i].data_len;
	}
	PR_CHECK(at == b->bytes_len);
}

/* A block by its number; *there: the chain has one of that number (yet). */
static enum pr_err fetch(struct pr_follow *f, struct pr_l1_block *block, bool *there, uint64_t number)
{
	enum pr_err err = pr_ethrpc_block(f->rpc, block, pr_l1_number(number));
	*there = err == PR_OK;
	return err == PR_ERR_NOT_FOUND ? PR_OK : err;
}

static enum pr_err is_canonical(struct pr_follow *f, bool *yes, uint64_t number, const uint8_t hash32[32])
{
	struct pr_l1_block block;
	PR_FORWARD(fetch(f, &block, yes, number));
	if (*yes) *yes = memcmp(block.hash32, hash32, 32) == 0;
	return PR_OK;
}

enum window { ON_CHAIN, ROLLED_BACK, CHAIN_SHORTER };

/* Goes back over the window to the newest checkpoint that is still canonical, and tells the rollback if blocks above it were
 * replaced.  A chain that merely is shorter (a node that lags) is waited for. */
static enum pr_err check_window(struct pr_follow *f, enum window *found)
{
	bool replaced = false, yes = false;
	uint32_t kept = f->count;
	*found = ON_CHAIN;
	for (; kept > 0 && !yes; kept -= !yes) {
		const struct checkpoint *c = &f->window[kept - 1];
		struct pr_l1_block block;
		bool there;
		PR_FORWARD(fetch(f, &block, &there, c->number));
		yes = there && memcmp(block.hash32, c->hash32, 32) == 0;
		if (there && !yes) replaced = true;
	}
	if (kept == f->count) return PR_OK;
	*found = CHAIN_SHORTER;
	if (!replaced) return PR_OK;
	if (kept == 0 && f->dropped) return PR_ERR_CORRUPT;
	uint64_t number = kept > 0 ? f->window[kept - 1].number : f->options.start_block - 1;
	PR_FORWARD(f->events.rollback(f->events.ctx, number));
	f->count = kept;
	*found = ROLLED_BACK;
	return PR_OK;
}

static enum pr_err tell_block(struct pr_follow *f, const struct pr_l1_block *block)
{
	PR_FORWARD(f->events.block(f->events.ctx, block));
	remember(f, block);
	return PR_OK;
}

/* Tells the buffered logs, block by block; headers are those of the blocks that have any. */
static enum pr_err tell(struct pr_follow *f)
{
	size_t next = 0;
	seal(&f->buffer);
	for (size_t i = 0; i < f->header_count; i++) {
		for (; next < f->buffer.log_count && f->buffer.logs[next].block_number == f->headers[i].number; next++)
			PR_FORWARD(f->events.log(f->events.ctx, &f->buffer.logs[next]));
		PR_FORWARD(tell_block(f, &f->headers[i]));
	}
	PR_CHECK(next == f->buffer.log_count);
	return PR_OK;
}

static void add_header(struct pr_follow *f, const struct pr_l1_block *block)
{
	void *headers = f->headers;
	grow(&headers, &f->header_room, f->header_count + 1, sizeof *block);
	f->headers = headers;
	f->headers[f->header_count++] = *block;
}

/* One block, its logs named by its hash.  Nothing is told if it does not stand on the last checkpoint (any more). */
static enum pr_err take_block(struct pr_follow *f, uint64_t number)
{
	struct pr_l1_block block;
	bool there;
	PR_FORWARD(fetch(f, &block, &there, number));
	if (!there) return PR_OK;
	if (f->count > 0 && memcmp(block.parent32, f->window[f->count - 1].hash32, 32) != 0) return PR_OK;
	PR_FORWARD(pr_ethrpc_logs_of_block(f->rpc, &f->options.filter, &block, collect, &f->buffer));
	add_header(f, &block);
	return tell(f);
}

/* Fetches the header of every block that has logs in the buffer.  *same: each log is of the block the chain has now. */
static enum pr_err fetch_headers(struct pr_follow *f, bool *same)
{
	*same = false;
	for (size_t i = 0; i < f->buffer.log_count; i++) {
		const struct pr_l1_log *log = &f->buffer.logs[i];
		if (f->header_count == 0 || f->headers[f->header_count - 1].number != log->block_number) {
			struct pr_l1_block block;
			bool there;
			PR_FORWARD(fetch(f, &block, &there, log->block_number));
			if (!there) return PR_OK;
			add_header(f, &block);
		}
		if (memcmp(log->block_hash32, f->headers[f->header_count - 1].hash32, 32) != 0) return PR_OK;
	}
	*same = true;
	return PR_OK;
}

/* Many blocks at once.  The last block is looked at before and after, and the checkpoint below again at the end: if all are
 * as they were, no reorganisation touched the range meanwhile.  Else nothing is told and the next step looks again. */
static enum pr_err take_range(struct pr_follow *f, uint64_t from, uint64_t to)
{
	struct pr_l1_block last;
	bool same;
	PR_FORWARD(fetch(f, &last, &same, to));
	if (!same) return PR_OK;
	enum pr_err err = pr_ethrpc_logs(f->rpc, &f->options.filter, from, to, collect, &f->buffer);
	if (err == PR_ERR_FULL && to > from) {
		f->range_blocks = (to - from + 1) / 2;
		return PR_OK;
	}
	PR_FORWARD(err);
	PR_FORWARD(fetch_headers(f, &same));
	if (!same) return PR_OK;
	PR_FORWARD(is_canonical(f, &same, last.number, last.hash32));
	if (!same) return PR_OK;
	if (f->count > 0) {
		const struct checkpoint *below = &f->window[f->count - 1];
		PR_FORWARD(is_canonical(f, &same, below->number, below->hash32));
		if (!same) return PR_OK;
	}
	if (f->header_count == 0 || f->headers[f->header_count - 1].number != to) add_header(f, &last);
	if (f->range_blocks < f->options.range_blocks) f->range_blocks *= 2;
	return tell(f);
}

enum pr_err pr_follow_step(struct pr_follow *follow, bool *idle)
{
	struct pr_l1_block target;
	enum window found;
	uint8_t hash32[32];
	*idle = true;
	enum pr_err err = pr_ethrpc_block(follow->rpc, &target, pr_l1_at(follow->options.target));
	if (err == PR_ERR_NOT_FOUND) return PR_OK; /* no safe or finalized block yet */
	PR_FORWARD(err);
	PR_FORWARD(check_window(follow, &found));
	if (found == CHAIN_SHORTER) return PR_OK;
	uint64_t position = pr_follow_position(follow, hash32);
	uint64_t depth = follow->options.depth;
	if (found == ON_CHAIN && (target.number < depth || target.number - depth <= position)) return PR_OK;
	*idle = false;
	if (found == ROLLED_BACK) return PR_OK;
	uint64_t left = target.number - depth - position;
	follow->buffer.log_count = 0;
	follow->buffer.bytes_len = 0;
	follow->header_count = 0;
	if (left <= PR_FOLLOW_SINGLE) return take_block(follow, position + 1);
	left -= PR_FOLLOW_SINGLE;
	return take_range(follow, position + 1, position + (left < follow->range_blocks ? left : follow->range_blocks));
}

void pr_follow_rewind(struct pr_follow *follow, uint64_t number)
{
	while (follow->count > 0 && follow->window[follow->count - 1].number > number) follow->count--;
	if (follow->count == 0) follow->dropped = false;
}

size_t pr_follow_save(const struct pr_follow *follow, uint8_t state[PR_FOLLOW_STATE_BYTES_MAX])
{
	size_t at = STATE_HEADER_BYTES;
	pr_be32_put(state, STATE_MAGIC);
	pr_be64_put(state + 4, follow->options.start_block);
	pr_be32_put(state + 12, follow->dropped);
	pr_be32_put(state + 16, follow->count);
	for (uint32_t i = 0; i < follow->count; i++) {
		pr_be64_put(state + at, follow->window[i].number);
		memcpy(state + at + 8, follow->window[i].hash32, 32);
		at += 40;
	}
	pr_be32_put(state + at, pr_crc32c(0, state, at));
	return at + STATE_CRC_BYTES;
}

enum pr_err pr_follow_restore(struct pr_follow *follow, const uint8_t *state, size_t len)
{
	PR_CHECK(follow->count == 0);
	if (len < STATE_HEADER_BYTES + STATE_CRC_BYTES) return PR_ERR_CORRUPT;
	if (pr_be32(state + len - STATE_CRC_BYTES) != pr_crc32c(0, state, len - STATE_CRC_BYTES)) return PR_ERR_CORRUPT;
	struct pr_cursor c = pr_cur(state, len - STATE_CRC_BYTES);
	if (pr_cur_u32(&c) != STATE_MAGIC || pr_cur_u64(&c) != follow->options.start_block) return PR_ERR_CORRUPT;
	uint32_t dropped = pr_cur_u32(&c), count = pr_cur_u32(&c);
	if (dropped > 1 || count > PR_FOLLOW_WINDOW) return PR_ERR_CORRUPT;
	uint64_t above = follow->options.start_block - 1;
	for (uint32_t i = 0; i < count; i++) {
		follow->window[i].number = pr_cur_u64(&c);
		pr_cur_copy(&c, follow->window[i].hash32, 32);
		if (!pr_cur_ok(&c) || follow->window[i].number <= above) return PR_ERR_CORRUPT;
		above = follow->window[i].number;
	}
	if (!pr_cur_done(&c)) return PR_ERR_CORRUPT;
	follow->dropped = dropped == 1;
	follow->count = count;
	return PR_OK;
}
