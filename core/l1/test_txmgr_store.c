#include "core/base/unit.h"
#include "core/l1/txmgr_store.h"

static void fill(void *p, size_t n)
{
	for (size_t i = 0; i < n; i++) ((uint8_t *)p)[i] = (uint8_t)(unit_rand() >> 30);
}

static struct pr_txmgr_record random_record(void)
{
	struct pr_txmgr_record r;
	memset(&r, 0, sizeof r);
	r.status.id = unit_rand();
	r.status.state = (enum pr_txmgr_state)(unit_rand() % 5);
	r.status.nonce = unit_rand();
	r.status.block_number = unit_rand();
	r.status.gas_used = unit_rand();
	r.status.gas_price = (pr_u128)unit_rand() << 64 | unit_rand();
	r.order = unit_rand();
	fill(r.status.hash32, 32);
	fill(r.content32, 32);
	fill(r.block_hash32, 32);
	memset(r.status.tag, 't', unit_rand() % (PR_TXMGR_TAG_BYTES_MAX + 1));
	memset(r.status.reason, 'r', unit_rand() % PR_TXMGR_REASON_BYTES);
	r.status.revert_len = (uint32_t)(unit_rand() % (PR_TXMGR_REASON_BYTES + 1));
	fill(r.status.revert, r.status.revert_len);
	r.status.attempts = (uint32_t)(unit_rand() % (PR_TXMGR_ATTEMPTS_MAX + 1));
	for (uint32_t i = 0; i < r.status.attempts; i++) {
		r.attempts[i].max_fee = (pr_u128)unit_rand() << 64 | unit_rand();
		r.attempts[i].max_priority_fee = unit_rand();
		r.attempts[i].gas_limit = unit_rand();
		fill(r.attempts[i].hash32, 32);
	}
	return r;
}

static bool same_record(const struct pr_txmgr_record *a, const struct pr_txmgr_record *b)
{
	uint8_t x[PR_TXMGR_RECORD_BYTES_MAX], y[PR_TXMGR_RECORD_BYTES_MAX];
	size_t n = pr_txmgr_record_encode(x, a);
	return n == pr_txmgr_record_encode(y, b) && memcmp(x, y, n) == 0 && a->status.id == b->status.id &&
	       a->status.state == b->status.state && strcmp(a->status.reason, b->status.reason) == 0 &&
	       a->status.gas_price == b->status.gas_price && a->status.attempts == b->status.attempts;
}

static void test_record_round_trip(void)
{
	for (unsigned round = 0; round < 200; round++) {
		struct pr_txmgr_record r = random_record(), got;
		uint8_t bytes[PR_TXMGR_RECORD_BYTES_MAX];
		size_t len = pr_txmgr_record_encode(bytes, &r);
		UNIT_CHECK(len <= sizeof bytes);
		UNIT_CHECK(pr_txmgr_record_decode(&got, bytes, len) == PR_OK);
		UNIT_CHECK(same_record(&r, &got));
		for (size_t cut = 0; cut < len; cut += 1 + unit_rand() % 40)
			UNIT_CHECK(pr_txmgr_record_decode(&got, bytes, cut) == PR_ERR_CORRUPT);
		UNIT_CHECK(len == sizeof bytes || pr_txmgr_record_decode(&got, bytes, len + 1) == PR_ERR_CORRUPT);
		bytes[0]++;
		UNIT_CHECK(pr_txmgr_record_decode(&got, bytes, len) == PR_ERR_CORRUPT);
		bytes[0]--;
		bytes[1] = PR_TXMGR_FAILED + 1;
		UNIT_CHECK(pr_txmgr_record_decode(&got, bytes, len) == PR_ERR_CORRUPT);
	}
}

static void test_store_keeps_bodies_only_while_live(void)
{
	char dir[] = "/tmp/pr_test_txmgr_store.XXXXXX", command[128];
	uint8_t addr20[20] = { 7 }, other20[20] = { 8 }, data[3] = { 1, 2, 3 };
	struct pr_kv *kv;
	PR_CHECK(mkdtemp(dir));
	UNIT_CHECK(pr_txmgr_store_open(&kv, dir, 5, addr20) == PR_OK);
	struct pr_txmgr_intent intent = { .id = 9, .tag = "", .value = 44, .data = data, .data_len = 3, .gas_limit = 22000 };
	struct pr_txmgr_record r = random_record(), got;
	r.status.id = 9;
	r.status.state = PR_TXMGR_PENDING;
	UNIT_CHECK(pr_txmgr_store_get(kv, &got, 9) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_txmgr_store_new(kv, &r, &intent) == PR_OK);
	UNIT_CHECK(pr_txmgr_store_get(kv, &got, 9) == PR_OK && same_record(&r, &got));
	struct pr_txmgr_body body;
	UNIT_CHECK(pr_txmgr_store_body(kv, &body, 9) == PR_OK);
	UNIT_CHECK(body.value == 44 && body.gas_limit == 22000 && body.data_len == 3 && memcmp(body.data, data, 3) == 0);
	pr_txmgr_body_free(&body);
	uint64_t ids[2];
	size_t count;
	UNIT_CHECK(pr_txmgr_store_live(kv, ids, 2, &count) == PR_OK && count == 1 && ids[0] == 9);
	UNIT_CHECK(pr_txmgr_store_live(kv, ids, 0, &count) == PR_ERR_CORRUPT);
	r.status.state = PR_TXMGR_DONE;
	UNIT_CHECK(pr_txmgr_store_put(kv, &r) == PR_OK);
	UNIT_CHECK(pr_txmgr_store_live(kv, ids, 2, &count) == PR_OK && count == 0);
	UNIT_CHECK(pr_txmgr_store_body(kv, &body, 9) == PR_ERR_CORRUPT);
	UNIT_CHECK(pr_txmgr_store_get(kv, &got, 9) == PR_OK && got.status.state == PR_TXMGR_DONE);
	pr_kv_close(kv);
	UNIT_CHECK(pr_txmgr_store_open(&kv, dir, 6, addr20) == PR_ERR_CONFIG && kv == NULL);
	UNIT_CHECK(pr_txmgr_store_open(&kv, dir, 5, other20) == PR_ERR_CONFIG && kv == NULL);
	UNIT_CHECK(pr_txmgr_store_open(&kv, dir, 5, addr20) == PR_OK);
	pr_kv_close(kv);
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	PR_CHECK(system(command) == 0);
}

int main(void)
{
	UNIT_RUN(test_record_round_trip);
	UNIT_RUN(test_store_keeps_bodies_only_while_live);
	return UNIT_END();
}
