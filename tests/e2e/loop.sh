#!/usr/bin/env bash
# The whole loop on generated input: money in, metered use, claims, a struck lie, money out.  On ports of its own, in a directory of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ONCE=1 LINEAGE= TRACE= DIR=run/test-loop DATASETS=48 CALLS=1500 L1_PORT=19545 SEQ_PORT=19550 WATCHER_PORT=19551 CLAIMER_PORT=19552 BRIDGE_PORT=19553 tools/devnet >"$log" 2>&1; then
  if grep -q '^declare -x ' "$log"; then
    echo "the network prints the environment of its shell:"
    grep '^declare -x ' "$log" | head -3
    exit 1
  fi
  sed -n '/^Summary/,$p' "$log"
  echo "loop: 1 passed, 0 failed, 0 skipped"
else
  cat "$log"
  exit 1
fi
