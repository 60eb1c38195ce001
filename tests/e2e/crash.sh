#!/usr/bin/env bash
# kill -9 in random order at random moments, KILLS times each of sequencer, batcher, bridge, claimer and watcher, restarted at once, while a client sends transfers, payments,
# withdrawals and ticks (crash.c).  At the end every receipt must hold, nothing may be doubled, accounts, streams and revenues must be those of the client's own books, L1 must have
# paid every withdrawal, every lie must be struck by one transaction, and sequencer, verifiers and one more from an empty directory must stand at one root.
# Then the same, with a fifth of the kills, while a marketplace is registered and played: money through edges, pools and owners comes out to the unit.
#   KILLS=300 tests/e2e/crash.sh      the campaign
set -uo pipefail
cd "$(dirname "$0")/../.."
KILLS=${KILLS:-30}
export BIN=${BIN:-build/bin}
B=$(dirname "$BIN")
dir=run/test-crash
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'kill "$net" 2>/dev/null; wait; exit 130' INT TERM
make --no-print-directory -s B="$B" "$B/tests/e2e/crash" || exit 1

network() { # NAME KILLS SETTING...
  local name=$1 kills=$2
  shift 2
  env ONCE=1 LINEAGE= TRACE= CHAOS="$kills" DIR=$dir WINDOW_S=$((12 + KILLS / 5)) WAIT_S=$((120 + KILLS * 10)) L1_PORT=24545 SEQ_PORT=24550 WATCHER_PORT=24551 CLAIMER_PORT=24552 \
    BRIDGE_PORT=24553 "$@" tools/devnet >"$log" 2>&1 &
  net=$!
  if wait "$net"; then
    passed=$((passed + 1))
    grep -E 'kills are over|every receipt|kill -9|^  lies|on L1  |conservation|checkpoint' "$log"
  else
    failed=$((failed + 1))
    echo "crash: FAILED $name"
    cat "$log"
    tail -n 3 "$dir"/logs/*.log | cut -c1-300
    rm -rf "$dir.failed"
    [ ! -d "$dir" ] || mv "$dir" "$dir.failed" # to be looked at
  fi
  rm -rf "$dir"
}
network "receipts and books" "$KILLS" CLIENT="$B/tests/e2e/crash --until $dir/keys/lies" AMBUSHES=1
network "marketplace" $(((KILLS + 4) / 5)) DATASETS=$((KILLS * 4)) CALLS=$((KILLS * 50))
echo "crash: $passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
