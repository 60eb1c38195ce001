#!/usr/bin/env bash
# Jobs with exact results (tests/scenarios/*.scn) through the public RPC of a whole network: rows first as the network is deployed, then with other parameters,
# which the governor proposes on L1.  A verifying node must say the same of everything, and L1 must pay what was withdrawn.
#   ROWS=FILE.scn... plays only these.
set -uo pipefail
cd "$(dirname "$0")/../.."
BIN=${BIN:-build/bin}
B=$(dirname "$BIN")
DIR=run/test-scenarios
L1=31545 SEQ=31550 WATCHER=31551 CLAIMER=31552 BRIDGE=31553
cast=l1-bridge/contracts/bin/cast
l1=http://127.0.0.1:$L1
rich=0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6 # the development chain's fourth account: known to everybody
devnet=''
keep=$(mktemp -d)
cleanup() {
  trap - EXIT INT TERM
  if [ -n "$devnet" ]; then
    kill -TERM "$devnet" 2>/dev/null
    wait "$devnet" 2>/dev/null
  fi
  rm -rf "$keep"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
give_up() {
  echo "scenarios: FAILED $1" >&2
  tail -3 "$keep"/* "$DIR"/logs/*.log 2>/dev/null | cut -c1-300 >&2
  echo "scenarios: 0 passed, 1 failed, 0 skipped"
  exit 1
}

make --no-print-directory -s B="$B" "$B/tests/scenarios/play" "$B/tests/scenarios/vectors" >"$keep/make" 2>&1 || give_up "the player does not build"
play=$B/tests/scenarios/play

DIR=$DIR BIN=$BIN L1_PORT=$L1 SEQ_PORT=$SEQ WATCHER_PORT=$WATCHER CLAIMER_PORT=$CLAIMER BRIDGE_PORT=$BRIDGE DATASETS=2 CALLS=4 WINDOW_S=4 FORCE_DEADLINE_S=16 ONCE= LINEAGE= TRACE= \
  tools/devnet >"$keep/devnet" 2>&1 &
devnet=$!
for _ in $(seq 900); do
  grep -q '^It keeps serving' "$keep/devnet" && break
  kill -0 "$devnet" 2>/dev/null || break
  sleep 0.2
done
grep -q '^It keeps serving' "$keep/devnet" || give_up "the network did not come up"

# What docs/rpc.md shows of a verifying node.
bad=0
node tests/e2e/rpc-examples.mjs docs/rpc.md http://127.0.0.1:$WATCHER/ node || bad=1

# Nearly all the money that there can be: 18 * 10^9 tokens for the bank, which pays for everybody.
"$cast" rpc --rpc-url "$l1" anvil_setBalance 0x90F79bf6EB2c4f870365E785982E1f101E93b906 0x409f9cbc7c4a04c220000000 >/dev/null || give_up "no coins on L1"
umask 077
printf 'secret\n' >"$keep/password"
printf '%s\n' "$rich" >"$keep/rich"
p() { "$BIN/pennyroyal" --rpc http://127.0.0.1:$SEQ --node http://127.0.0.1:$WATCHER --l1 "$l1" --chain "$DIR/chain.toml" --keys "$keep" --key bank --password-file "$keep/password" "$@"; }
p keys import bank --from "$keep/rich" --light >/dev/null 2>"$keep/err" || give_up "no key"
p deposit 18000000000 --to "$("$play" --address)" >/dev/null 2>"$keep/err" || give_up "no deposit"

# Proposals wait as long as an exit takes; the rows that go without them are played meanwhile.
inbox=$(sed -n 's/^inbox *= *"\(.*\)"/\1/p' "$DIR/chain.toml")
govern() { "$cast" send --rpc-url "$l1" --keystore "$DIR/keys/governor" --password devnet "$inbox" "$@" >"$keep/govern" 2>&1; }
govern 'proposeParam(uint8,uint64)' 0 25000 && govern 'proposeParam(uint8,uint64)' 3 1 || give_up "the governor cannot propose"

rows() { "$play" --rpc http://127.0.0.1:$SEQ --node http://127.0.0.1:$WATCHER --l1 "$l1" --chain "$DIR/chain.toml" "$@"; }
# shellcheck disable=SC2086
rows ${ROWS:-tests/scenarios/royalties.scn tests/scenarios/streams.scn tests/scenarios/corners.scn tests/scenarios/wide.scn} || bad=1

if [ -z "${ROWS:-}" ]; then
  # What the rows do, a wallet can: derive from an asset with more royalties than a page holds.
  wide=$(printf 'tests/scenarios/wide.scn:6 Wide' | sha256sum | cut -c1-64)
  p deposit 1 >/dev/null 2>"$keep/err" || give_up "no deposit for the wallet"
  p assets register "derived from a wide one" --kind model --parent "0x$wide" --json >"$keep/derived" 2>"$keep/err"
  # A row that says a wrong number fails, whoever plays it.
  printf 'row one too many\npeople p=5\nasset A p\npay p A 5\ncollect\ngot p=+1\n' >"$keep/wrong.scn"
  for player in "$play --rpc http://127.0.0.1:$SEQ --node http://127.0.0.1:$WATCHER --l1 $l1 --chain $DIR/chain.toml" "$B/tests/scenarios/vectors $keep/vectors"; do
    # shellcheck disable=SC2086
    if $player "$keep/wrong.scn" >"$keep/out" 2>&1 || ! grep -q 'the balance of p is' "$keep/out"; then
      echo "scenarios: FAILED a wrong number was not noticed: $(tail -1 "$keep/out")" >&2
      bad=1
    fi
  done
  if grep -q '"inherited":300[,}]' "$keep/derived"; then echo "wallet: 1 passed, 0 failed, 0 skipped"; else
    echo "scenarios: FAILED the wallet does not derive from an asset with 300 royalties: $(tail -1 "$keep/err")" >&2
    bad=1
  fi
  in_force() {
    local body='{"jsonrpc":"2.0","id":1,"method":"penny_chainInfo"}'
    exec 3<>"/dev/tcp/127.0.0.1/$SEQ"
    printf 'POST / HTTP/1.1\r\nHost: scenarios\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "${#body}" "$body" >&3
    grep -q '"fee_ppm":25000,.*"stream_grace_s":1[},]' <&3
  }
  for id in 0 1; do
    for _ in $(seq 120); do
      govern 'enqueueParam(uint256)' $id && break
      sleep 0.5
    done
  done
  for _ in $(seq 120); do
    in_force && break
    sleep 0.5
  done
  in_force || give_up "the parameters do not come into force"
  rows tests/scenarios/params.scn || bad=1
fi
exit $bad
