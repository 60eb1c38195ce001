#!/usr/bin/env bash
# What a reorganisation of L1 takes is done again: a strike at another false claim with the same number, and the claims themselves.  See reorg.c.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=reorg ports=275
. tests/e2e/chain.bash

verifier claimer "$CLAIMER_PORT"
verifier watcher "$WATCHER_PORT"
drive 240 "$l1" "http://127.0.0.1:$WATCHER_PORT" "$DIR/chain.toml" "${address[watcher]}" "${address[claimer]}" "$DIR/watcher.log"
