# Pennyroyal: build, test and run.  Two targets matter to a newcomer: `make run` and `make test`.
#   make run [ONCE=1] [LINEAGE=file.tsv] [TRACE=a.csv,b.csv]   the whole system on this machine, with a workload and a planted lie
#   make run TOKEN=erc20 [...]                                 the same, with an ERC-20 of the network's own in the place of the coin
#   make test                                                  everything a contributor must pass
#   make bench                                                 figures, each checked while measured
#   make gas                                                   what proofs cost on L1, compared with the committed snapshot (make gas-snapshot renews it)
#   make campaign                                              the longer random campaigns
#   make install [PREFIX=/usr/local] [DESTDIR=]                programs, manual page and completion
#   make clean                                                 the programs that were built
#   make help                                                  this list
.DEFAULT_GOAL := all
include tools/build.mk

export ONCE LINEAGE TRACE TOKEN

.PHONY: $(TESTS:%=%.ran) help install deps contracts run test check check-source check-gen check-asan check-corpus check-contracts check-e2e bench gas gas-snapshot campaign fuzz
help:
	@sed -n 's/^#   make/make/p' Makefile
deps:
	@tools/deps
contracts: deps
	@cd l1-bridge/contracts && bin/forge build --skip test --quiet

run: deps contracts
	@$(MAKE) --no-print-directory -s -j2 all
	@tools/devnet

PREFIX ?= /usr/local
install: all
	@install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	@install -m 755 $(B)/bin/pennyroyal $(B)/bin/pennyroyal-* $(DESTDIR)$(PREFIX)/bin
	@install -m 644 docs/pennyroyal.1 $(DESTDIR)$(PREFIX)/share/man/man1
	@$(B)/bin/pennyroyal completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/pennyroyal

# The whole suite; tests/run adds up and prints the closing line.
test: deps
	@tests/run

# Unit tests run beside one another, -j at a time; one that fails does not stop the others.
check: $(TESTS)
	@$(MAKE) --no-print-directory -s -k -Otarget $(TESTS:%=%.ran)
$(TESTS:%=%.ran): %.ran: %
	@$< || { echo "FAILED $<"; exit 1; }
check-source:
	@tools/check-source
check-gen:
	@node tools/gen.mjs --check && echo "check-gen: 1 passed, 0 failed, 0 skipped"
check-asan:
	@$(MAKE) --no-print-directory -s -j2 B=build/asan OPT="-O1 -fsanitize=address,undefined -fno-sanitize-recover=all -DPR_VERIFY" HARDEN="-fPIE -fno-omit-frame-pointer" check
check-corpus: $(FUZZERS)
	@for f in $(FUZZERS); do name=$$(basename $$f | sed 's/^fuzz_//'); \
	  if [ -d tests/corpus/$$name ]; then $$f tests/corpus/$$name/* || failed=1; else echo "$$f: no corpus in tests/corpus/$$name" >&2; failed=1; fi; done; [ -z "$$failed" ]
check-contracts: $(B)/vectors/zframe.txt $(B)/vectors/chunks.txt $(B)/vectors/scenarios.txt $(B)/vectors/mutants.txt
	@cd l1-bridge/contracts && bin/forge fmt --check && ! FOUNDRY_OUT=cache/lint/out FOUNDRY_CACHE_PATH=cache/lint bin/forge lint src script 2>&1 | grep -E '^(warning|error)' && echo "contracts style: 2 passed, 0 failed, 0 skipped"
	@cd l1-bridge/contracts && bin/forge build --quiet && PR_MUTANTS=../../$(B)/vectors/mutants.txt bin/forge test
check-e2e: all $(E2E)
	@tests/e2e/run
bench: $(BENCHES) all
	@tests/bench/run
# Tests reach the contracts by artifact, so all is built first.  gas compares with snapshots/proof-cost.txt, gas-snapshot writes it anew.
gas:
	@cd l1-bridge/contracts && bin/forge build --quiet && bin/forge test --match-path 'test/*Gas*' -vv
gas-snapshot:
	@PR_SNAPSHOT_RENEW=1 $(MAKE) --no-print-directory gas
campaign:
	@tests/campaign
# make fuzz T=json SECONDS=60: libFuzzer on one target, growing build/fuzz/T from the committed corpus.
SECONDS ?= 60
fuzz:
	@tools/fuzz $(T) $(SECONDS)
