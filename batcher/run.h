/* The whole program, so that tests can run it in a process of their own. */
#ifndef BAT_RUN_H
#define BAT_RUN_H

/* Runs until asked to stop; returns the exit code. */
int bat_run(int argc, char **argv);

#endif
