/* Any bytes as JSON of an entry: what is read writes back to JSON that reads as the same entry. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/fuzz.h"
#include "core/codec/wire.h"
#include "core/rpc/entry_json.h"

static void fuzz_one(const uint8_t *data, size_t size)
{
	static struct pr_json_node nodes[256];
	struct pr_json             doc;
	struct pr_json_out         o;
	struct pr_entry            e, back;
	struct pr_entry_wrong      wrong;
	char                       text[4096];
	uint8_t                    wire[PR_WIRE_BYTES_MAX], wire_back[PR_WIRE_BYTES_MAX];

	if (pr_json_parse(&doc, (const char *)data, size, nodes, 256) != PR_JSON_OK) return;
	if (!pr_entry_from_json(&e, &wrong, &doc, 0, false)) {
		PR_CHECK(wrong.message[0] != 0);
		return;
	}
	pr_json_out_init(&o, text, sizeof text);
	pr_entry_to_json(&o, &e);
	PR_CHECK(pr_json_out_ok(&o) && pr_json_parse(&doc, text, o.len, nodes, 256) == PR_JSON_OK);
	PR_CHECK(pr_entry_from_json(&back, &wrong, &doc, 0, false));
	size_t len = pr_wire_encode(wire, &e);
	PR_CHECK(pr_wire_encode(wire_back, &back) == len && memcmp(wire, wire_back, len) == 0);
}
