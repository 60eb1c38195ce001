#include "core/codec/list.h"

#include "core/base/unit.h"
#include "core/crypto/keccak.h"
#include "tests/support/hex.h"

/* Expected values were computed in JavaScript with ethers 6.17 (keccak256, AbiCoder) and a recursive definition of the list.  Value i of a
 * list is keccak(uint32 i). */
static uint8_t values[PR_BATCH_CHUNKS_MAX][32];
#define VALUES ((const uint8_t(*)[32])values)
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static void value(uint8_t out32[32], uint32_t i)
{
	uint8_t be[4];
	pr_be32_put(be, i);
	pr_keccak256(out32, be, 4);
}

static const struct {
	uint32_t count;
	const char *root;
} roots[] = {
	{ 0, "294bf9785e1391d24d52abf915636a73bdaa12ed29e85e21dae14c09d0f2e34b" },
	{ 1, "5349743b604ec9e3e0ed85490a88dad51bc1c3d96324ad88851dac7ed378c0b9" },
	{ 2, "cb0f1e159d33c5bc4847b049237da03db69342465b43370e2325e804cf2d33ad" },
	{ 3, "f1031ed229f05626495150508a23a49ea55db182eb2e2d7b10851bc530d83567" },
	{ 7, "812345ad7aba7c750d502dfc68cf664d35abe2651b7904e19dab372bc40b6b0e" },
	{ 128, "307145be48e7f19444afbaaffb03a99fee8971a3f3d153562a8f60f3d933e138" },
	{ 129, "a7970fef7977246c9a923381e71b84ed56acef882f50142b48722b8ea53d7bc4" },
	{ 255, "a14b063449f37220d0a11e3cf0eb6a063b007648e4a2a24b9839cee78d26b0a5" },
	{ 256, "d6e1b3677a856a6415349c0b93240c7b75cbd5969f8510b093fe745b47996a72" },
};

static void test_roots(void)
{
	for (size_t i = 0; i < COUNT(roots); i++) {
		uint8_t root32[32];
		pr_list_root(root32, VALUES, roots[i].count);
		UNIT_CHECK_ROW(roots[i].root, hex_is(root32, 32, roots[i].root));
	}
}

/* keccak of the eight siblings joined, and the lowest of them. */
static const struct {
	uint32_t count, index;
	const char *path_hash, *lowest;
} paths[] = {
	{ 1, 0, "4fc1a965b808b1ce3d64a69763f8fc364aecb6df09337ae452d33f3acdf2950b", "0000000000000000000000000000000000000000000000000000000000000000" },
	{ 3, 2, "8084ffb1f705d6a1b711d48ae2d95cea0adbd5b1f38b065686f36e11ef1b690c", "0000000000000000000000000000000000000000000000000000000000000000" },
	{ 256, 255, "c86cd2ce53dc6c82563569cd27ce50321257ba1bddb1fbe972a0d7ce684c174d", "525d4a652d1dda164033540658dd6e07aee92ed45873fda9c9c1178573164039" },
	{ 200, 137, "97eaa27b273b835f50f744e0f152fb017247e43893f59d8860471908a48b792e", "3a5ba979d6e4041173f53a345442a19b6ce1e61dc7fe6f9e48c9b28c32727ffe" },
};

static void test_paths(void)
{
	for (size_t i = 0; i < COUNT(paths); i++) {
		uint8_t path[PR_LIST_DEPTH][32], hash32[32];
		pr_list_path(path, VALUES, paths[i].count, paths[i].index);
		pr_keccak256(hash32, path, sizeof path);
		UNIT_CHECK_ROW(paths[i].path_hash, hex_is(hash32, 32, paths[i].path_hash));
		UNIT_CHECK_ROW(paths[i].path_hash, hex_is(path[0], 32, paths[i].lowest));
	}
}

/* Every value of lists of several lengths climbs by its path to the root. */
static void test_every_path_leads_to_the_root(void)
{
	static const uint32_t counts[] = { 1, 2, 5, 64, 255, 256 };
	for (size_t c = 0; c < COUNT(counts); c++) {
		uint8_t root32[32];
		pr_list_root(root32, VALUES, counts[c]);
		for (uint32_t index = 0; index < counts[c]; index += 1 + counts[c] / 16) {
			uint8_t path[PR_LIST_DEPTH][32], bytes[65] = { 0x00 }, at32[32];
			pr_list_path(path, VALUES, counts[c], index);
			memcpy(bytes + 1, values[index], 32);
			pr_keccak256(at32, bytes, 33);
			bytes[0] = 0x01;
			for (uint32_t d = 0; d < PR_LIST_DEPTH; d++) {
				bool right = index >> d & 1;
				memcpy(bytes + 1 + (right ? 32 : 0), at32, 32);
				memcpy(bytes + 1 + (right ? 0 : 32), path[d], 32);
				pr_keccak256(at32, bytes, 65);
			}
			UNIT_CHECK(memcmp(at32, root32, 32) == 0);
		}
	}
}

static const struct {
	const char *hash, *abi;
} headers[] = {
	{ "3dbcf61c4ec3f06d710d03d2c79e878459758a1d8a3c6f77d5d1dd23833db99d",
	  "51f81bcdfc324a0dff2b5bec9d92e21cbebc4d5e29d3a3d30de3e03fbeab8d7f0000000000000000000000000000000000000000000000000000000000000002"
	  "00000000000000000000000000000000000000000000000000000000000000030000000000000000000000000000000000000000000000000000000000000004"
	  "00000000000000000000000000000000000000000000000000000000000000150000000000000000000000000000000000000000000000000000000000000006"
	  "0bf080aeb3ed7ea6f9174d804bd242f0b31ff1ea24800344abb580cd87f61ca7" },
	{ "2266a79c46c31db9ac79c6120a73c015a6bd53e8d741378551aab8d2e1f43dc3",
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff000000000000000000000000000000000000000000000000ffffffffffffffff"
	  "000000000000000000000000000000000000000000000000ffffffffffffffff000000000000000000000000000000000000000000000000ffffffffffffffff"
	  "000000000000000000000000000000000000000000000000ffffffffffffffff00000000000000000000000000000000000000000000000000000000ffffffff"
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
	{ "868e09d528a16744c1f38ea3c10cc2251e01a456434f91172247695087d129b7",
	  "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	  "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	  "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	  "0000000000000000000000000000000000000000000000000000000000000000" },
};

static void test_headers(void)
{
	struct pr_batch_header h[3] = {
		{ .number = 2, .timestamp = 3, .inbox_from = 4, .inbox_to = 21, .posted = 6 },
		{ .number = UINT64_MAX, .timestamp = UINT64_MAX, .inbox_from = UINT64_MAX, .inbox_to = UINT64_MAX, .posted = UINT32_MAX },
	};
	value(h[0].parent, 1);
	value(h[0].chunks_root, 7);
	memset(h[1].parent, 0xff, 32);
	memset(h[1].chunks_root, 0xff, 32);
	for (size_t i = 0; i < COUNT(headers); i++) {
		uint8_t abi[PR_BATCH_HEADER_ABI_BYTES], hash32[32];
		memset(abi, 0xa5, sizeof abi);
		pr_batch_header_abi(abi, &h[i]);
		pr_batch_header_hash(hash32, &h[i]);
		UNIT_CHECK_ROW(headers[i].hash, hex_is(abi, sizeof abi, headers[i].abi));
		UNIT_CHECK_ROW(headers[i].hash, hex_is(hash32, 32, headers[i].hash));
	}
}

static void test_genesis_hash(void)
{
	uint8_t root32[32], rollup20[20], hash32[32];
	value(root32, 9);
	hex_bytes(rollup20, 20, "5fbdb2315678afecb367f032d93f642f64180aa3");
	pr_batch_genesis_hash(hash32, root32, 31337, rollup20);
	UNIT_CHECK(hex_is(hash32, 32, "e8c3ff3a4f919ec65f6acb2e0ccbbbbdafdd5bb5bea8a9cdde6e4047c8bb7658"));
}

static void test_chunk_counts(void)
{
	static const struct {
		uint64_t from, to;
		uint32_t posted, inbox, all;
	} rows[] = {
		{ 0, 0, 1, 0, 1 }, { 5, 5, 256, 0, 256 }, { 0, 1, 0, 1, 1 }, { 9, 17, 0, 1, 1 }, { 9, 18, 3, 2, 5 },
		{ 0, PR_BATCH_ITEMS_MAX, 128, 128, 256 }, { UINT64_MAX - 9, UINT64_MAX, 0, 2, 2 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pr_batch_header h = { .inbox_from = rows[i].from, .inbox_to = rows[i].to, .posted = rows[i].posted };
		UNIT_CHECK(pr_batch_inbox_chunks(&h) == rows[i].inbox && pr_batch_chunk_count(&h) == rows[i].all);
	}
}

/* The third item is empty: the link does not care what an item is. */
static void test_inbox_links(void)
{
	static const struct {
		const char *item, *link;
	} rows[] = {
		{ "011111111111111111111111111111111111111111000000003b9aca00", "88476e24f12b301182af3bdfa27a527be34b45d3b15124b7b7f2a08a6b8587e4" },
		{ "16000000000000001388", "5578c5fb7f07bdd18266c778bc3dcee1584535a7134be2b92c0c47daca2b0fec" },
		{ "", "7bbe3596cb4f82e2871e22374e38dfa55ab939dc7cea72849e8e8eef429c0fd5" },
	};
	uint8_t link32[32] = { 0 };
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t item[64];
		uint32_t len = (uint32_t)hex_bytes(item, sizeof item, rows[i].item);
		pr_inbox_link(link32, link32, item, len); /* in place */
		UNIT_CHECK_ROW(rows[i].link, hex_is(link32, 32, rows[i].link));
	}
}

static void test_runs(void)
{
	static const struct {
		const char *name, *run;
		uint32_t items;
		bool whole;
	} rows[] = {
		{ "empty", "", 0, true },
		{ "one", "0001aa", 1, true },
		{ "three", "0001aa0002bbbb0003cccccc", 3, true },
		{ "half a length", "0001aa00", 1, false },
		{ "a length alone", "0001aa0001", 1, false },
		{ "item cut short", "0001aa0003bbbb", 1, false },
		{ "length zero", "0001aa0000", 1, false },
		{ "length zero first", "00000001aa", 0, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t run[64];
		size_t total = hex_bytes(run, sizeof run, rows[i].run), pos = 0, before;
		const uint8_t *item;
		uint32_t items = 0, len;
		for (before = 0; pr_run_next(&item, &len, &pos, run, total); before = pos) {
			items++;
			UNIT_CHECK_ROW(rows[i].name, len == items && item == run + before + 2 && pos == before + 2 + len);
		}
		UNIT_CHECK_ROW(rows[i].name, items == rows[i].items && pos == before && (pos == total) == rows[i].whole);
	}
}

static void test_run_of_the_longest_chunk(void)
{
	static uint8_t run[2 + PR_CHUNK_BYTES_MAX + 1];
	const uint8_t *item;
	uint32_t len;
	size_t pos = 0;
	pr_be16_put(run, PR_CHUNK_BYTES_MAX);
	UNIT_CHECK(pr_run_next(&item, &len, &pos, run, 2 + PR_CHUNK_BYTES_MAX) && len == PR_CHUNK_BYTES_MAX && pos == 2 + PR_CHUNK_BYTES_MAX);
	pos = 0;
	pr_be16_put(run, PR_CHUNK_BYTES_MAX + 1);
	UNIT_CHECK(!pr_run_next(&item, &len, &pos, run, sizeof run) && pos == 0);
}

int main(void)
{
	for (uint32_t i = 0; i < PR_BATCH_CHUNKS_MAX; i++) value(values[i], i);
	UNIT_RUN(test_roots);
	UNIT_RUN(test_paths);
	UNIT_RUN(test_every_path_leads_to_the_root);
	UNIT_RUN(test_headers);
	UNIT_RUN(test_genesis_hash);
	UNIT_RUN(test_chunk_counts);
	UNIT_RUN(test_inbox_links);
	UNIT_RUN(test_runs);
	UNIT_RUN(test_run_of_the_longest_chunk);
	return UNIT_END();
}
