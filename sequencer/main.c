/* pennyroyal-sequencer: takes entries and ticks, orders and executes them, makes them durable, seals batches. */
#include "sequencer/run.h"

int main(int argc, char **argv) { return seq_run(argc, argv); }
