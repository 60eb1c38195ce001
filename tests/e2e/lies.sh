#!/usr/bin/env bash
# Every lie loses: false claims from false executions, one by one and all at once, against one unattended watcher.  See lies.c.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=lies ports=285
. tests/e2e/chain.bash

verifier claimer "$CLAIMER_PORT" --set act.finalize=false
verifier watcher "$WATCHER_PORT"
drive 240 "$l1" "http://127.0.0.1:$WATCHER_PORT" "$DIR/chain.toml" "${address[watcher]}" "${address[claimer]}"
