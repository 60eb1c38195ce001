#include "sequencer/streams.h"

#include <stdlib.h>
#include <string.h>

#include "core/crypto/sha256.h"
#include "core/rt/map.h"

#define AHEAD 12u /* ticks for which the slot is asked of memory in advance */

static size_t bits_bytes(uint32_t capacity) { return ((size_t)capacity + 63) / 64 * 8; }

bool seq_streams_open(struct seq_streams *s, uint32_t capacity)
{
	memset(s, 0, sizeof *s);
	s->capacity    = capacity;
	s->first_asset = SEQ_LIST_END;
	s->slots       = pr_map_reserve(capacity * sizeof *s->slots);
	s->assets      = pr_map_reserve(capacity * sizeof *s->assets);
	s->pending_bits = pr_map_reserve(bits_bytes(capacity));
	if (s->slots && s->assets && s->pending_bits) return true;
	seq_streams_close(s);
	return false;
}

void seq_streams_close(struct seq_streams *s)
{
	pr_map_release(s->slots, s->capacity * sizeof *s->slots);
	pr_map_release(s->assets, s->capacity * sizeof *s->assets);
	pr_map_release(s->pending_bits, bits_bytes(s->capacity));
	memset(s, 0, sizeof *s);
}

static void pending_add(struct seq_streams *s, uint32_t id, struct seq_stream *slot)
{
	struct seq_asset *asset = &s->assets[slot->asset];
	slot->next = asset->first ? asset->first : SEQ_LIST_END;
	slot->prev = 0;
	if (asset->first) s->slots[asset->first].prev = id;
	asset->first = id;
	s->pending_bits[id / 64] |= (uint64_t)1 << id % 64;
	if (id >= s->pending_end) s->pending_end = id + 1;
	s->pending_streams++;
	if (asset->next) return;
	asset->next = s->first_asset;
	asset->prev = 0;
	if (s->first_asset != SEQ_LIST_END) s->assets[s->first_asset].prev = slot->asset;
	s->first_asset = slot->asset;
}

static void pending_remove(struct seq_streams *s, uint32_t id, struct seq_stream *slot)
{
	struct seq_asset *asset = &s->assets[slot->asset];
	PR_CHECK(slot->next != 0 && s->pending_streams > 0);
	if (slot->next != SEQ_LIST_END) s->slots[slot->next].prev = slot->prev;
	if (slot->prev) s->slots[slot->prev].next = slot->next;
	else asset->first = slot->next == SEQ_LIST_END ? 0 : slot->next;
	slot->next = slot->prev = 0;
	s->pending_bits[id / 64] &= ~((uint64_t)1 << id % 64);
	s->pending_streams--;
	if (asset->first) return;
	if (asset->next != SEQ_LIST_END) s->assets[asset->next].prev = asset->prev;
	if (asset->prev) s->assets[asset->prev].next = asset->next;
	else s->first_asset = asset->next;
	asset->next = asset->prev = 0;
}

/* used_before: what the state said until now; 0 for a new stream. */
static void stream_change(struct seq_streams *s, uint32_t id, uint64_t used_before, const struct pr_stream *now)
{
	struct seq_stream *slot    = &s->slots[id];
	bool               pending = slot->asset != 0 && slot->next != 0;

	PR_CHECK(now->price > 0 && now->asset != 0 && now->used >= used_before);
	if (pending) {
		PR_CHECK(now->used - used_before <= s->pending_links);
		s->pending_links -= now->used - used_before;
	} else {
		memcpy(slot->tip32, now->tip, 32);
		slot->used = now->used;
		slot->next = slot->prev = 0;
	}
	PR_CHECK(slot->used >= now->used);
	uint64_t ahead = slot->used - now->used, units = now->escrow / now->price;
	PR_CHECK(ahead <= units);
	slot->units_left = units - ahead;
	slot->expiry     = now->expiry < UINT32_MAX ? (uint32_t)now->expiry : UINT32_MAX;
	slot->asset      = now->asset;
	if (pending && ahead == 0) pending_remove(s, id, slot);
}

/* Pending ticks must never meet OVERFLOW when they are folded: an asset stops taking ticks while its sums have room for less than all the money there
 * is (or 2^63, if that is more). */
static bool asset_has_room(const struct pr_asset *asset, uint64_t supply)
{
	const pr_u128 max   = ~(pr_u128)0;
	uint64_t      money = supply > (uint64_t)1 << 63 ? supply : (uint64_t)1 << 63;
	if (asset->total_rev > max - money || asset->direct_rev > max - money) return false;
	return asset->units == 0 || asset->acc <= max - ((pr_u128)money << 64) / asset->units;
}

void seq_streams_change(struct seq_streams *s, uint32_t id, const struct pr_object *before, const struct pr_object *after, uint64_t supply)
{
	struct seq_stream *slot = &s->slots[id];
	if (after->type == PR_OBJECT_ASSET) {
		s->assets[id].open = after->u.asset.status == PR_ASSET_ACTIVE && asset_has_room(&after->u.asset, supply);
	} else if (after->type == PR_OBJECT_STREAM && after->u.stream.kind == PR_STREAM_CHAIN) {
		stream_change(s, id, before->type == PR_OBJECT_STREAM ? before->u.stream.used : 0, &after->u.stream);
	} else if (after->type == PR_OBJECT_STREAM || before->type == PR_OBJECT_STREAM) {
		PR_CHECK(slot->asset == 0 || slot->next == 0); /* folded before it was closed */
		memset(slot, 0, sizeof *slot);
		if (after->type == PR_OBJECT_STREAM) slot->next = SEQ_VOUCHER;
	}
}

/* The tick leads to the slot's tip in that many links. */
static void tick_take(struct seq_streams *s, uint32_t id, struct seq_stream *slot, const uint8_t *tick, uint64_t links)
{
	memcpy(slot->tip32, tick + 12, 32);
	slot->used += links;
	slot->units_left -= links;
	if (slot->next == 0) pending_add(s, id, slot);
	s->pending_links += links;
}

static uint8_t tick_apply(struct seq_streams *s, struct seq_tick_result *r, uint64_t time, const uint8_t *tick, uint32_t *wasted)
{
	uint32_t id = pr_be32(tick);
	if (id >= s->capacity) return PR_STATUS_STREAM;
	struct seq_stream *slot = &s->slots[id];
	if (slot->asset == 0) return slot->next == SEQ_VOUCHER ? PR_STATUS_STREAM_KIND : PR_STATUS_STREAM;
	uint64_t index = pr_be64(tick + 4);
	if (index <= slot->used) return SEQ_TICK_DUPLICATE;
	uint64_t links = index - slot->used;
	if (links > SEQ_TICK_GAP_MAX) return PR_STATUS_COUNT_RANGE;
	if (slot->expiry < time) return PR_STATUS_STREAM_EXPIRED;
	if (!s->assets[slot->asset].open) return PR_STATUS_ASSET_STATUS;
	if (links > slot->units_left) return PR_STATUS_ESCROW;

	uint8_t hash32[32];
	if (links == 1) pr_sha256_32(hash32, tick + 12);
	else if (*wasted > SEQ_TICK_WASTE_MAX) return SEQ_TICK_SKIPPED;
	else pr_sha256_chain(hash32, tick + 12, links);
	if (memcmp(hash32, slot->tip32, 32) != 0) {
		*wasted += (uint32_t)links;
		return PR_STATUS_LINK;
	}
	tick_take(s, id, slot, tick, links);
	r->units += links;
	return PR_STATUS_APPLIED;
}

bool seq_stream_carry(struct seq_streams *s, const uint8_t *tick)
{
	uint32_t id    = pr_be32(tick);
	uint64_t index = pr_be64(tick + 4);
	uint8_t  hash32[32];
	if (id >= s->capacity || s->slots[id].asset == 0) return false;
	struct seq_stream *slot = &s->slots[id];
	if (index <= slot->used) return true;
	uint64_t links = index - slot->used;
	if (links > slot->units_left || links > SEQ_TICK_GAP_MAX) return false;
	pr_sha256_chain(hash32, tick + 12, links);
	if (memcmp(hash32, slot->tip32, 32) != 0) return false;
	tick_take(s, id, slot, tick, links);
	return true;
}

void seq_streams_apply(struct seq_streams *s, struct seq_tick_result *r, uint64_t time, const uint8_t *ticks, uint32_t count, uint8_t *accepted)
{
	uint32_t wasted = 0;
	r->accepted = r->duplicates = r->refused = 0;
	r->units = 0;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *tick = ticks + (size_t)i * SEQ_TICK_BYTES;
		if (i + AHEAD < count) {
			uint32_t later = pr_be32(tick + AHEAD * SEQ_TICK_BYTES);
			if (later < s->capacity) __builtin_prefetch(&s->slots[later], 1);
		}
		uint8_t status = tick_apply(s, r, time, tick, &wasted);
		if (status == PR_STATUS_APPLIED) {
			memcpy(accepted + (size_t)r->accepted++ * SEQ_TICK_BYTES, tick, SEQ_TICK_BYTES);
		} else if (status == SEQ_TICK_DUPLICATE) {
			r->duplicates++;
		} else {
			if (r->refused < SEQ_REFUSED_MAX) {
				r->refusals[r->refused].position = i;
				r->refusals[r->refused].status   = status;
			}
			r->refused++;
		}
	}
}

void seq_stream_lift(struct seq_streams *s, const struct pr_state *state, uint32_t id)
{
	struct seq_stream      *slot  = &s->slots[id];
	const struct pr_stream *now   = &pr_state_leaf(state, id)->o.u.stream;
	uint64_t                ahead = seq_stream_pending(s, state, id);
	PR_CHECK(ahead > 0 && ahead <= s->pending_links);
	s->pending_links -= ahead;
	slot->used = now->used;
	slot->units_left += ahead;
	memcpy(slot->tip32, now->tip, 32);
	pending_remove(s, id, slot);
}

const char *seq_tick_status_name(uint8_t status)
{
	return status < PR_STATUS_COUNT ? pr_status_names[status] : status == SEQ_TICK_DUPLICATE ? "duplicate" : "skipped";
}

uint64_t seq_stream_pending(const struct seq_streams *s, const struct pr_state *state, uint32_t id)
{
	if (id >= s->capacity || s->slots[id].asset == 0) return 0;
	const struct seq_stream *slot = &s->slots[id];
	return slot->used - pr_state_leaf(state, id)->o.u.stream.used;
}

static int id_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

uint32_t seq_streams_pending_ids(const struct seq_streams *s, uint32_t *ids, uint32_t asset)
{
	uint32_t count = 0;
	for (uint32_t id = s->assets[asset].first; id && id != SEQ_LIST_END; id = s->slots[id].next) ids[count++] = id;
	qsort(ids, count, sizeof *ids, id_order);
	return count;
}

uint32_t seq_streams_pending_between(const struct seq_streams *s, uint32_t *ids, uint32_t from, uint32_t to)
{
	uint32_t count = 0;
	if (to > s->pending_end) to = s->pending_end;
	while (from < to) {
		uint64_t word = s->pending_bits[from / 64] >> from % 64 << from % 64;
		uint32_t base = from / 64 * 64;
		for (; word; word &= word - 1) {
			uint32_t id = base + (uint32_t)__builtin_ctzll(word);
			if (id < to) ids[count++] = id;
		}
		from = base + 64;
	}
	return count;
}

/* One stable pass over eight bits of the asset's id (counting sort). */
static void group_pass(const struct seq_streams *s, uint32_t *to, const uint32_t *from, uint32_t count, unsigned shift, uint32_t at[256])
{
	for (uint32_t i = 0, sum = 0; i < 256; i++) {
		uint32_t n = at[i];
		at[i] = sum;
		sum += n;
	}
	for (uint32_t i = 0; i < count; i++) to[at[s->slots[from[i]].asset >> shift & 255]++] = from[i];
}

void seq_streams_group(const struct seq_streams *s, uint32_t *ids, uint32_t *scratch, uint32_t count)
{
	uint32_t sizes[4][256] = { 0 };
	for (uint32_t i = 0; i < count; i++) {
		if (i + AHEAD < count) __builtin_prefetch(&s->slots[ids[i + AHEAD]]);
		for (unsigned d = 0; d < 4; d++) sizes[d][s->slots[ids[i]].asset >> 8 * d & 255]++;
	}
	for (unsigned d = 0; d < 4 && count > 0; d++) {
		if (sizes[d][s->slots[ids[0]].asset >> 8 * d & 255] == count) continue; /* all alike */
		group_pass(s, scratch, ids, count, 8 * d, sizes[d]);
		memcpy(ids, scratch, count * sizeof *ids);
	}
}
