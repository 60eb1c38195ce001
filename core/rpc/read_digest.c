#include <stdio.h>
#include <string.h>

#include "core/codec/eip712.h"
#include "core/rpc/entry_json.h"
#include "core/rpc/read_parts.h"
#include "core/stf/step.h"

#define VOUCHER_TYPE "StreamVoucher(address payer,uint32 stream,uint64 serial,uint64 cumulative)"

/* [{"name": .., "type": ..}, ...] from "Name(type name,type name)". */
static void members_write(struct pr_json_out *o, const char *type_string)
{
	const char *p = strchr(type_string, '(') + 1;
	pr_json_out_open(o, '[');
	while (*p && *p != ')') {
		size_t type_len = strcspn(p, " "), name_len = strcspn(p + type_len + 1, ",)");
		pr_json_out_open(o, '{');
		pr_json_out_key(o, "name");
		pr_json_out_string_n(o, p + type_len + 1, name_len);
		pr_json_out_key(o, "type");
		pr_json_out_string_n(o, p, type_len);
		pr_json_out_close(o, '}');
		p += type_len + 1 + name_len;
		if (*p == ',') p++;
	}
	pr_json_out_close(o, ']');
}

static void address_write(struct pr_json_out *o, const char *key, const struct pr_read *r, uint32_t id)
{
	static const uint8_t    zero20[20];
	const struct pr_object *object = &pr_state_leaf(r->state, id)->o;
	pr_json_out_kv_hex(o, key, object->type == PR_OBJECT_ACCOUNT ? object->u.account.addr : zero20, 20);
}

/* The members that one field of a signed kind puts into the message. */
static void field_write(struct pr_json_out *o, const struct pr_read *r, const struct pr_entry *e, unsigned i)
{
	const struct pr_field_info *field = &pr_kind_infos[e->kind].fields[i];
	const union pr_value       *value = &e->f[i];
	char                        asset_name[64];
	switch (field->type) {
	case PR_FIELD_ACCT:
		address_write(o, field->name, r, (uint32_t)value->num);
		return;
	case PR_FIELD_PARTY:
		address_write(o, field->name, r, (uint32_t)value->num);
		(void)snprintf(asset_name, sizeof asset_name, "%sAsset", field->name);
		pr_json_out_kv_u64(o, asset_name, pr_state_leaf(r->state, (uint32_t)value->num)->o.type == PR_OBJECT_ASSET ? value->num : 0);
		return;
	case PR_FIELD_OBJ:
	case PR_FIELD_U8:
		pr_json_out_kv_u64(o, field->name, value->num);
		return;
	case PR_FIELD_VAR:
		pr_json_out_kv_u64_string(o, field->name, value->num);
		return;
	case PR_FIELD_B20:
		pr_json_out_kv_hex(o, field->name, value->bytes, 20);
		return;
	case PR_FIELD_B32:
	case PR_FIELD_RND32:
		pr_json_out_kv_hex(o, field->name, value->bytes, 32);
		return;
	case PR_FIELD_AUX:
	case PR_FIELD_SIG64:
		return;
	}
}

static void message_write(struct pr_json_out *o, const struct pr_read *r, const struct pr_entry *e)
{
	pr_json_out_open(o, '{');
	if (e->kind == PR_KIND_STREAM_VOUCHER) {
		uint32_t stream = (uint32_t)e->f[PR_STREAM_VOUCHER_STREAM].num;
		address_write(o, "payer", r, (uint32_t)e->f[PR_STREAM_VOUCHER_PAYER].num);
		pr_json_out_kv_u64(o, "stream", stream);
		pr_json_out_kv_u64_string(o, "serial", pr_state_leaf(r->state, stream)->o.u.stream.serial);
		pr_json_out_kv_u64_string(o, "cumulative", e->f[PR_STREAM_VOUCHER_CUMULATIVE].num);
	} else {
		field_write(o, r, e, PR_TRANSFER_FROM);
		for (unsigned i = PR_TRANSFER_DEADLINE + 1; i < pr_kind_infos[e->kind].field_count; i++) field_write(o, r, e, i);
		field_write(o, r, e, PR_TRANSFER_NONCE);
		field_write(o, r, e, PR_TRANSFER_DEADLINE);
	}
	pr_json_out_close(o, '}');
}

static void typed_data_write(struct pr_json_out *o, const struct pr_read *r, const struct pr_entry *e)
{
	const char *type_string = e->kind == PR_KIND_STREAM_VOUCHER ? VOUCHER_TYPE : pr_kind_infos[e->kind].type_string;
	char        primary[64];
	size_t      primary_len = strcspn(type_string, "(");
	PR_CHECK(primary_len < sizeof primary);
	memcpy(primary, type_string, primary_len);
	primary[primary_len] = 0;

	pr_json_out_key(o, "typedData");
	pr_json_out_open(o, '{');
	pr_json_out_key(o, "types");
	pr_json_out_open(o, '{');
	pr_json_out_key(o, "EIP712Domain");
	members_write(o, "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
	pr_json_out_key(o, primary);
	members_write(o, type_string);
	pr_json_out_close(o, '}');
	pr_json_out_kv_string(o, "primaryType", primary);
	pr_json_out_key(o, "domain");
	pr_json_out_open(o, '{');
	pr_json_out_kv_string(o, "name", "Pennyroyal");
	pr_json_out_kv_string(o, "version", "1");
	pr_json_out_kv_u64(o, "chainId", r->chain->l2_chain_id);
	pr_json_out_kv_hex(o, "verifyingContract", r->chain->rollup20, 20);
	pr_json_out_close(o, '}');
	pr_json_out_key(o, "message");
	message_write(o, r, e);
	pr_json_out_close(o, '}');
}

void pr_read_digest(void *ctx, struct pr_rpc_call *call)
{
	const struct pr_read *r = ctx;
	struct pr_json_out   *o = pr_rpc_out(call);
	struct pr_entry       e;
	struct pr_entry_wrong wrong;
	uint8_t               digest32[32];
	bool                  need_sig;

	if (!pr_entry_from_json(&e, &wrong, pr_rpc_doc(call), pr_rpc_param(call, 0), true)) {
		pr_rpc_fail(call, PR_RPC_PARAMS, "malformed", wrong.field[0] ? wrong.field : "entry", wrong.message);
		return;
	}
	struct pr_view view   = pr_state_view(r->state);
	enum pr_status status = pr_step_digest(&view, r->chain->domain32, &e, digest32, &need_sig);
	if (!need_sig) {
		pr_rpc_fail_param(call, "entry", "a kind that is signed");
		return;
	}
	if (status != PR_STATUS_APPLIED) {
		pr_rpc_fail(call, PR_RPC_INPUT, pr_status_names[status], NULL, "an object that the entry names is not what it must be");
		return;
	}
	pr_json_out_open(o, '{');
	pr_json_out_kv_hex(o, "digest", digest32, 32);
	typed_data_write(o, r, &e);
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}
