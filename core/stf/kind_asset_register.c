#include "core/stf/kinds.h"

#include <string.h>

#include "core/crypto/sha256.h"

/* Registers something that earns.  A draft may take edges before it is opened. */
enum pr_status pr_kind_asset_register(struct pr_apply *a)
{
	uint64_t kind = pr_arg(a, PR_ASSET_REGISTER_KIND), active = pr_arg(a, PR_ASSET_REGISTER_ACTIVE);
	uint64_t mode = pr_arg(a, PR_ASSET_REGISTER_ASK_MODE), ppm = pr_arg(a, PR_ASSET_REGISTER_ASK_PPM);
	uint8_t  key32[32], about[64];
	uint32_t pred;

	if (kind >= PR_ASSET_KINDS || active > 1 || mode > PR_MODE_ABSOLUTE) return PR_STATUS_ENUM_RANGE;
	if ((mode == PR_MODE_NONE && ppm != 0) || ppm > pr_set_system(a)->edge_ppm_max) return PR_STATUS_RATE_RANGE;
	pr_key_asset(key32, pr_arg_bytes(a, PR_ASSET_REGISTER_CONTENT));
	if (pr_set_find(a, key32, &pred)) return PR_STATUS_ASSET_EXISTS;
	struct pr_object *o = pr_set_create(a, PR_OBJECT_ASSET, key32, pred, NULL);
	if (!o) return PR_STATUS_STATE_FULL;
	struct pr_asset *asset = &o->u.asset;
	asset->owner    = pr_arg_id(a, PR_ASSET_REGISTER_FROM);
	asset->kind     = (uint8_t)kind;
	asset->status   = active ? PR_ASSET_ACTIVE : PR_ASSET_DRAFT;
	asset->price0   = pr_arg(a, PR_ASSET_REGISTER_PRICE0);
	asset->price1   = pr_arg(a, PR_ASSET_REGISTER_PRICE1);
	asset->price2   = pr_arg(a, PR_ASSET_REGISTER_PRICE2);
	asset->price3   = pr_arg(a, PR_ASSET_REGISTER_PRICE3);
	asset->ask_mode = (uint8_t)mode;
	asset->ask_ppm  = (uint32_t)ppm;
	memcpy(about, pr_arg_bytes(a, PR_ASSET_REGISTER_CONTENT), 32);
	memcpy(about + 32, pr_arg_bytes(a, PR_ASSET_REGISTER_METADATA), 32);
	pr_sha256(asset->about, about, sizeof about);
	return PR_STATUS_APPLIED;
}
