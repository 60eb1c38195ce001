/* Hand-off records: a record that decodes encodes to the same bytes. */
#include "core/codec/handoff.h"

#include "core/base/check.h"
#include "core/base/fuzz.h"

static void fuzz_one(const uint8_t *data, size_t size)
{
	static struct pr_sealed_batch batch;
	static uint8_t                out[1u << 17];
	struct pr_l1_event            event;
	struct pr_post                post;

	if (size > sizeof out) return;
	if (pr_sealed_batch_decode(&batch, data, size)) {
		PR_CHECK(pr_sealed_batch_bytes(&batch) == size);
		pr_sealed_batch_encode(out, &batch);
		PR_CHECK(memcmp(out, data, size) == 0);
	}
	if (pr_post_decode(&post, data, size)) {
		pr_post_head_encode(out, &post);
		PR_CHECK(post.run_len + PR_POST_HEAD_BYTES == size && memcmp(out, data, PR_POST_HEAD_BYTES) == 0);
	}
	if (pr_l1_event_decode(&event, data, size)) {
		size_t head = pr_l1_event_head_encode(out, &event);
		PR_CHECK(head + event.data_len == size && memcmp(out, data, head) == 0);
	}
}
