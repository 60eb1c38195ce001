#!/usr/bin/env bash
# The wallet against a running development network (tools/devnet): every command once, money and refusals judged.
#   Starts a network of its own; with RPC set it uses the one that NODE, L1 and CHAIN name, and FUNDED_KEY, which must have coins on L1.
set -uo pipefail
cd "$(dirname "$0")/../.."
BIN=${BIN:-build/bin}
CLI=${CLI:-$BIN/pennyroyal}
FUNDED_KEY=${FUNDED_KEY:-0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6} # the development chain's fourth account: known to everybody
dir=$(mktemp -d)
network=''
finish() {
  trap - EXIT INT TERM
  if [ -n "$network" ]; then
    [ -z "${bridge:-}" ] || kill -CONT "$bridge" 2>/dev/null
    kill -TERM "$network" 2>/dev/null
    wait "$network" 2>/dev/null
  fi
  rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM
bridge=''
if [ -z "${RPC:-}" ]; then
  RPC=http://127.0.0.1:20550 NODE=http://127.0.0.1:20551 L1=http://127.0.0.1:20545 CHAIN=run/test-cli/chain.toml
  BIN=$BIN DIR=run/test-cli LINEAGE='' TRACE='' DATASETS=2 CALLS=4 FORCE_DEADLINE_S=30 L1_PORT=20545 SEQ_PORT=20550 WATCHER_PORT=20551 CLAIMER_PORT=20552 BRIDGE_PORT=20553 \
    tools/devnet >"$dir/network" 2>&1 &
  network=$!
  for _ in $(seq 600); do
    grep -q '^It keeps serving' "$dir/network" && break
    kill -0 "$network" 2>/dev/null || break
    sleep 0.2
  done
  if ! grep -q '^It keeps serving' "$dir/network"; then
    cat "$dir/network"
    echo "tests/e2e/cli.sh: 0 passed, 1 failed, 0 skipped"
    exit 1
  fi
fi
passed=0 failed=0
umask 077
printf 'secret\n' >"$dir/password"
printf '%s\n' "$FUNDED_KEY" >"$dir/funded"
mkdir "$dir/keys"

p() { # as whom, then the command
  local key=$1
  shift
  "$CLI" --rpc "$RPC" --node "$NODE" --l1 "$L1" --chain "$CHAIN" --keys "$dir/keys" ${key:+--key "$key"} --password-file "$dir/password" "$@"
}
fail() {
  failed=$((failed + 1))
  printf 'FAILED %s\n' "$1"
  sed 's/^/    /' "$dir/out" "$dir/err"
}
ok() { # NAME, as whom, the command: must exit 0
  local name=$1
  shift
  if p "$@" >"$dir/out" 2>"$dir/err"; then passed=$((passed + 1)); else fail "$name"; fi
}
no() { # NAME, exit code, text that standard error must hold, as whom, the command
  local name=$1 want=$2 text=$3 got=0
  shift 3
  p "$@" >"$dir/out" 2>"$dir/err" || got=$?
  if [ "$got" = "$want" ] && grep -qF -- "$text" "$dir/err"; then passed=$((passed + 1)); else fail "$name (exit $got)"; fi
}
has() { # NAME, text that the last output must hold
  if grep -qF -- "$2" "$dir/out"; then passed=$((passed + 1)); else fail "$1: no \"$2\""; fi
}
is() { # NAME, got, wanted
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); else
    fail "$1: got $2, wanted $3"
  fi
}
json() { # member of an object that --json printed: a number or a string
  sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$dir/out" | head -1
}
balance() { p "$1" account --json | sed -n 's/.*"balance":"\([0-9]*\)".*/\1/p'; }
nonce=$(date +%s%N)

# Usage.
no "no command" 2 "no command" alice
no "unknown command" 2 "unknown command" alice frobnicate
no "unknown option" 2 "unknown option --frob" alice status --frob
no "argument missing" 2 "an argument is missing" alice transfer 5
no "bad amount" 2 "is not an amount" alice transfer 5 1.0000000001
ok "help" alice --help
ok "help of a command" alice assets register --help
has "help of a command" "--parent"
ok "help of a command, asked for" alice help assets register
has "help of a command, asked for" "--parent"
ok "help of a group" alice help streams
has "help of a group" "streams redeem"
no "help of nothing" 2 "no command frob" alice help frob
ok "version" alice --version
has "version" "pennyroyal 0."
ok "completion" alice completion bash
bash -n "$dir/out" && passed=$((passed + 1)) || fail "the completion is not bash"

ok "manual" alice manual
cmp -s "$dir/out" docs/pennyroyal.1 && passed=$((passed + 1)) || fail "docs/pennyroyal.1 is not what \`pennyroyal manual\` prints"

# Keys.
ok "import" alice keys import alice --from "$dir/funded" --light
ok "create" bob keys create bob --light
no "a key is never replaced" 1 "never replaced" bob keys create bob --light
is "mode of a key" "$(stat -c %a "$dir/keys/bob")" 600
ok "list" alice keys list
has "list" bob
bob=$(p bob keys address | awk '{print $2}')
alice=$(p alice keys address | awk '{print $2}')
chmod 644 "$dir/keys/bob"
no "a key that others can read" 1 "chmod 600" bob keys address
chmod 600 "$dir/keys/bob"
no "no such key" 1 "there is no key" nobody keys address
no "which key" 1 "say which with --key" "" keys address
no "a fresh account" 1 "pennyroyal deposit" bob account
no "no coins on L1" 1 "send some there first" bob deposit 1

# Deposit, transfer, pay.
had=$(balance alice 2>/dev/null) had=${had:-0}
ok "deposit" alice deposit 50
is "deposit is credited" "$(($(balance alice) - had))" 50000000000
ok "transfer opens an account" alice transfer "$bob" 10.5
has "transfer opens an account" "opened"
is "bob has it" "$(balance bob)" 10500000000
ok "transfer again" alice transfer "$bob" 250n --json
is "transfer again" "$(balance bob)" 10500000250
no "too much" 1 "refused: balance" bob transfer "$alice" 1000
no "a wrong checksum" 2 "checksum" alice transfer "${bob%?}$(tr '0-9a-fA-F' '1-90b-faB-FA' <<<"${bob: -1}")" 1

# Assets: a parent with an absolute royalty, a child with a relative one, a grandchild that inherits.
ok "register" alice assets register "text $nonce" --kind dataset --ask absolute:2% --price call=0.001 --json
parent=$(json asset)
ok "show by hash" alice assets show "$(json content)"
has "show by hash" "absolute 2%"
no "the same content again" 1 "asset_exists (as $parent)" alice assets register "text $nonce"
# What is wrong is found before anything is sent: the same content can still be registered, which "derive" does.
no "a royalty that is none" 2 "is not a royalty" bob assets register "child $nonce" --parent "$parent" --royalty "$alice=relative:5"
no "a royalty for nobody" 1 "there is no account 16000000" bob assets register "child $nonce" --parent "$parent" --royalty 16000000=relative:5%
no "a share for nobody" 1 "neither an account nor an asset" bob assets register "child $nonce" --share 16000000=1
no "a share of nothing" 2 "units are a whole number" bob assets register "child $nonce" --share "$alice=0"
no "nothing to register" 2 "nothing to register" bob assets register ""
ok "derive" bob assets register "child $nonce" --kind model --ask relative:10% --price output=0.002 --parent "$parent" --royalty "$alice=relative:5%" --share "$bob=3" --share "$alice=1" --json
child=$(json asset)
ok "derive twice" alice assets register "grandchild $nonce" --kind agent --price call=0.01 --parent "$child" --json
grand=$(json asset)
is "the royalty of the grandparent was inherited" "$(json inherited)" 1
ok "show" alice assets show "$grand"
has "show: pays the grandparent" "absolute 2%"
ok "list" alice assets list --after "$((parent - 1))" --limit 3
has "list" "model"
ok "list, a page that ends between assets" alice assets list --after "$((parent - 1))" --limit 1
has "list, a page that ends between assets" "more: --after $parent"
ok "list, the last page" alice assets list --after "$grand" --json
is "list, the last page" "$(cat "$dir/out")" '{"assets":[],"more":false}'
ok "list of an owner" bob assets list --owner "$alice" --limit 1
has "list of an owner, the newest first" "agent"
has "list of an owner, there is more" "more: --after $grand"
ok "list of an owner, the next page" bob assets list --owner "$alice" --after "$grand"
has "list of an owner, the next page" "dataset"
ok "list of an owner who has none" alice assets list --owner "$bob" --after "$child"
has "list of an owner who has none" "(none)"
no "not the owner" 1 "choose the owner" bob assets price "$grand" call=1
ok "price" alice assets price "$grand" call=0.02 output=0.5
ok "shares issue" alice shares issue "$grand" "$bob" 7
ok "shares transfer" bob shares transfer "$grand" "$alice" 2
ok "shares show" alice shares show "$grand"
has "shares show" "71.4285%"
before=$(($(balance alice) + $(balance bob)))
ok "pay" alice pay "$grand" 1 --scope output
ok "earnings" bob earnings
ok "claim" bob claim
ok "claim" alice claim
ok "claim with nothing due" bob claim --json
is "claim with nothing due" "$(json claimed)" 0
after=$(($(balance alice) + $(balance bob)))
[ $((before - after)) -le 10 ] && [ $((before - after)) -ge 0 ] && passed=$((passed + 1)) || fail "what was paid came back but for remainders: $before, $after"

# Streams.
ok "streams open" bob streams open "$grand" --units 3000 --escrow 1 --expiry 1h --json
stream=$(json stream)
is "mode of a seed" "$(stat -c %a "$dir/keys/streams/"* | sort -u)" 600
ok "spend" bob streams spend "$stream" 3
ok "spend" bob streams spend "$stream" 40 --json
is "used" "$(json used)" 43
ok "streams list" bob streams list
has "streams list" "chain"
ok "streams list of an asset" alice streams list --asset "$grand" --json
is "streams list of an asset" "$(json id)" "$stream"
ok "streams list of another" bob streams list "$alice"
has "streams list of another" "(none)"
no "spend beyond the escrow" 1 "topup" bob streams spend "$stream" 2000
ok "topup" bob streams topup "$stream" 5
ok "spend on" bob streams spend "$stream" 7
ok "streams show" bob streams show "$stream" --json
is "used" "$(json used)" 50
no "the seed is not there" 1 "only where it was opened" alice streams spend "$stream" 1 --keys "$dir"
no "the payer closes too early" 1 "expiry" bob streams close "$stream"
ok "the payee closes" alice streams close "$stream"
no "it is closed" 1 "there is no stream" bob streams show "$stream"
ok "voucher stream" bob streams open "$grand" --voucher --escrow 0.5 --json
stream=$(json stream)
ok "voucher" bob streams voucher "$stream" 0.2 --json
voucher=$(json voucher)
ok "redeem" alice streams redeem "$voucher" --json
is "redeem: for the first time" "$(json repeated)" ""
ok "redeem again" alice streams redeem "$voucher" --json
is "redeem again: nothing is done" "$(json repeated)" true
no "redeem twice is the same entry" 1 "redeemed already" alice streams redeem "${voucher%?}$(tr 0-9a-f 1-9a-f0 <<<"${voucher: -1}")"
no "voucher beyond the escrow" 1 "escrow" bob streams voucher "$stream" 0.4
ok "a voucher to force" bob streams voucher "$stream" 0.3 --cumulative --json
voucher=$(json voucher) metered=$stream

# Withdrawal, forced entries.
ok "withdraw" bob withdraw 1.25 --json
w=$(json withdrawal)
ok "withdrawal" bob withdrawal "$w"
held=$(balance bob)
ok "force" alice force transfer "$bob" 0.125 --json
item=$(json item)
[ -n "$item" ] && passed=$((passed + 1)) || fail "force tells the item"
ok "force a voucher" alice force stream_voucher "$voucher"
no "force what cannot be" 2 "cannot be forced" alice force pay "$grand"
# The grandchild's pool has units, so that its owner is due nothing but what a new asset without units earns.
ok "an asset without units" alice assets register "lone $nonce" --json
lone=$(json asset)
ok "pay it" bob pay "$lone" 0.375
owned=$(balance alice)
ok "force what an owner is due" alice force claim_owner "$lone"
no "nothing is overdue" 1 "InboxNotOverdue" alice force append
for _ in $(seq 120); do
  p bob withdrawal "$w" --json >"$dir/out" 2>"$dir/err"
  grep -qE '"status":"(final|paid)' "$dir/out" && break
  sleep 0.5
done
# The network's relay pays too: whoever comes second is refused, and the node sees it a moment later.
if grep -q '"status":"final' "$dir/out"; then
  p alice withdrawal "$w" --execute --json >"$dir/out" 2>"$dir/err" || for _ in $(seq 40); do
    p alice withdrawal "$w" --json >"$dir/out"
    grep -q '"status":"paid' "$dir/out" && break
    sleep 0.5
  done
fi
has "the withdrawal is paid on L1" '"status":"paid"'
is "the forced transfer arrived" "$(($(balance bob) + 375000000 - held))" 125000000
for _ in $(seq 120); do
  [ "$(balance alice)" = $((owned + 375000000)) ] && break
  sleep 0.5
done
is "what the owner is due arrived" "$(($(balance alice) - owned))" 375000000
ok "the forced voucher counts" bob streams show "$metered" --json
is "the forced voucher counts" "$(json used)" 300000000
no "no such withdrawal" 1 "there is no withdrawal 16000000" bob withdrawal 16000000
is "no such withdrawal: nothing is told" "$(cat "$dir/out")" ""
ok "retire" alice assets retire "$grand" --yes
no "a retired asset takes no payment" 1 "retired" bob pay "$grand" 1

# State.
ok "status" alice status
has "status" "conserved          yes"
ok "batch" alice batch 1
has "batch" "roots agree        yes"
no "no such batch" 1 "not sealed yet" alice batch 999999
is "no such batch: nothing is told" "$(cat "$dir/out")" ""

# A drill: a false claim with a bond, which the watchers of the network must strike.
no "a drill names its batch" 2 "--batch" alice drill false-claim --yes
ok "a batch to lie about" alice transfer "$bob" 1n --json
b=$(json batch)
for _ in $(seq 120); do
  p alice drill false-claim --batch "$b" --yes >"$dir/out" 2>"$dir/err" && break
  sleep 0.5
done
has "drill" "wrong from chunk"
for _ in $(seq 120); do
  p alice batch "$b" >"$dir/out" 2>"$dir/err"
  grep -q "struck, wrong" "$dir/out" && break
  sleep 0.5
done
has "the drill's claim was struck" "struck, wrong"

# Past a silent operator: the poster stands still, a forced entry becomes overdue, anyone appends it, and the verifying node executes it.
if [ -n "$network" ]; then
  bridge=$(pgrep -P "$network" -f pennyroyal-bridge)
  kill -STOP "$bridge"
  held=$(p bob account --rpc "$NODE" --json | sed -n 's/.*"balance":"\([0-9]*\)".*/\1/p')
  ok "force past a silent operator" alice force transfer "$bob" 0.25
  appended=no
  for _ in $(seq 90); do
    if p alice force append >"$dir/out" 2>"$dir/err"; then
      appended=yes
      break
    fi
    kill -0 "$network" 2>/dev/null || break
    sleep 1
  done
  is "appended" "$appended" yes
  now=$held
  for _ in $(seq 60); do
    now=$(p bob account --rpc "$NODE" --json | sed -n 's/.*"balance":"\([0-9]*\)".*/\1/p')
    [ "$now" != "$held" ] && break
    sleep 0.5
  done
  is "the verifying node executed what was forced" "$((now - held))" 250000000
fi
no "no server" 1 "is it running" alice status --rpc http://127.0.0.1:1

echo "tests/e2e/cli.sh: $passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
