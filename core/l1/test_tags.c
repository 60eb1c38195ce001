#include "core/l1/tags.h"

#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/l1/follow.h"
#include "tests/support/anvil.h"
#include "tests/support/canned.h"

static struct anvil node;
static struct pr_ethrpc *rpc;

static uint64_t number_of(enum pr_l1_tag tag)
{
	struct pr_l1_block block;
	PR_CHECK(pr_ethrpc_block(rpc, &block, pr_l1_at(tag)) == PR_OK);
	return block.number;
}

static void test_heights_are_the_nodes_own(void)
{
	struct pr_tags tags;

	pr_tags_init(&tags, 0, 0);
	anvil_mine(rpc, 20);
	uint64_t latest = number_of(PR_L1_LATEST), safe = number_of(PR_L1_SAFE), finalized = number_of(PR_L1_FINALIZED);
	PR_CHECK(finalized > 0 && finalized < safe && safe < latest);
	UNIT_CHECK(pr_tags_look(&tags, rpc, latest) == PR_OK && tags.now.safe == 0);
	UNIT_CHECK(pr_tags_settle(&tags, latest) && tags.now.safe == safe && tags.now.finalized == finalized);
	UNIT_CHECK(!pr_tags_settle(&tags, latest));
	anvil_mine(rpc, 3);
	UNIT_CHECK(pr_tags_look(&tags, rpc, latest) == PR_OK && !pr_tags_settle(&tags, latest)); /* not asked while the follower stands */
	UNIT_CHECK(pr_tags_look(&tags, rpc, latest + 3) == PR_OK && pr_tags_settle(&tags, latest + 3));
	UNIT_CHECK(tags.now.safe == safe + 3 && tags.now.finalized == finalized + 3);
}

static void test_heights_do_not_pass_what_was_followed(void)
{
	struct pr_tags tags;
	uint64_t       finalized = number_of(PR_L1_FINALIZED);

	pr_tags_init(&tags, 0, 0);
	UNIT_CHECK(pr_tags_look(&tags, rpc, 2) == PR_OK && pr_tags_settle(&tags, finalized - 1));
	UNIT_CHECK(tags.now.safe == finalized - 1 && tags.now.finalized == finalized - 1);
	UNIT_CHECK(pr_tags_settle(&tags, finalized) && tags.now.safe == finalized && tags.now.finalized == finalized);
}

static void test_depths_stand_in_for_tags(void)
{
	struct pr_tags tags;
	uint64_t       latest = number_of(PR_L1_LATEST);

	pr_tags_init(&tags, 5, 9);
	UNIT_CHECK(pr_tags_look(&tags, rpc, latest) == PR_OK && pr_tags_settle(&tags, latest));
	UNIT_CHECK(tags.now.safe == latest - 5 && tags.now.finalized == latest - 9);
	pr_tags_init(&tags, 9, 5); /* what is finalized is safe */
	UNIT_CHECK(pr_tags_look(&tags, rpc, latest) == PR_OK && pr_tags_settle(&tags, latest));
	UNIT_CHECK(tags.now.safe == latest - 5 && tags.now.finalized == latest - 5);
	pr_tags_init(&tags, 100000, 100000); /* deeper than the chain is long */
	UNIT_CHECK(pr_tags_look(&tags, rpc, latest) == PR_OK && !pr_tags_settle(&tags, latest) && tags.now.safe == 0);
}

static void test_only_a_rollback_lowers_them(void)
{
	struct pr_tags tags;
	uint64_t       latest = number_of(PR_L1_LATEST);

	pr_tags_init(&tags, 1, 2);
	UNIT_CHECK(pr_tags_look(&tags, rpc, latest) == PR_OK && pr_tags_settle(&tags, latest));
	tags.named = (struct pr_l1_tags){ latest - 8, latest - 8 }; /* a node that lags */
	UNIT_CHECK(!pr_tags_settle(&tags, latest) && tags.now.safe == latest - 1);
	pr_tags_rollback(&tags, latest - 4);
	UNIT_CHECK(tags.now.safe == latest - 4 && tags.now.finalized == latest - 4);
	UNIT_CHECK(!pr_tags_settle(&tags, latest)); /* what was named before says nothing of the other chain */
	UNIT_CHECK(pr_tags_look(&tags, rpc, latest) == PR_OK && pr_tags_settle(&tags, latest) && tags.now.safe == latest - 1);
}

/* A node that knows neither tag, or none of any kind. */
static unsigned without_tags(void *ctx, const char *body, char *reply)
{
	(void)body;
	snprintf(reply, CANNED_BYTES_MAX, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"%s\"}}", (const char *)ctx);
	return 200;
}

static void test_a_node_without_tags_is_no_error(void)
{
	static char       unknown[] = "unknown block tag";
	struct canned     server;
	struct pr_tags    tags;
	struct pr_ethrpc *client;

	canned_start(&server, without_tags, unknown);
	struct pr_ethrpc_options options = { .url = server.url, .deadline_ms = 5000 };
	UNIT_CHECK(pr_ethrpc_open(&client, &options) == PR_OK);
	pr_tags_init(&tags, 0, 0);
	UNIT_CHECK(pr_tags_look(&tags, client, 9) == PR_OK && tags.told && !pr_tags_settle(&tags, 9) && tags.now.safe == 0);
	pr_tags_init(&tags, 3, 0);
	UNIT_CHECK(pr_tags_look(&tags, client, 9) == PR_ERR_PEER); /* the latest block is there in every chain */
	pr_ethrpc_close(client);
	canned_stop(&server);
	UNIT_CHECK(pr_ethrpc_open(&client, &options) == PR_OK);
	pr_tags_init(&tags, 0, 0);
	UNIT_CHECK(pr_tags_look(&tags, client, 9) != PR_OK && tags.looked_at == UINT64_MAX); /* nobody answers: asked again */
	pr_ethrpc_close(client);
}

int main(void)
{
	if (!anvil_available()) {
		UNIT_SKIP("test_tags", ANVIL_MISSING);
		return UNIT_END();
	}
	pr_crypto_init();
	anvil_start(&node, "--slots-in-an-epoch", "4", NULL);
	struct pr_ethrpc_options options = { .url = node.url };
	PR_CHECK(pr_ethrpc_open(&rpc, &options) == PR_OK);
	UNIT_RUN(test_heights_are_the_nodes_own);
	UNIT_RUN(test_heights_do_not_pass_what_was_followed);
	UNIT_RUN(test_depths_stand_in_for_tags);
	UNIT_RUN(test_a_node_without_tags_is_no_error);
	UNIT_RUN(test_only_a_rollback_lowers_them);
	pr_ethrpc_close(rpc);
	anvil_stop(&node);
	return UNIT_END();
}
