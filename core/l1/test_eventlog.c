#include "core/base/unit.h"
#include "core/l1/eventlog.h"
#include "tests/support/tempdir.h"

static struct pr_eventlog events;

static void add(uint64_t block, uint64_t number)
{
	static const uint8_t item[3] = { 1, 2, 3 };
	struct pr_l1_event   event = { .type = PR_L1_ITEM, .block = block, .number = number, .data = item, .data_len = sizeof item };
	uint64_t             seq;
	UNIT_CHECK(pr_eventlog_add(&events, &event, &seq) == PR_OK);
}

/* What counts, as a number of decimal digits. */
static enum pr_err collect(void *ctx, const struct pr_l1_event *event, uint64_t seq)
{
	uint64_t *digits = ctx;
	(void)seq;
	PR_CHECK(event->number < 10 && event->data_len == 3);
	*digits = *digits * 10 + event->number;
	return PR_OK;
}

static uint64_t counting(void)
{
	uint64_t digits = 0;
	UNIT_CHECK(pr_eventlog_each(&events, collect, &digits) == PR_OK);
	return digits;
}

static void begin(const char *dir)
{
	PR_CHECK(pr_eventlog_open(&events, dir, false) == PR_OK);
}

static void end(const char *dir)
{
	pr_eventlog_close(&events);
	tempdir_remove(dir);
}

static void test_events_above_a_rollback_do_not_count(void)
{
	const char *dir = tempdir_make();

	begin(dir);
	add(10, 1);
	add(11, 2);
	add(12, 3);
	UNIT_CHECK(pr_eventlog_rollback(&events, 11) == PR_OK && counting() == 12);
	add(12, 4);
	add(13, 5);
	UNIT_CHECK(pr_eventlog_rollback(&events, 13) == PR_OK && counting() == 1245);
	pr_eventlog_close(&events);
	begin(dir);
	add(14, 6);
	UNIT_CHECK(pr_eventlog_rollback(&events, 12) == PR_OK && counting() == 124);
	UNIT_CHECK(pr_eventlog_rollback(&events, 12) == PR_OK && counting() == 124);
	add(13, 7);
	UNIT_CHECK(pr_eventlog_rollback(&events, 0) == PR_OK && counting() == 0);
	add(9, 8);
	UNIT_CHECK(pr_eventlog_rollback(&events, 9) == PR_OK && counting() == 8);
	end(dir);
}

/* Many rollbacks against a plain model: a stack from which those above fall. */
static void test_rollbacks_match_a_stack(void)
{
	const char *dir = tempdir_make();
	uint64_t    blocks[64], numbers[64], want = 0;
	unsigned    count = 0;

	begin(dir);
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t top = count ? blocks[count - 1] : 100;
		if (count < 12 && unit_rand() % 3) {
			blocks[count]  = top + unit_rand() % 3;
			numbers[count] = 1 + unit_rand() % 9;
			add(blocks[count], numbers[count]);
			count++;
		} else {
			uint64_t to = top - unit_rand() % 6;
			UNIT_CHECK(pr_eventlog_rollback(&events, to) == PR_OK);
			while (count && blocks[count - 1] > to) count--;
		}
	}
	for (unsigned i = 0; i < count; i++) want = want * 10 + numbers[i];
	UNIT_CHECK(pr_eventlog_rollback(&events, UINT64_MAX) == PR_OK && counting() == want && count > 0);
	end(dir);
}

int main(void)
{
	UNIT_RUN(test_events_above_a_rollback_do_not_count);
	UNIT_RUN(test_rollbacks_match_a_stack);
	return UNIT_END();
}
