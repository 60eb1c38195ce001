/* A fuzz target is one function, fuzz_one, that aborts when a property fails and otherwise returns.
 *
 * Built by clang with -fsanitize=fuzzer and PR_LIBFUZZER defined, libFuzzer drives it; built plainly, the
 * program replays every file named on its command line, so that corpora are regression tests. */
#ifndef PR_BASE_FUZZ_H
#define PR_BASE_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void fuzz_one(const uint8_t *data, size_t size);

#ifdef PR_LIBFUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_one(data, size);
	return 0;
}
#else
#define FUZZ_FILE_BYTES_MAX (1u << 20)
int main(int argc, char **argv)
{
	static uint8_t buf[FUZZ_FILE_BYTES_MAX];
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (!f) {
			perror(argv[i]);
			return 1;
		}
		size_t n = fread(buf, 1, sizeof buf, f);
		fclose(f);
		fuzz_one(buf, n);
	}
	printf("%s: %d passed, 0 failed, 0 skipped\n", __BASE_FILE__, argc - 1);
	return argc > 1 ? 0 : 1;
}
#endif

#endif
