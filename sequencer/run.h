/* The whole program, so that tests can run it in a process of their own. */
#ifndef SEQ_RUN_H
#define SEQ_RUN_H

/* Runs until asked to stop; returns the exit code. */
int seq_run(int argc, char **argv);

#endif
