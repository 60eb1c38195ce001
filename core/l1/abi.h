/* Calldata and return data in the encoding of the Solidity contract ABI (version 2).
 *
 * Building: an argument list is a head of 32-byte words and a tail.  The caller says how many head words the list has (a
 * static tuple counts as its words), then gives the arguments in order; a dynamic argument leaves its offset in the head and
 * appends itself to the tail.  Nested lists are entered and left:
 *
 *     f(uint64 a, bytes b, (address, bytes32[])[] c)
 *     pr_abi_call(&w, buf, room, "f(uint64,bytes,(address,bytes32[])[])", 3);
 *     pr_abi_u128(&w, a);
 *     pr_abi_bytes(&w, b, len);
 *     pr_abi_array(&w, count, 1);         one head word per element: each element is a dynamic tuple
 *         pr_abi_tuple(&w, 2);            for each element
 *             pr_abi_addr(&w, addr20);
 *             pr_abi_words(&w, list, n);
 *         pr_abi_leave(&w);
 *     pr_abi_leave(&w);
 *     if (!pr_abi_done(&w)) ... did not fit
 *
 * A wrong number of arguments is a programmer's error and stops the process in pr_abi_leave or pr_abi_done. */
#ifndef PR_L1_ABI_H
#define PR_L1_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/be.h"
#include "core/base/check.h"

#define PR_ABI_DEPTH_MAX 6

struct pr_abi {
	uint8_t *buf;
	size_t room, len;
	bool full; /* something did not fit: nothing more is written */
	unsigned depth;
	struct {
		size_t base, next, end; /* offsets into buf: start of the list, next head word, end of its head */
	} list[PR_ABI_DEPTH_MAX];
};

/* The first four bytes of the keccak of a signature such as "transfer(address,uint256)". */
void pr_abi_selector(uint8_t selector4[4], const char *signature);
/* topic32 = keccak256 of an event's signature. */
void pr_abi_topic(uint8_t topic32[32], const char *signature);

/* Starts calldata (selector and arguments) / bare arguments (a constructor's).  Borrows buf. */
void pr_abi_call(struct pr_abi *w, uint8_t *buf, size_t room, const char *signature, size_t head_words);
void pr_abi_args(struct pr_abi *w, uint8_t *buf, size_t room, size_t head_words);

void pr_abi_word(struct pr_abi *w, const uint8_t word32[32]);
void pr_abi_u128(struct pr_abi *w, pr_u128 value);
void pr_abi_bool(struct pr_abi *w, bool value);
void pr_abi_addr(struct pr_abi *w, const uint8_t addr20[20]);
/* bytesN: left-aligned, len at most 32. */
void pr_abi_fixed(struct pr_abi *w, const uint8_t *bytes, size_t len);

/* bytes or string / bytes32[] given as count * 32 bytes. */
void pr_abi_bytes(struct pr_abi *w, const uint8_t *bytes, size_t len);
void pr_abi_words(struct pr_abi *w, const uint8_t *words, size_t count);
/* A dynamic array of count elements of words_each head words, whose elements follow / a dynamic tuple. */
void pr_abi_array(struct pr_abi *w, size_t count, size_t words_each);
void pr_abi_tuple(struct pr_abi *w, size_t head_words);
void pr_abi_leave(struct pr_abi *w);

/* Ends the outermost list.  Returns false if the buffer was too small; else w->len bytes are ready. */
PR_MUST_USE bool pr_abi_done(struct pr_abi *w);

/* Reading.  data is an argument list (return data, or an event's data), index counts head words.  Each returns false (and
 * zeroes its outputs) if the word lies outside or its value does not fit the type. */
PR_MUST_USE bool pr_abi_get_word(uint8_t word32[32], const uint8_t *data, size_t len, size_t index);
PR_MUST_USE bool pr_abi_get_u64(uint64_t *value, const uint8_t *data, size_t len, size_t index);
PR_MUST_USE bool pr_abi_get_u128(pr_u128 *value, const uint8_t *data, size_t len, size_t index);
PR_MUST_USE bool pr_abi_get_bool(bool *value, const uint8_t *data, size_t len, size_t index);
PR_MUST_USE bool pr_abi_get_addr(uint8_t addr20[20], const uint8_t *data, size_t len, size_t index);
/* bytes or string: *bytes points into data.  Offset, length and padding must lie inside. */
PR_MUST_USE bool pr_abi_get_bytes(const uint8_t **bytes, size_t *bytes_len, const uint8_t *data, size_t len, size_t index);
/* bytes32[] (or any array of static one-word elements): *words points at *count words inside data. */
PR_MUST_USE bool pr_abi_get_words(const uint8_t **words, size_t *count, const uint8_t *data, size_t len, size_t index);
/* The contents of a dynamic tuple or array as a list of their own: *sub starts at the place the offset names. */
PR_MUST_USE bool pr_abi_get_list(const uint8_t **sub, size_t *sub_len, const uint8_t *data, size_t len, size_t index);

#endif
