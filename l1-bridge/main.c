/* pennyroyal-bridge: feeds the sequencer from L1, posts batches, pays withdrawals out. */
#include "l1-bridge/run.h"

int main(int argc, char **argv) { return brg_run(argc, argv); }
