#!/usr/bin/env bash
# A right claim cannot be struck: hostile proofs as transactions against every chunk of honest claims, each reverting with its own error.  See hostile.c.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=hostile ports=305
. tests/e2e/chain.bash

verifier claimer "$CLAIMER_PORT"
drive 240 "$l1" "http://127.0.0.1:$CLAIMER_PORT" "$DIR/chain.toml" "${address[claimer]}"
