#include "cli/amount.h"

#include "core/base/unit.h"

static void test_amounts_that_parse(void)
{
	static const struct {
		const char *text;
		uint64_t    nano;
	} rows[] = {
		{ "0", 0 },         { "1", 1000000000 }, { "1.5", 1500000000 },       { ".25", 250000000 },     { "0.000000001", 1 },
		{ "250n", 250 },    { "0n", 0 },         { "001", 1000000000 },       { "18446744073.709551615", UINT64_MAX },
		{ "18446744073709551615n", UINT64_MAX },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t nano = 77;
		UNIT_CHECK_ROW(rows[i].text, cli_amount_parse(&nano, rows[i].text) && nano == rows[i].nano);
	}
}

static void test_amounts_that_do_not_leave_the_value(void)
{
	static const char *const rows[] = { "",     "n",    ".",     "1.",     "-1",  "+1", " 1",   "1 ", "1.0000000001", "1e9", "1,5", "1.5n", "1nn", "0x10",
		                            "1..2", "1.2.3", "18446744073.709551616", "18446744073709551616n", "99999999999", "inf" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t nano = 77;
		UNIT_CHECK_ROW(rows[i], !cli_amount_parse(&nano, rows[i]) && nano == 77);
	}
}

static void test_amount_format_is_the_inverse(void)
{
	char text[CLI_AMOUNT_BYTES];
	cli_amount_format(text, 0);
	UNIT_CHECK(strcmp(text, "0") == 0);
	cli_amount_format(text, 1500000000);
	UNIT_CHECK(strcmp(text, "1.5") == 0);
	cli_amount_format(text, 10);
	UNIT_CHECK(strcmp(text, "0.00000001") == 0);
	cli_amount_format(text, UINT64_MAX);
	UNIT_CHECK(strcmp(text, "18446744073.709551615") == 0);
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t nano = unit_rand() >> (unit_rand() % 64), back = 0;
		cli_amount_format(text, nano);
		UNIT_CHECK(cli_amount_parse(&back, text) && back == nano);
	}
}

static void test_rates(void)
{
	static const struct {
		const char *text;
		uint32_t    ppm;
	} good[] = { { "5%", 50000 }, { "0.02%", 200 }, { "100%", 1000000 }, { "0.0001%", 1 }, { "0%", 0 } };
	static const char *const bad[] = { "5", "%", "100.0001%", "0.00001%", "5%%", "-1%", "5 %" };
	char                     text[CLI_AMOUNT_BYTES];
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		uint32_t ppm = 7;
		UNIT_CHECK_ROW(good[i].text, cli_rate_parse(&ppm, good[i].text) && ppm == good[i].ppm);
		cli_rate_format(text, ppm);
		UNIT_CHECK_ROW(good[i].text, strcmp(text, good[i].text) == 0);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint32_t ppm = 7;
		UNIT_CHECK_ROW(bad[i], !cli_rate_parse(&ppm, bad[i]) && ppm == 7);
	}
}

static void test_seconds(void)
{
	static const struct {
		const char *text;
		uint64_t    seconds;
	} good[] = { { "90", 90 }, { "90s", 90 }, { "15m", 900 }, { "12h", 43200 }, { "30d", 2592000 }, { "0", 0 } };
	static const char *const bad[] = { "", "d", "1.5h", "10x", "1dd", "-5", "18446744073709551615d" };
	uint64_t                 seconds;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) UNIT_CHECK_ROW(good[i].text, cli_seconds_parse(&seconds, good[i].text) && seconds == good[i].seconds);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) UNIT_CHECK_ROW(bad[i], !cli_seconds_parse(&seconds, bad[i]));
}

/* The examples of EIP-55. */
static void test_address_checksums(void)
{
	static const char *const rows[] = { "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
		                            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t addr20[20];
		char    text[CLI_ADDRESS_BYTES], changed[CLI_ADDRESS_BYTES];
		UNIT_CHECK_ROW(rows[i], cli_address_parse(addr20, rows[i]));
		cli_address_format(text, addr20);
		UNIT_CHECK_ROW(rows[i], strcmp(text, rows[i]) == 0);
		/* One letter in the wrong case is refused; all in one case is no checksum. */
		memcpy(changed, text, sizeof changed);
		char *letter = strpbrk(changed + 2, "ABCDEF");
		*letter      = (char)(*letter - 'A' + 'a');
		UNIT_CHECK_ROW(rows[i], !cli_address_parse(addr20, changed));
		for (char *p = changed + 2; *p; p++)
			if (*p >= 'A' && *p <= 'F') *p = (char)(*p - 'A' + 'a');
		UNIT_CHECK_ROW(rows[i], cli_address_parse(addr20, changed));
		changed[41] = 0;
		UNIT_CHECK_ROW(rows[i], !cli_address_parse(addr20, changed));
	}
}

static void test_ids(void)
{
	uint32_t id = 5;
	UNIT_CHECK(cli_id_parse(&id, "4294967295") && id == UINT32_MAX);
	UNIT_CHECK(!cli_id_parse(&id, "4294967296") && !cli_id_parse(&id, "1.0") && !cli_id_parse(&id, "") && !cli_id_parse(&id, "0x1"));
}

int main(void)
{
	UNIT_RUN(test_amounts_that_parse);
	UNIT_RUN(test_amounts_that_do_not_leave_the_value);
	UNIT_RUN(test_amount_format_is_the_inverse);
	UNIT_RUN(test_rates);
	UNIT_RUN(test_seconds);
	UNIT_RUN(test_address_checksums);
	UNIT_RUN(test_ids);
	return UNIT_END();
}
