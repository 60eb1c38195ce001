#include "core/l1/abi.h"

#include <string.h>

#include "core/crypto/keccak.h"

void pr_abi_topic(uint8_t topic32[32], const char *signature) { pr_keccak256(topic32, signature, strlen(signature)); }

void pr_abi_selector(uint8_t selector4[4], const char *signature)
{
	uint8_t hash32[32];
	pr_abi_topic(hash32, signature);
	memcpy(selector4, hash32, 4);
}

/* Appends len zero bytes and returns where they start, NULL if they do not fit. */
static uint8_t *append(struct pr_abi *w, size_t len)
{
	if (w->full || len > w->room - w->len) {
		w->full = true;
		return NULL;
	}
	uint8_t *p = w->buf + w->len;
	memset(p, 0, len);
	w->len += len;
	return p;
}

static void enter(struct pr_abi *w, size_t head_words)
{
	PR_CHECK(w->depth < PR_ABI_DEPTH_MAX);
	size_t base = w->len;
	if (head_words > w->room / 32) w->full = true;
	else (void)append(w, 32 * head_words);
	w->list[w->depth].base = base;
	w->list[w->depth].next = base;
	w->list[w->depth].end = w->len;
	w->depth++;
}

void pr_abi_args(struct pr_abi *w, uint8_t *buf, size_t room, size_t head_words)
{
	memset(w, 0, sizeof *w);
	w->buf = buf;
	w->room = room;
	enter(w, head_words);
}

void pr_abi_call(struct pr_abi *w, uint8_t *buf, size_t room, const char *signature, size_t head_words)
{
	memset(w, 0, sizeof *w);
	w->buf = buf;
	w->room = room;
	uint8_t *p = append(w, 4);
	if (p) pr_abi_selector(p, signature);
	enter(w, head_words);
}

/* The next head word of the innermost list; NULL once the buffer has overflowed. */
static uint8_t *head(struct pr_abi *w)
{
	PR_CHECK(w->depth > 0);
	if (w->full) return NULL;
	size_t at = w->list[w->depth - 1].next;
	PR_CHECK(at < w->list[w->depth - 1].end);
	w->list[w->depth - 1].next = at + 32;
	return w->buf + at;
}

void pr_abi_fixed(struct pr_abi *w, const uint8_t *bytes, size_t len)
{
	uint8_t *p = head(w);
	PR_CHECK(len <= 32);
	if (p) memcpy(p, bytes, len);
}

void pr_abi_word(struct pr_abi *w, const uint8_t word32[32]) { pr_abi_fixed(w, word32, 32); }

void pr_abi_u128(struct pr_abi *w, pr_u128 value)
{
	uint8_t *p = head(w);
	if (p) pr_be128_put(p + 16, value);
}

void pr_abi_bool(struct pr_abi *w, bool value) { pr_abi_u128(w, value); }

void pr_abi_addr(struct pr_abi *w, const uint8_t addr20[20])
{
	uint8_t *p = head(w);
	if (p) memcpy(p + 12, addr20, 20);
}

/* The offset of what comes next in the tail, relative to the start of the list that holds it. */
static void offset(struct pr_abi *w)
{
	uint8_t *p = head(w);
	if (p) pr_be64_put(p + 24, w->len - w->list[w->depth - 1].base);
}

static void length(struct pr_abi *w, size_t count)
{
	uint8_t *p = append(w, 32);
	if (p) pr_be64_put(p + 24, count);
}

void pr_abi_bytes(struct pr_abi *w, const uint8_t *bytes, size_t len)
{
	offset(w);
	length(w, len);
	uint8_t *p = len > w->room ? NULL : append(w, (len + 31) / 32 * 32);
	if (!p) w->full = true;
	else if (len > 0) memcpy(p, bytes, len);
}

void pr_abi_words(struct pr_abi *w, const uint8_t *words, size_t count)
{
	pr_abi_array(w, count, 1);
	for (size_t i = 0; i < count; i++) pr_abi_word(w, words + 32 * i);
	pr_abi_leave(w);
}

void pr_abi_array(struct pr_abi *w, size_t count, size_t words_each)
{
	offset(w);
	length(w, count);
	if (count > w->room / 32) w->full = true;
	enter(w, w->full ? 0 : count * words_each);
}

void pr_abi_tuple(struct pr_abi *w, size_t head_words)
{
	offset(w);
	enter(w, head_words);
}

void pr_abi_leave(struct pr_abi *w)
{
	PR_CHECK(w->depth > 0);
	w->depth--;
	PR_CHECK(w->full || w->list[w->depth].next == w->list[w->depth].end);
}

bool pr_abi_done(struct pr_abi *w)
{
	pr_abi_leave(w);
	PR_CHECK(w->depth == 0);
	return !w->full;
}

static const uint8_t *word_at(const uint8_t *data, size_t len, size_t index)
{
	return index < len / 32 ? data + 32 * index : NULL;
}

static bool all_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;
	for (size_t i = 0; i < n; i++) any |= p[i];
	return any == 0;
}

bool pr_abi_get_word(uint8_t word32[32], const uint8_t *data, size_t len, size_t index)
{
	const uint8_t *p = word_at(data, len, index);
	memset(word32, 0, 32);
	if (!p) return false;
	memcpy(word32, p, 32);
	return true;
}

bool pr_abi_get_u128(pr_u128 *value, const uint8_t *data, size_t len, size_t index)
{
	const uint8_t *p = word_at(data, len, index);
	*value = 0;
	if (!p || !all_zero(p, 16)) return false;
	*value = pr_be128(p + 16);
	return true;
}

bool pr_abi_get_u64(uint64_t *value, const uint8_t *data, size_t len, size_t index)
{
	const uint8_t *p = word_at(data, len, index);
	*value = 0;
	if (!p || !all_zero(p, 24)) return false;
	*value = pr_be64(p + 24);
	return true;
}

bool pr_abi_get_bool(bool *value, const uint8_t *data, size_t len, size_t index)
{
	uint64_t v;
	*value = false;
	if (!pr_abi_get_u64(&v, data, len, index) || v > 1) return false;
	*value = v == 1;
	return true;
}

bool pr_abi_get_addr(uint8_t addr20[20], const uint8_t *data, size_t len, size_t index)
{
	const uint8_t *p = word_at(data, len, index);
	memset(addr20, 0, 20);
	if (!p || !all_zero(p, 12)) return false;
	memcpy(addr20, p + 12, 20);
	return true;
}

bool pr_abi_get_list(const uint8_t **sub, size_t *sub_len, const uint8_t *data, size_t len, size_t index)
{
	uint64_t at;
	*sub = NULL;
	*sub_len = 0;
	if (!pr_abi_get_u64(&at, data, len, index) || at > len) return false;
	*sub = data + at;
	*sub_len = len - (size_t)at;
	return true;
}

/* A counted body at the offset in head word index: count elements of 1 or 32 bytes, padded to whole words. */
static bool get_counted(const uint8_t **body, size_t *count, const uint8_t *data, size_t len, size_t index, size_t width)
{
	const uint8_t *sub;
	size_t left;
	uint64_t n;
	*body = NULL;
	*count = 0;
	if (!pr_abi_get_list(&sub, &left, data, len, index) || !pr_abi_get_u64(&n, sub, left, 0)) return false;
	left -= 32;
	if (n > left / width) return false;
	if (((size_t)n * width + 31) / 32 > left / 32) return false;
	*body = sub + 32;
	*count = (size_t)n;
	return true;
}

bool pr_abi_get_bytes(const uint8_t **bytes, size_t *bytes_len, const uint8_t *data, size_t len, size_t index)
{
	return get_counted(bytes, bytes_len, data, len, index, 1);
}

bool pr_abi_get_words(const uint8_t **words, size_t *count, const uint8_t *data, size_t len, size_t index)
{
	return get_counted(words, count, data, len, index, 32);
}
