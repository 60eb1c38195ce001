# Pennyroyal: build, test and run.  Two targets matter to a newcomer: `make run` and `make test`.
.DEFAULT_GOAL := all
include tools/build.mk
