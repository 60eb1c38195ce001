/* The whole program, so that tests can run it in a process of their own. */
#ifndef BRG_RUN_H
#define BRG_RUN_H

/* Runs until asked to stop; returns the exit code. */
int brg_run(int argc, char **argv);

#endif
