#!/usr/bin/env bash
# The whole loop on generated input: money in, metered use, claims, a struck lie, money out.  On ports of its own, in a directory of its own.
# Then the watcher is started again, without any L1: from its checkpoint, and from the genesis.  Both must give the same answers.
set -euo pipefail
cd "$(dirname "$0")/../.."
BIN=${BIN:-build/bin}
DIR=run/test-loop
log=$(mktemp)
pid=
stop() {
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; }
  pid=
}
trap 'stop; rm -f "$log"' EXIT
if ONCE=1 LINEAGE= TRACE= DIR=$DIR DATASETS=48 CALLS=1500 L1_PORT=19545 SEQ_PORT=19550 WATCHER_PORT=19551 CLAIMER_PORT=19552 BRIDGE_PORT=19553 tools/devnet >"$log" 2>&1; then
  sed -n '/^Summary/,$p' "$log"
else
  cat "$log"
  exit 1
fi

# A batch of calls for everything that the ids from one to the other have.
calls() { # FROM TO
  local id method sep=
  printf '['
  for id in $(seq "$1" "$2"); do
    for method in getObject getProof getEarnings getAccount getAsset getStream getWithdrawal; do
      printf '%s{"jsonrpc":"2.0","id":"%s %s","method":"penny_%s","params":[%s]}' "$sep" "$method" "$id" "$method" "$id"
      sep=,
    done
  done
  printf ']'
}
post() { # BODY
  exec 4<>"/dev/tcp/127.0.0.1/$port"
  printf 'POST / HTTP/1.1\r\nHost: loop\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "${#1}" "$1" >&4
  sed '1,/^\r$/d' <&4
  exec 4>&- 4<&-
  echo
}
answers() { # NAME SETTING...
  local name=$1 from
  shift
  "$BIN/pennyroyal-fraud" --config configs/devnet/watcher.toml --exit-with-parent --set chain.file="$DIR/chain.toml" --set data.dir="$DIR/watcher" --set l1.url=http://127.0.0.1:1 \
    --set http.port=0 "$@" >"$DIR/logs/$name.log" 2>&1 &
  pid=$!
  port=
  while [ -z "$port" ]; do
    kill -0 "$pid" || { tail -3 "$DIR/logs/$name.log" >&2; return 1; }
    sleep 0.1
    port=$(sed -n 's/.*serving port=\([0-9]*\).*/\1/p' "$DIR/logs/$name.log")
  done
  {
    for from in nodeStatus chainInfo getState 'getClaims 0' 'pendingWithdrawals 0,256' $(seq -f 'getBatch_%.0f' 40) $(seq -f 'getRoots_%.0f' 40); do
      from=${from/_/ }
      post "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_${from%% *}\",\"params\":[$([ "${from#* }" = "$from" ] || echo "${from#* }")]}"
    done
    for from in $(seq 0 14 420); do post "$(calls "$from" $((from + 13)))"; done
  } >"$DIR/$name.answers"
  stop
}
answers checkpoint
answers genesis --set data.checkpoint_batches=0
fail() { echo "loop: $1" >&2; exit 1; }
started=$(sed -n 's/.*started from checkpoint batch=\([0-9]*\).*/\1/p' "$DIR/logs/checkpoint.log")
[ "${started:-0}" -ge 1 ] || fail "the watcher did not start from a checkpoint"
[ "$(grep -c 'started from checkpoint' "$DIR/logs/genesis.log")" = 0 ] || fail "the watcher without checkpoints started from one"
for part in '"right":true' '"siblings"' '"supply"'; do grep -q "$part" "$DIR/genesis.answers" || fail "no $part among the answers"; done
cmp "$DIR/checkpoint.answers" "$DIR/genesis.answers" || fail "after a start from a checkpoint the watcher answers otherwise than after one from the genesis"
echo "  the watcher again     from its checkpoint of batch $started: the same $(wc -c <"$DIR/genesis.answers") bytes of answers as from the genesis"
echo "loop: 2 passed, 0 failed, 0 skipped"
