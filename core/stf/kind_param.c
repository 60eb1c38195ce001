#include "core/stf/kinds.h"

/* A parameter change that L1's governor made, after its delay there. */
enum pr_status pr_kind_param(struct pr_apply *a)
{
	uint64_t          index = pr_arg(a, PR_PARAM_INDEX), value = pr_arg(a, PR_PARAM_VALUE);
	struct pr_system *sys   = pr_set_system(a);

	if (index >= PR_PARAM_COUNT || value < pr_param_infos[index].min || value > pr_param_infos[index].max) return PR_STATUS_PARAM_RANGE;
	uint32_t *const fields[PR_PARAM_COUNT] = {
		[PR_PARAM_FEE_PPM]        = &sys->fee_ppm,
		[PR_PARAM_EDGE_PPM_MAX]   = &sys->edge_ppm_max,
		[PR_PARAM_EDGES_PPM_MAX]  = &sys->edges_ppm_max,
		[PR_PARAM_STREAM_GRACE_S] = &sys->stream_grace_s,
	};
	*fields[index] = (uint32_t)value;
	return PR_STATUS_APPLIED;
}
