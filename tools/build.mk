# How C sources become programs.  Every folder is found by name, so a new file needs no edit here:
#   X.c          goes into its folder's library (core floors) or program (roles)
#   test_X.c     is a unit-test program        fuzz_X.c  a fuzz target        bench_X.c  a benchmark
B       ?= build
CC      ?= gcc
OPT     ?= -O3
WARN    := -std=c17 -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wno-format-truncation -Werror
HARDEN  := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CFLAGS  ?= $(OPT) -g
CPPFLAGS += -I. -D_GNU_SOURCE -MMD -MP
LDFLAGS += -pie -Wl,-z,relro,-z,now
LIBS    := -lleveldb -lsecp256k1 -levent -levent_openssl -levent_pthreads -lssl -lcrypto -lzstd -lnettle -lpthread -lm

PURE_DIRS := core/base core/crypto core/types core/codec core/tree core/stf
RT_DIRS   := core/rt core/l1 core/rpc
ROLES     := sequencer batcher fraud l1-bridge cli tools/workload

aside     = $(filter-out %/main.c,$(foreach f,$(1),$(if $(filter test_% fuzz_% bench_%,$(notdir $(f))),,$(f))))
sources   = $(call aside,$(foreach d,$(1),$(wildcard $(d)/*.c)))
objects   = $(patsubst %.c,$(B)/%.o,$(1))

PURE_OBJ := $(call objects,$(call sources,$(PURE_DIRS)))
RT_OBJ   := $(call objects,$(call sources,$(RT_DIRS)))
ALL_DIRS := $(PURE_DIRS) $(RT_DIRS) $(ROLES) tests/support
TEST_SRC := $(foreach d,$(ALL_DIRS),$(wildcard $(d)/test_*.c))
FUZZ_SRC := $(foreach d,$(ALL_DIRS),$(wildcard $(d)/fuzz_*.c))
BENCH_SRC:= $(foreach d,$(ALL_DIRS),$(wildcard $(d)/bench_*.c))
TESTS    := $(patsubst %.c,$(B)/%,$(TEST_SRC))
FUZZERS  := $(patsubst %.c,$(B)/%,$(FUZZ_SRC))
BENCHES  := $(patsubst %.c,$(B)/%,$(BENCH_SRC))
PROGRAMS := $(foreach r,$(ROLES),$(if $(wildcard $(r)/main.c),$(B)/bin/$(if $(filter cli,$(r)),pennyroyal,pennyroyal-$(if $(filter l1-bridge,$(r)),bridge,$(notdir $(r))))))

all: $(PROGRAMS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(WARN) $(HARDEN) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/libcore.a: $(PURE_OBJ)
	@rm -f $@; ar rcs $@ $^
$(B)/librt.a: $(RT_OBJ)
	@rm -f $@; ar rcs $@ $^

# $(1) role folder, $(2) program name
define role
$(B)/lib$(notdir $(1)).a: $(call objects,$(call sources,$(1)))
	@rm -f $$@; ar rcs $$@ $$^
$(B)/bin/$(2): $(B)/$(1)/main.o $(B)/lib$(notdir $(1)).a $(B)/librt.a $(B)/libcore.a
	@mkdir -p $$(@D)
	$(CC) $(LDFLAGS) $(CFLAGS) -o $$@ $$^ $(LIBS)
$(B)/$(1)/test_% $(B)/$(1)/bench_%: ROLELIB := $(B)/lib$(notdir $(1)).a
$(patsubst %.c,$(B)/%,$(wildcard $(1)/test_*.c) $(wildcard $(1)/bench_*.c) $(wildcard $(1)/fuzz_*.c)): $(B)/lib$(notdir $(1)).a
endef
$(eval $(call role,sequencer,pennyroyal-sequencer))
$(eval $(call role,batcher,pennyroyal-batcher))
$(eval $(call role,fraud,pennyroyal-fraud))
$(eval $(call role,l1-bridge,pennyroyal-bridge))
$(eval $(call role,cli,pennyroyal))
$(eval $(call role,tools/workload,pennyroyal-workload))

$(TESTS) $(BENCHES): $(B)/%: $(B)/%.o $(B)/librt.a $(B)/libcore.a
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $< $(filter-out $(B)/librt.a $(B)/libcore.a,$(filter %.a,$^)) $(B)/librt.a $(B)/libcore.a $(LIBS)
# Without a fuzzing engine a target replays the files named on its command line (core/base/fuzz.h).
$(FUZZERS): $(B)/%: $(B)/%.o $(B)/librt.a $(B)/libcore.a
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $< $(filter-out $(B)/librt.a $(B)/libcore.a,$(filter %.a,$^)) $(B)/librt.a $(B)/libcore.a $(LIBS)

# Writers of shared vectors: C says what it makes of random chunks and frames, the contracts must say the same.
VECTOR_CHUNKS ?= 20000
VECTOR_SEED   ?= 1
$(B)/tests/vectors/%: $(B)/tests/vectors/%.o $(B)/librt.a $(B)/libcore.a
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(LIBS)
$(B)/vectors/zframe.txt: $(B)/tests/vectors/zframe_vectors $(wildcard tests/corpus/zframe/*)
	@mkdir -p $(@D)
	$< tests/corpus/zframe/* > $@.tmp && mv $@.tmp $@
$(B)/vectors/chunks.txt: $(B)/tests/vectors/chunks
	@mkdir -p $(@D)
	$< $(VECTOR_CHUNKS) $(VECTOR_SEED) $@.tmp && mv $@.tmp $@

# Drivers of end-to-end tests: the scripts beside them build and run them; together they build them before, each once.
E2E := $(patsubst %.c,$(B)/%,$(wildcard tests/e2e/*.c)) $(addprefix $(B)/tests/,scenarios/play scenarios/vectors vectors/inbox_feed)
$(B)/tests/e2e/%: $(B)/tests/e2e/%.o $(B)/librt.a $(B)/libcore.a
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(LIBS)
# The player of scenarios (tests/e2e/scenarios.sh): the language, and a ledger behind the public RPC.
SCENE_OBJ := $(patsubst %,$(B)/tests/scenarios/%.o,scene acts meters expects)
$(B)/tests/scenarios/play: $(B)/tests/scenarios/play.o $(B)/tests/scenarios/over_rpc.o $(SCENE_OBJ) $(B)/tools/workload/client.o $(B)/librt.a $(B)/libcore.a
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(LIBS)
# The same rows over the transition in memory, and what they did as vectors for the contracts.
$(B)/tests/scenarios/vectors: $(B)/tests/scenarios/over_memory.o $(SCENE_OBJ) $(B)/librt.a $(B)/libcore.a
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(LIBS)
SCENES := royalties streams corners params
$(B)/vectors/scenarios.txt: $(B)/tests/scenarios/vectors $(SCENES:%=tests/scenarios/%.scn)
	@mkdir -p $(@D)
	$< $@.tmp tests/scenarios/royalties.scn tests/scenarios/streams.scn tests/scenarios/corners.scn fee_ppm=25000 stream_grace_s=1 tests/scenarios/params.scn && mv $@.tmp $@
# Damaged vectors: the contract must agree on them too (the same root, or a revert where C finds the witness wrong).
$(B)/vectors/few.txt: $(B)/tests/vectors/chunks
	@mkdir -p $(@D)
	$< 1500 $$(($(VECTOR_SEED) + 1000)) $@.tmp 2>/dev/null && mv $@.tmp $@
$(B)/vectors/mutants.txt: $(B)/tests/vectors/mutants $(B)/vectors/few.txt
	$< $(B)/vectors/few.txt 2 $(VECTOR_SEED) $@.tmp && mv $@.tmp $@

.PHONY: all clean
clean:
	rm -rf $(B)
-include $(shell find $(B) -name '*.d' 2>/dev/null)
