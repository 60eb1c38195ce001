#!/usr/bin/env bash
# The operator was away for longer than the inbox deadline, and somebody else appended what was overdue: the sequencer comes back and goes on by itself, on L1's order.
# What it had accepted and not posted stands again, but for an entry whose nonce was spent through L1: that one is dropped, by name.
# Then the same again, but nobody else appends: the operator's bridge does.  Then the sequencer's data is lost.
set -uo pipefail
cd "$(dirname "$0")/../.."
BIN=${BIN:-build/bin}
DIR=run/test-rebase
L1=29545 SEQ=29550 WATCHER=29551 CLAIMER=29552 BRIDGE=29553 LATE=29554
cast=l1-bridge/contracts/bin/cast
l1=http://127.0.0.1:$L1
rpc=http://127.0.0.1:$SEQ where=http://127.0.0.1:$WATCHER
suite=rebase devnet=''
declare -A pids

. tests/e2e/counting.bash

cleanup() {
  [ -n "$devnet" ] && kill -9 "$devnet" 2>/dev/null
  for n in "${!pids[@]}"; do kill "${pids[$n]}" 2>/dev/null; done
  [ -n "${anvil:-}" ] && kill "$anvil" 2>/dev/null
  wait 2>/dev/null
}
trap cleanup EXIT
p() { # KEY COMMAND...
  local key=$1
  shift
  "$BIN/pennyroyal" --rpc "$rpc" --node "$where" --l1 "$l1" --chain "$keep/chain.toml" --keys "$keep" --password-file "$keep/password" --key "$key" --yes "$@"
}
ask() { # PORT METHOD PARAMS -> the answer
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  local body="{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$2\",\"params\":$3}"
  printf 'POST / HTTP/1.1\r\nHost: rebase\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "${#body}" "$body" >&3
  sed '1,/^\r$/d' <&3
  exec 3>&- 3<&-
}
start() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >>"$DIR/logs/$name.log" 2>&1 &
  pids[$name]=$!
}
stop() { # NAME SIGNAL
  kill "-$2" "${pids[$1]}" 2>/dev/null
  wait "${pids[$1]}" 2>/dev/null
  unset "pids[$1]"
}
batcher() { start batcher "$BIN/pennyroyal-batcher" --config configs/devnet/batcher.toml --set chain.file="$keep/chain.toml" --set sealed.dir="$DIR/sequencer/sealed" --set post.dir="$DIR/batcher/post"; }
sequencer() {
  start sequencer "$BIN/pennyroyal-sequencer" --config configs/devnet/sequencer.toml --set chain.file="$keep/chain.toml" --set data.dir="$DIR/sequencer" \
    --set bridge.feed="$DIR/bridge/archive" --set http.port=$SEQ
}
bridge() {
  start bridge "$BIN/pennyroyal-bridge" --config configs/devnet/bridge.toml --set chain.file="$keep/chain.toml" --set post.dir="$DIR/batcher/post" --set feed.dir="$DIR/bridge" \
    --set data.dir="$DIR/bridge" --set l1.url="$l1" --set key.file="$DIR/keys/operator" --set key.password_file="$DIR/keys/password" --set relay.url="http://127.0.0.1:$CLAIMER" --set http.port=$BRIDGE
}
verifier() { # NAME PORT SET...
  local name=$1 port=$2
  shift 2
  start "$name" "$BIN/pennyroyal-fraud" --config "configs/devnet/claimer.toml" --set chain.file="$keep/chain.toml" --set data.dir="$DIR/$name" --set l1.url="$l1" --set http.port="$port" "$@"
}
serves() { ask "$1" "$2" '[]' 2>/dev/null | grep -q result; }

keep=$(mktemp -d)
printf pw >"$keep/password"
chmod 600 "$keep/password"
DIR=$DIR L1_PORT=$L1 SEQ_PORT=$SEQ WATCHER_PORT=$WATCHER CLAIMER_PORT=$CLAIMER BRIDGE_PORT=$BRIDGE DATASETS=12 CALLS=200 WINDOW_S=6 FORCE_DEADLINE_S=300 ONCE= LINEAGE= TRACE= \
  setsid tools/devnet >"$keep/devnet.log" 2>&1 &
devnet=$!
until_true 120 grep -q 'keeps serving' "$keep/devnet.log" || { tail -5 "$keep/devnet.log" >&2; give_up "the network did not come up"; }
anvil=$(pgrep -f "anvil --port $L1 " | head -1)
cp "$DIR/chain.toml" "$keep/chain.toml"

# The same processes without the supervisor that ends when one of them does.
kill -9 "$devnet"
for n in sequencer batcher bridge claimer watcher; do until_true 10 eval "! pgrep -f 'data.dir=$DIR/$n|feed.dir=$DIR/$n|post.dir=$DIR/$n' >/dev/null" || give_up "$n lives on"; done
devnet=''
bridge
verifier claimer $CLAIMER --set act.key_file="$DIR/keys/claimer" --set act.password_file="$DIR/keys/password"
verifier watcher $WATCHER --set act.claim=false --set act.finalize=false --set act.key_file= --set act.password_file=
sequencer
batcher
until_true 40 serves $SEQ penny_getHealth || give_up "the sequencer does not serve"
until_true 40 serves $WATCHER penny_nodeStatus || give_up "the watcher does not serve"

for who in alice bob dave carol; do
  p $who keys create $who --light >/dev/null || give_up "no key for $who"
  eval "$who=$(p $who keys address --json | grep -oE '0x[0-9a-fA-F]{40}' | head -1)"
  "$cast" rpc --rpc-url "$l1" anvil_setBalance "${!who}" 0x3635c9adc5dea00000 >/dev/null
done
for who in alice bob dave; do p $who deposit 9 >/dev/null 2>&1 || give_up "$who's deposit"; done
echo content >"$keep/content"
# shellcheck disable=SC2154
asset=$(p bob assets register "$keep/content" --kind dataset --share "$bob=1" --json | field asset)
p alice pay "$asset" 2 >/dev/null || give_up "alice's payment to asset $asset"
p bob assets price "$asset" call=0.001 >/dev/null || give_up "no price for asset $asset"
stream=$(p alice streams open "$asset" --units 1000 --escrow 1 --expiry 2h --json | field stream)
direct() { p bob assets show "$asset" 2>/dev/null | sed -n 's/^direct revenue  *//p'; }
on_l1() { [ "$(rpc=$where direct)" = 2 ] && rpc=$where p alice streams show "$stream" 2>/dev/null | grep -q .; }
until_true 60 on_l1 || give_up "the payment did not reach L1: $(rpc=$where direct)"

# From here on nothing is posted: a batch is sealed, another is open, and ticks are pending when the sequencer is killed.
stop batcher TERM
before=$(ask $SEQ penny_getBatch '[]' | field number)
p alice pay "$asset" 1 >/dev/null || give_up "alice's second payment"
p dave pay "$asset" 3 >/dev/null || give_up "dave's payment"
is_sealed() { [ "$(ask $SEQ penny_getBatch '[]' | field number)" -gt "$before" ]; }
until_true 30 is_sealed || give_up "no batch was sealed"
dave_batch=$(ask $SEQ penny_getBatch "[$((before + 1))]")
p alice pay "$asset" 1 >/dev/null || give_up "alice's third payment"
p alice streams spend "$stream" 7 >/dev/null || give_up "alice's ticks"
stop sequencer KILL

payouts() { grep -c 'withdraw number=[0-9]* landed' "$DIR/logs/bridge.log"; }
payouts_before=$(payouts)
# Dave leaves through L1 meanwhile, with the nonce of the payment that nobody posted; Carol, who has nothing to do with it, appends what is overdue.
p dave force withdraw 1 >"$keep/out" 2>&1 || { cat "$keep/out" >&2; give_up "dave cannot force a withdrawal"; }
"$cast" rpc --rpc-url "$l1" evm_increaseTime 400 >/dev/null
append() { p carol force append >"$keep/append" 2>&1; }
until_true 30 append || { tail -3 "$keep/append" >&2; give_up "nobody can append the overdue entry"; }
batcher
foreign=$((before + 1))
watcher_at() { [ "$(ask $WATCHER penny_nodeStatus '[]' | field batches)" -ge "$1" ]; }
until_true 30 watcher_at $foreign || give_up "the appended batch did not reach the watcher"

# The operator is back.  Nobody does anything about it.
sequencer
rebased() { grep -q " rebased batch=$foreign " "$DIR/logs/sequencer.log" && serves $SEQ penny_getHealth; }
until_true 40 rebased || give_up "the sequencer did not re-base"
until_true 40 grep -q 'follows a batch that stands on L1' "$DIR/logs/batcher.log" || give_up "the batcher did not get the new order"
passed=$((passed + 1))
ok "one entry was dropped" grep -q " rebased batch=$foreign .* dropped=1 .* ticks_dropped=0 " "$DIR/logs/sequencer.log"
sequences() { seq "$(field firstSequence <<<"$dave_batch")" "$(field lastSequence <<<"$dave_batch")"; }
dropped=0 posted=0 other=0
statuses() {
  dropped=0 posted=0 other=0
  local s answer
  for s in $(sequences); do
    answer=$(ask $SEQ penny_getEntry "[$s]")
    grep -q '"folded":false' <<<"$answer" || grep -q '"reason"' <<<"$answer" || continue
    case $(field status <<<"$answer") in
      dropped) grep -q '"reason":"nonce"' <<<"$answer" && dropped=$((dropped + 1)) ;;
      posted | settled) posted=$((posted + 1)) ;;
      *) other=$((other + 1)) ;;
    esac
  done
  [ $dropped = 1 ] && [ $posted = 1 ]
}
p alice pay "$asset" 1 >/dev/null || give_up "no payment is accepted after the re-base"
passed=$((passed + 1))
until_true 60 statuses
ok "dave's payment is dropped for its nonce and alice's is posted ($dropped, $posted, $other)" [ $dropped = 1 -a $posted = 1 -a $other = 0 ]
p alice streams spend "$stream" 2 >/dev/null || give_up "no tick is accepted after the re-base"
paid() { [ "$(rpc=$where direct)" = 5.009 ]; }
until_true 60 paid || give_up "the payments did not reach L1: $(direct) here, $(rpc=$where direct) there"
passed=$((passed + 1))

# Again, and nobody else appends: what was sealed before cannot be posted, so the operator's own bridge does.
stop batcher TERM
before=$(ask $SEQ penny_getBatch '[]' | field number)
p alice pay "$asset" 1 >/dev/null || give_up "alice's payment before the second absence"
until_true 30 is_sealed || give_up "no batch was sealed before the second absence"
stop sequencer KILL
p dave force withdraw 1 >"$keep/out" 2>&1 || { cat "$keep/out" >&2; give_up "dave cannot force a second withdrawal"; }
"$cast" rpc --rpc-url "$l1" evm_increaseTime 400 >/dev/null
batcher
sequencer
appended() { grep -q 'append number=[0-9]* landed' "$DIR/logs/bridge.log"; }
until_true 60 appended || give_up "the bridge did not append what was overdue"
again() { [ "$(grep -c ' rebased batch=' "$DIR/logs/sequencer.log")" = 2 ] && serves $SEQ penny_getHealth; }
until_true 60 again || give_up "the sequencer did not re-base on what the bridge appended"
p alice pay "$asset" 1 >/dev/null || give_up "no payment is accepted after the second re-base"
paid_again() { [ "$(rpc=$where direct)" = 7.009 ]; }
until_true 60 paid_again || give_up "the payments did not reach L1 again: $(direct) here, $(rpc=$where direct) there"
passed=$((passed + 1))
# The sequencer's machine is lost: it starts with nothing, takes L1's batches and goes on.
stop batcher TERM
stop sequencer KILL
stop bridge TERM
taken=$(($(grep -c ' rebased batch=' "$DIR/logs/sequencer.log") + $(ask $WATCHER penny_nodeStatus '[]' | field batches)))
rm -rf "$DIR/sequencer" "$DIR/batcher"
bridge
sequencer
batcher
taken_over() { [ "$(grep -c ' rebased batch=' "$DIR/logs/sequencer.log")" = "$taken" ] && serves $SEQ penny_getHealth; }
until_true 90 taken_over || give_up "the sequencer did not take L1's batches: $(grep -c ' rebased batch=' "$DIR/logs/sequencer.log") of $taken"
p alice pay "$asset" 1 >/dev/null || give_up "no payment is accepted after the loss of the log"
paid_at_last() { [ "$(rpc=$where direct)" = 8.009 ]; }
until_true 60 paid_at_last || give_up "the payment did not reach L1 after the loss of the log: $(direct) here, $(rpc=$where direct) there"
passed=$((passed + 1))
newest=$(ask $WATCHER penny_nodeStatus '[]' | field batches)

# Claims go on and become final; the forced withdrawal is paid; everybody has the same root; nothing is lost.
settled() { [ "$(ask $WATCHER penny_nodeStatus '[]' | field finalBatch)" -ge "$newest" ]; }
until_true 90 settled || give_up "claims did not settle: $(ask $WATCHER penny_nodeStatus '[]')"
passed=$((passed + 1))
paid_out() { [ "$(payouts)" = "$((payouts_before + 2))" ]; }
until_true 40 paid_out || give_up "the forced withdrawals were not paid"
passed=$((passed + 1))
verifier late $LATE --set act.claim=false --set act.finalize=false --set act.key_file= --set act.password_file=
same() {
  local late watcher ours n
  late=$(ask $LATE penny_nodeStatus '[]') watcher=$(ask $WATCHER penny_nodeStatus '[]')
  n=$(field batches <<<"$late")
  ours=$(ask $SEQ penny_getBatch "[$n]")
  [ -n "$n" ] && [ "$(field root <<<"$late")" = "$(field root <<<"$watcher")" ] && [ "$(field root <<<"$late")" = "$(field root <<<"$ours")" ]
}
until_true 60 same || give_up "roots differ"
passed=$((passed + 1))
state=$(ask $SEQ penny_getState '[]')
sum() { node -e "const s = JSON.parse(process.argv[1]).result; const n = (k) => BigInt(s[k]); process.exit(n('supply') === n('balances') + n('escrows') + n('held') + n('fees') ? 0 : 1)" "$1"; }
ok "conservation" sum "$state"
ready() { exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET /readyz HTTP/1.1\r\nHost: rebase\r\nConnection: close\r\n\r\n' >&3 && head -1 <&3 | grep -q 200; }
ok "the sequencer is ready" ready $SEQ
ok "the bridge is ready" ready $BRIDGE
rm -rf "$keep" "$DIR"
echo "rebase: $passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
