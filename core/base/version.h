/* The version that every program tells with --version. */
#ifndef PR_BASE_VERSION_H
#define PR_BASE_VERSION_H

#define PR_VERSION "0.1.0-unreleased"

#endif
