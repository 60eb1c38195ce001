#include "fraud/prove.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/crypto/keccak.h"
#include "core/rt/log.h"

/* Everything that is too large for a stack; one proof at a time. */
static struct {
	struct pr_chunk   scratch;
	struct pr_partial partial;
	struct pr_recorder recorder;
	uint8_t            witness[PR_WITNESS_BYTES_MAX], items[FRD_ITEMS_BYTES_MAX];
	uint8_t            hashes[PR_BATCH_CHUNKS_MAX][32];
} work;

static bool write_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;
	while (len > 0) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static size_t read_all(int fd, void *bytes, size_t room)
{
	size_t len = 0;
	while (len < room) {
		ssize_t n = read(fd, (char *)bytes + len, room - len);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) break;
		len += (size_t)n;
	}
	return len;
}

/* Runs fn(arg, fd) in a child and collects at most room bytes of what it writes; false if it did not exit with 0. */
static bool in_child(int (*fn)(void *arg, int fd), void *arg, void *bytes, size_t room, size_t *len)
{
	int   ends[2], status = 1;
	pid_t pid;

	if (pipe(ends) != 0) return false;
	if ((pid = fork()) == 0) {
		close(ends[0]);
		_exit(fn(arg, ends[1]));
	}
	close(ends[1]);
	*len = pid > 0 ? read_all(ends[0], bytes, room) : 0;
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct job {
	const struct frd_prover *prover;
	struct frd_run           run;
	uint64_t                 claim;
	uint32_t                 chunk;
};

/* Grandchild: runs the disputed chunk on its own image and reports what it touched. */
static int record_touch(void *arg, int fd)
{
	struct job    *job  = arg;
	struct pr_view view;

	pr_recorder_init(&work.recorder, pr_state_view(job->prover->base));
	view = pr_recorder_view(&work.recorder);
	frd_run_execute(&job->run, job->chunk, &view, &work.scratch);
	return !work.recorder.full && write_all(fd, &work.recorder.touch, sizeof work.recorder.touch) ? 0 : 1;
}

static bool hash_chunks(const struct frd_run *run, uint32_t posted)
{
	const uint8_t *chunk;
	uint32_t       len, i = 0;
	size_t         pos = 0;

	while (i < posted && pr_run_next(&chunk, &len, &pos, run->bytes, run->len)) pr_keccak256(work.hashes[i++], chunk, len);
	return i == posted;
}

static bool to_base(struct job *job)
{
	const struct frd_prover *p = job->prover;
	for (uint64_t n = p->base_batch + 1; n < job->run.batch; n++) {
		struct frd_run run = { .book = p->book, .batch = n, .domain32 = p->domain32 };
		uint8_t       *bytes;
		if (pr_eventlog_run(p->archive, p->book->batches[n].archive_seq, &bytes, &run.len) != PR_OK) return false;
		run.bytes = bytes;
		frd_replay(&run, p->book->batches[n].chunk_count, p->base, NULL, NULL, &work.scratch);
		free(bytes);
	}
	frd_replay(&job->run, job->chunk, p->base, NULL, NULL, &work.scratch);
	return true;
}

/* Child: brings its image of the base to just before the disputed chunk, builds the proof, tries it, writes the calldata. */
static int build(void *arg, int fd)
{
	struct job             *job   = arg;
	const struct frd_prover *p    = job->prover;
	const struct frd_claim *claim = &p->book->claims[job->claim];
	const struct frd_batch *batch = &p->book->batches[claim->batch];
	uint32_t                inbox = pr_batch_inbox_chunks(&batch->header);
	uint8_t                 pre_path[PR_LIST_DEPTH][32], claimed_path[PR_LIST_DEPTH][32], chunk_path[PR_LIST_DEPTH][32], post32[32];
	struct pr_step_ctx      ctx   = frd_run_ctx(&job->run, job->chunk);
	struct pr_fraud_proof   proof = { .header = batch->header, .claim_id = job->claim, .chunk_index = job->chunk };
	static uint8_t          calldata[FRD_PROOF_BYTES_MAX];
	struct pr_touch         touch;
	size_t                  len;

	if (!to_base(job)) return 2;
	if (!in_child(record_touch, job, &touch, sizeof touch, &len) || len != sizeof touch) return 3;
	pr_state_root(p->base, proof.pre_root32);
	proof.witness     = work.witness;
	proof.witness_len = pr_witness_encode(work.witness, sizeof work.witness, p->base, &touch);
	if (proof.witness_len == 0 || !frd_run_chunk(&job->run, job->chunk, &proof.data, &proof.data_len, work.items)) return 4;
	memcpy(proof.claimed_root32, claim->roots[job->chunk], 32);
	if (!pr_step_stateless(post32, proof.pre_root32, &ctx, proof.data, proof.data_len, proof.witness, proof.witness_len, &work.partial, &work.scratch) ||
	    memcmp(post32, batch->roots[job->chunk], 32) != 0 || memcmp(post32, proof.claimed_root32, 32) == 0)
		return 5;
	if (job->chunk > 0) {
		pr_list_path(pre_path, (const uint8_t (*)[32])claim->roots, claim->root_count, job->chunk - 1);
		proof.pre_path_opt = (const uint8_t (*)[32])pre_path;
	}
	pr_list_path(claimed_path, (const uint8_t (*)[32])claim->roots, claim->root_count, job->chunk);
	proof.claimed_path = (const uint8_t (*)[32])claimed_path;
	if (job->chunk >= inbox) {
		if (!hash_chunks(&job->run, batch->header.posted)) return 6;
		pr_list_path(chunk_path, (const uint8_t (*)[32])work.hashes, batch->header.posted, job->chunk - inbox);
		proof.chunk_path_opt = (const uint8_t (*)[32])chunk_path;
	}
	len = pr_call_strike(calldata, sizeof calldata, &proof);
	if (len == 0) return 7;
	return write_all(fd, calldata, len) ? 0 : 8;
}

enum pr_err frd_prove(uint8_t *calldata, size_t *len, const struct frd_prover *prover, uint64_t claim)
{
	const struct frd_claim *c   = &prover->book->claims[claim];
	struct job              job = { .prover = prover, .claim = claim };
	uint8_t                *bytes;
	bool                    ok;

	PR_CHECK(prover->base_batch < c->batch);
	if (!frd_claim_wrong_chunk(prover->book, claim, &job.chunk)) return PR_ERR_INVALID;
	job.run = (struct frd_run){ .book = prover->book, .batch = c->batch, .domain32 = prover->domain32 };
	PR_FORWARD(pr_eventlog_run(prover->archive, prover->book->batches[c->batch].archive_seq, &bytes, &job.run.len));
	job.run.bytes = bytes;
	ok = in_child(build, &job, calldata, FRD_PROOF_BYTES_MAX, len);
	free(bytes);
	if (!ok) PR_LOG_ERROR("proof failed claim=%llu chunk=%u", (unsigned long long)claim, job.chunk);
	return !ok ? PR_ERR_CORRUPT : *len == 0 ? PR_ERR_FULL : PR_OK;
}
