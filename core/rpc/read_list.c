/* What belongs to an account or an asset, page by page. */
#include "core/rpc/object_json.h"
#include "core/rpc/read_parts.h"

bool pr_read_id(uint32_t *id, struct pr_rpc_call *call, unsigned param, const char *name)
{
	uint64_t v;
	if (!pr_json_u64(&v, pr_rpc_doc(call), pr_rpc_param(call, param)) || v > UINT32_MAX) {
		pr_rpc_fail_param(call, name, "an object id");
		return false;
	}
	*id = (uint32_t)v;
	return true;
}

static void page_write(struct pr_json_out *o, const struct pr_read *r, enum pr_lists_kind list, uint32_t of, uint32_t after, bool whole)
{
	bool     more  = false;
	uint32_t count = 0;
	uint32_t id    = after ? pr_lists_next(r->lists, list, of, after) : pr_lists_first(r->lists, list, of);
	pr_json_out_open(o, '{');
	pr_json_out_key(o, "items");
	pr_json_out_open(o, '[');
	for (; id && !(more = count == PR_READ_LIST_MAX); id = pr_lists_next(r->lists, list, of, id), count++) {
		if (!whole) {
			pr_json_out_u64(o, id);
			continue;
		}
		pr_object_to_json_open(o, id, pr_read_object(r, id));
		pr_json_out_close(o, '}');
	}
	pr_json_out_close(o, ']');
	pr_json_out_kv_bool(o, "more", more);
	pr_json_out_close(o, '}');
}

void pr_read_list(struct pr_json_out *o, const char *key, const struct pr_read *r, enum pr_lists_kind list, uint32_t of, uint32_t after, bool whole)
{
	pr_json_out_key(o, key);
	page_write(o, r, list, of, after, whole);
}

bool pr_read_after(uint32_t *after, const struct pr_read *r, struct pr_rpc_call *call, unsigned param, enum pr_lists_kind list, uint32_t of)
{
	*after = 0;
	if (pr_rpc_param(call, param) == PR_JSON_NONE) return true;
	if (!pr_read_id(after, call, param, "after")) return false;
	if (pr_lists_has(list, of, pr_read_object(r, *after))) return true;
	pr_rpc_fail_param(call, "after", "the last id of the page before");
	return false;
}

void pr_read_get_list(void *ctx, struct pr_rpc_call *call)
{
	static const struct {
		const char        *name;
		uint8_t            of;
		enum pr_lists_kind list;
	} lists[] = {
		{ "assets", PR_OBJECT_ACCOUNT, PR_LISTS_OWNER_ASSETS },     { "streams", PR_OBJECT_ACCOUNT, PR_LISTS_PAYER_STREAMS },
		{ "shares", PR_OBJECT_ACCOUNT, PR_LISTS_HOLDER_SHARES },    { "edges", PR_OBJECT_ACCOUNT, PR_LISTS_BENEFICIARY_EDGES },
		{ "edges", PR_OBJECT_ASSET, PR_LISTS_CHILD_EDGES },         { "children", PR_OBJECT_ASSET, PR_LISTS_BENEFICIARY_EDGES },
		{ "shares", PR_OBJECT_ASSET, PR_LISTS_ASSET_SHARES },       { "holdings", PR_OBJECT_ASSET, PR_LISTS_HOLDER_SHARES },
		{ "streams", PR_OBJECT_ASSET, PR_LISTS_ASSET_STREAMS },
	};
	const struct pr_read *r = ctx;
	uint32_t              of, after;
	if (!pr_read_id(&of, call, 0, "of")) return;
	uint8_t type = pr_read_object(r, of)->type;
	if (type != PR_OBJECT_ACCOUNT && type != PR_OBJECT_ASSET) {
		pr_read_missing(call, "neither an account nor an asset");
		return;
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (lists[i].of != type || !pr_json_string_eq(pr_rpc_doc(call), pr_rpc_param(call, 1), lists[i].name)) continue;
		if (!pr_read_after(&after, r, call, 2, lists[i].list, of)) return;
		page_write(pr_rpc_out(call), r, lists[i].list, of, after, true);
		pr_rpc_done(call);
		return;
	}
	pr_rpc_fail_param(call, "list", type == PR_OBJECT_ACCOUNT ? "assets, streams, shares or edges" : "edges, children, shares, holdings or streams");
}
