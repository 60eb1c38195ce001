#include "sequencer/feed.h"

#include <stdlib.h>
#include <string.h>

#include "core/codec/wire.h"
#include "core/rt/file.h"
#include "core/rt/log.h"
#include "core/rt/metrics.h"
#include "core/rt/spool.h"
#include "sequencer/rebase.h"

PR_METRIC_COUNTER(seq_feed_events_total, "seq_feed_events_total", "Events of the bridge read.");
PR_METRIC_GAUGE(seq_posted_batch, "seq_posted_batch", "Highest batch seen on L1.");
PR_METRIC_GAUGE(seq_settled_batch, "seq_settled_batch", "Highest batch with a final claim.");

#define EVENTS_PER_POLL 4096

struct seq_feed {
	struct seq_engine      *eng;
	char                    dir[PR_PATH_BYTES_MAX];
	struct pr_spool_reader *reader;
	bool                    from_start; /* the reader began with the oldest event */
	struct seq_feed_mark    mark;
	/* Scratch for comparing a posted batch. */
	struct pr_sealed_batch ours;
	struct pr_chunk        theirs;
};

struct seq_feed *seq_feed_open(struct seq_engine *eng, const char *dir)
{
	struct seq_feed *feed = calloc(1, sizeof *feed);
	if (!feed) return NULL;
	feed->eng = eng;
	if (strlen(dir) >= sizeof feed->dir) {
		free(feed);
		return NULL;
	}
	memcpy(feed->dir, dir, strlen(dir) + 1);
	seq_store_feed_load(eng->store, &feed->mark);
	pr_metric_set(&seq_posted_batch, feed->mark.posted);
	pr_metric_set(&seq_settled_batch, feed->mark.settled);
	return feed;
}

void seq_feed_close(struct seq_feed *feed)
{
	if (!feed) return;
	if (feed->reader) pr_spool_reader_close(feed->reader);
	free(feed);
}

const struct seq_feed_mark *seq_feed_mark(const struct seq_feed *feed) { return &feed->mark; }

static bool diverged(struct seq_feed *feed, uint64_t number, const char *what)
{
	PR_LOG_ERROR("diverged batch=%llu what=\"%s\"", (unsigned long long)number, what);
	seq_halt(feed->eng, "diverged");
	return false;
}

/* One posted chunk against one sealed chunk. */
static bool chunk_equal(struct seq_feed *feed, const struct pr_sealed_chunk *ours, const uint8_t *bytes, uint32_t len)
{
	uint8_t wire[PR_WIRE_BYTES_MAX];
	size_t  at = 0;
	if (!pr_chunk_decode(&feed->theirs, bytes, len) || feed->theirs.count != ours->entry_count) return false;
	for (uint32_t i = 0; i < feed->theirs.count; i++) {
		size_t n = pr_wire_encode(wire, &feed->theirs.entries[i]);
		if (n > ours->bytes_len - at || memcmp(wire, ours->bytes + at, n) != 0) return false;
		at += n;
	}
	return at == ours->bytes_len;
}

static const char *batch_difference(struct seq_feed *feed, const struct pr_l1_event *ev)
{
	const struct pr_batch_header *h = &ev->header;
	const struct pr_sealed_batch *b = &feed->ours;
	const uint8_t                *chunk;
	uint32_t                      len, i = 0;
	size_t                        pos = 0;

	if (h->timestamp != b->timestamp || h->inbox_from != b->inbox_from || h->inbox_to != b->inbox_to || h->posted != b->posted)
		return "header differs from the sealed batch";
	while (pr_run_next(&chunk, &len, &pos, ev->data, ev->data_len)) {
		if (i >= b->posted || !chunk_equal(feed, &b->chunks[i], chunk, len)) return "chunk differs from the sealed batch";
		i++;
	}
	return pos == ev->data_len && i == b->posted ? NULL : "chunks are missing";
}

/* The items that a batch took, as (length 2, item)*, from the feed itself: they stand before the batch.  False: one is missing. */
static bool items_read(struct seq_feed *feed, struct seq_foreign *f, uint8_t run[PR_BATCH_ITEMS_MAX * (2 + PR_WIRE_BYTES_MAX)])
{
	struct pr_spool_reader *reader;
	struct pr_l1_event      ev;
	const uint8_t          *record;
	size_t                  len;
	uint64_t                sequence, next = f->header.inbox_from;

	f->items     = run;
	f->items_len = 0;
	if (next == f->header.inbox_to) return true;
	if (f->header.inbox_to - next > PR_BATCH_ITEMS_MAX || pr_spool_reader_open(&reader, feed->dir, 0) != PR_OK) return false;
	while (next < f->header.inbox_to && pr_spool_read(reader, &sequence, &record, &len) == PR_OK) {
		if (!pr_l1_event_decode(&ev, record, len) || ev.type != PR_L1_ITEM || ev.number != next) continue;
		if (ev.data_len == 0 || ev.data_len > PR_WIRE_BYTES_MAX) break;
		pr_be16_put(run + f->items_len, (uint16_t)ev.data_len);
		memcpy(run + f->items_len + 2, ev.data, ev.data_len);
		f->items_len += 2u + ev.data_len;
		next++;
	}
	pr_spool_reader_close(reader);
	return next == f->header.inbox_to;
}

static bool rebase(struct seq_feed *feed, const struct pr_l1_event *ev, const char *what)
{
	static uint8_t     run[PR_BATCH_ITEMS_MAX * (2 + PR_WIRE_BYTES_MAX)];
	struct seq_foreign f = { .header = ev->header, .run = ev->data, .run_len = ev->data_len };
	memcpy(f.hash32, ev->hash32, 32);
	if (!items_read(feed, &f, run)) return diverged(feed, ev->header.number, "inbox items of a batch are missing in the feed");
	PR_LOG_WARN("foreign_batch batch=%llu what=\"%s\"", (unsigned long long)ev->header.number, what);
	seq_rebase_ask(feed->eng, &f);
	return false;
}

static bool batch_event(struct seq_feed *feed, const struct pr_l1_event *ev)
{
	struct seq_posted       posted;
	struct seq_batch        batch;
	struct pr_spool_reader *sealed;
	const uint8_t          *record;
	size_t                  len;
	uint64_t                sequence, number = ev->header.number;

	if (number <= feed->mark.posted) {
		if (seq_store_posted(feed->eng->store, number, &posted) && memcmp(posted.hash32, ev->hash32, 32) != 0)
			return diverged(feed, number, "a second batch of this number");
		return true;
	}
	if (number != feed->mark.posted + 1) return diverged(feed, number, "batches are missing in the feed");
	if (feed->mark.posted && memcmp(ev->header.parent, feed->mark.posted_hash32, 32) != 0) return diverged(feed, number, "parent is not the batch seen before");
	if (!seq_store_batch(feed->eng->store, number, &batch)) return rebase(feed, ev, "never sealed here");
	if (batch.foreign) {
		if (memcmp(batch.hash32, ev->hash32, 32) != 0) return diverged(feed, number, "another than was taken from L1 before");
	} else {
		if (pr_spool_reader_open(&sealed, feed->eng->sealed_dir, batch.sealed_next - 1) != PR_OK) return false;
		enum pr_err err = pr_spool_read(sealed, &sequence, &record, &len);
		const char *difference = NULL;
		if (err == PR_OK) difference = pr_sealed_batch_decode(&feed->ours, record, len) ? batch_difference(feed, ev) : "sealed record unreadable";
		pr_spool_reader_close(sealed);
		if (err != PR_OK) return false;
		if (difference) return rebase(feed, ev, difference);
	}
	posted.block      = ev->block;
	posted.block_time = ev->block_time;
	memcpy(posted.tx32, ev->tx32, 32);
	memcpy(posted.hash32, ev->hash32, 32);
	seq_store_posted_save(feed->eng->store, number, &posted);
	feed->mark.posted = number;
	memcpy(feed->mark.posted_hash32, ev->hash32, 32);
	pr_metric_set(&seq_posted_batch, number);
	return true;
}

/* Begins again with the oldest event; false if that was tried. */
static bool reread(struct seq_feed *feed, const char *why)
{
	if (feed->from_start) {
		PR_LOG_ERROR("feed_unusable what=\"%s\"", why);
		seq_halt(feed->eng, "feed_unusable");
		return false;
	}
	PR_LOG_WARN("feed_reread what=\"%s\"", why);
	feed->mark.next = 0;
	if (feed->reader) pr_spool_reader_close(feed->reader);
	feed->reader = NULL;
	return false;
}

static bool item_event(struct seq_feed *feed, const struct pr_l1_event *ev, uint64_t sequence)
{
	struct seq_engine *eng  = feed->eng;
	uint64_t           next = seq_system(eng)->inbox_next + eng->items.count;
	if (ev->number < next) return true;
	if (ev->number > next) return reread(feed, "inbox items are missing");
	if (ev->data_len == 0 || ev->data_len > PR_WIRE_BYTES_MAX) return reread(feed, "an inbox item of a length that the Inbox never takes");
	return seq_item_push(eng, ev->number, ev->a, sequence, ev->data, ev->data_len);
}

/* False: stay at this event for now. */
static bool event_take(struct seq_feed *feed, const uint8_t *record, size_t len, uint64_t sequence)
{
	struct pr_l1_event ev;
	if (!pr_l1_event_decode(&ev, record, len)) return reread(feed, "a record that is no event");
	switch (ev.type) {
	case PR_L1_ITEM: return item_event(feed, &ev, sequence);
	case PR_L1_BATCH: return batch_event(feed, &ev);
	case PR_L1_CLAIM_FINAL:
		if (ev.a > feed->mark.settled) feed->mark.settled = ev.a;
		pr_metric_set(&seq_settled_batch, feed->mark.settled);
		return true;
	case PR_L1_CLAIM:
	case PR_L1_CLAIM_STRUCK:
	case PR_L1_WITHDRAWN:
	case PR_L1_CLAIM_RECLAIMED:
	case PR_L1_EVENT_COUNT: return true;
	}
	return true;
}

/* What the bridge says of L1's tags; a file that is missing or damaged changes nothing. */
static void tags_read(struct seq_feed *feed)
{
	struct pr_l1_tags tags;
	char              path[PR_PATH_BYTES_MAX], *bytes;
	size_t            len;

	if (pr_path_join(path, feed->dir, PR_L1_TAGS_FILE) != PR_OK || pr_file_read_all(&bytes, &len, path, PR_L1_TAGS_BYTES) != PR_OK) return;
	if (pr_l1_tags_decode(&tags, (const uint8_t *)bytes, len)) feed->mark.tags = tags;
	free(bytes);
}

static bool reader_ready(struct seq_feed *feed)
{
	if (feed->reader) return true;
	enum pr_err err = pr_spool_reader_open(&feed->reader, feed->dir, feed->mark.next);
	if (err == PR_OK) {
		feed->from_start = feed->mark.next == 0;
		return true;
	}
	feed->reader = NULL;
	if (err == PR_ERR_INVALID) feed->mark.next = 0; /* another spool stands there now */
	else if (err != PR_ERR_NOT_FOUND) PR_LOG_WARN("feed_open error=%s", pr_err_name(err));
	return false;
}

void seq_feed_poll(struct seq_feed *feed)
{
	const uint8_t *record;
	size_t         len;
	uint64_t       sequence;
	unsigned       taken = 0;
	bool           stopped = false;

	tags_read(feed);
	if (!reader_ready(feed)) return;
	while (taken < EVENTS_PER_POLL && !feed->eng->halted) {
		enum pr_err err = pr_spool_read(feed->reader, &sequence, &record, &len);
		if (err == PR_ERR_NOT_FOUND) break;
		if (err != PR_OK) {
			PR_LOG_WARN("feed_read error=%s", pr_err_name(err));
			return;
		}
		if (!event_take(feed, record, len, sequence)) {
			stopped = true;
			break;
		}
		taken++;
		pr_metric_add(&seq_feed_events_total, 1);
	}
	if (stopped && feed->reader) { /* the reader moved past an event that was not taken */
		pr_spool_reader_close(feed->reader);
		feed->reader    = NULL;
		feed->mark.next = sequence;
	}
	if (taken == 0) return;
	uint64_t next = feed->reader ? pr_spool_reader_next(feed->reader) : feed->mark.next;
	if (feed->eng->items.count) next = feed->eng->items.ring[feed->eng->items.first].feed_sequence;
	struct seq_feed_mark row = feed->mark;
	row.next = next;
	seq_store_feed_save(feed->eng->store, &row);
}
