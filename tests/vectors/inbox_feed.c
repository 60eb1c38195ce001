/* Writes the inbox that the examples of docs/rpc.md begin with: a feed spool of two deposits, as the bridge would write it.
 *
 *     inbox_feed DIRECTORY */
#include <stdio.h>
#include <string.h>

#include "core/codec/handoff.h"
#include "core/codec/wire.h"
#include "core/rt/spool.h"

#define DEPOSIT_NANO 10000000000u

/* The first two accounts of the usual development networks. */
static const uint8_t accounts[2][20] = {
	{ 0xf3, 0x9f, 0xd6, 0xe5, 0x1a, 0xad, 0x88, 0xf6, 0xf4, 0xce, 0x6a, 0xb8, 0x82, 0x72, 0x79, 0xcf, 0xff, 0xb9, 0x22, 0x66 },
	{ 0x70, 0x99, 0x79, 0x70, 0xc5, 0x18, 0x12, 0xdc, 0x3a, 0x01, 0x0c, 0x7d, 0x01, 0xb5, 0x0e, 0x0d, 0x17, 0xdc, 0x79, 0xc8 },
};

static enum pr_err append(struct pr_spool *spool, uint64_t index)
{
	uint8_t            item[PR_WIRE_BYTES_MAX], head[PR_L1_EVENT_HEAD_BYTES_MAX];
	struct pr_entry    deposit = { .kind = PR_KIND_DEPOSIT };
	struct pr_l1_event event   = { .type = PR_L1_ITEM, .block = index + 1, .block_time = 1700000000, .number = index, .a = 1700000000, .data = item };

	memcpy(deposit.f[PR_DEPOSIT_TO].bytes, accounts[index], 20);
	deposit.f[PR_DEPOSIT_AMOUNT].num = DEPOSIT_NANO;
	event.data_len = (uint32_t)pr_wire_encode(item, &deposit);
	struct iovec pieces[2] = { { head, pr_l1_event_head_encode(head, &event) }, { item, event.data_len } };
	return pr_spool_append_pieces(spool, NULL, pieces, 2);
}

int main(int argc, char **argv)
{
	struct pr_spool *spool;
	if (argc != 2) {
		fprintf(stderr, "usage: inbox_feed DIRECTORY\n");
		return 2;
	}
	enum pr_err err = pr_spool_open(&spool, argv[1], PR_SPOOL_SEGMENT_BYTES_MIN, 1);
	for (uint64_t i = 0; i < 2 && err == PR_OK; i++) err = append(spool, i);
	if (err == PR_OK) err = pr_spool_sync(spool);
	if (spool) (void)pr_spool_close(spool);
	if (err != PR_OK) fprintf(stderr, "inbox_feed: %s\n", pr_err_name(err));
	return err == PR_OK ? 0 : 1;
}
