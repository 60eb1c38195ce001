/* pennyroyal-batcher: compresses sealed batches into what is posted on L1. */
#include "batcher/run.h"

int main(int argc, char **argv) { return bat_run(argc, argv); }
