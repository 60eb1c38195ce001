#!/usr/bin/env bash
# Nobody is locked in: every operator process is killed for good and the operator's keys are deleted; then somebody with a wallet and L1 forces a royalty claim and
# a withdrawal through the inbox, anyone appends them, a fresh verifying node claims and finalises, and the money arrives to the unit.
set -uo pipefail
cd "$(dirname "$0")/../.."
BIN=${BIN:-build/bin}
DIR=run/test-exit
L1=23545 SEQ=23550 WATCHER=23551 CLAIMER=23552 BRIDGE=23553 OUTSIDER=23554
cast=l1-bridge/contracts/bin/cast
l1=http://127.0.0.1:$L1
suite=exit devnet='' node=''

. tests/e2e/counting.bash

cleanup() {
  [ -n "$devnet" ] && kill -9 "$devnet" 2>/dev/null
  [ -n "$node" ] && kill "$node" 2>/dev/null
  [ -n "${anvil:-}" ] && kill "$anvil" 2>/dev/null
  wait 2>/dev/null
}
trap cleanup EXIT
p() { # KEY COMMAND...
  local key=$1
  shift
  "$BIN/pennyroyal" --rpc "$rpc" --node "$where" --l1 "$l1" --chain "$keep/chain.toml" --keys "$keep" --password-file "$keep/password" --key "$key" --yes "$@"
}
balance_wei() { "$cast" balance --rpc-url "$l1" "$1"; }

keep=$(mktemp -d)
rpc=http://127.0.0.1:$SEQ where=http://127.0.0.1:$WATCHER
printf pw >"$keep/password"
chmod 600 "$keep/password"

DIR=$DIR L1_PORT=$L1 SEQ_PORT=$SEQ WATCHER_PORT=$WATCHER CLAIMER_PORT=$CLAIMER BRIDGE_PORT=$BRIDGE DATASETS=12 CALLS=200 WINDOW_S=6 FORCE_DEADLINE_S=8 ONCE= LINEAGE= TRACE= \
  setsid tools/devnet >"$keep/devnet.log" 2>&1 &
devnet=$!
until_true 120 grep -q 'keeps serving' "$keep/devnet.log" || { tail -5 "$keep/devnet.log" >&2; give_up "the network did not come up"; }
anvil=$(pgrep -f "anvil --port $L1 " | head -1)
cp "$DIR/chain.toml" "$keep/chain.toml"

# Alice pays for Bob's asset; Bob holds its pool and claims nothing.
for who in alice bob; do
  p $who keys create $who --light >/dev/null || give_up "no key for $who"
  eval "$who=$(p $who keys address --json | grep -oE '0x[0-9a-fA-F]{40}' | head -1)"
done
# shellcheck disable=SC2154
for a in "$alice" "$bob"; do "$cast" rpc --rpc-url "$l1" anvil_setBalance "$a" 0x3635c9adc5dea00000 >/dev/null; done
p alice deposit 5 >/dev/null || give_up "alice's deposit"
p bob deposit 1 >/dev/null || give_up "bob's deposit"
echo content >"$keep/content"
asset=$(p bob assets register "$keep/content" --kind dataset --share "$bob=1" --json | field asset)
p alice pay "$asset" 2 >/dev/null || give_up "alice's payment to asset $asset"
share=$(p bob shares show "$asset" --json | grep -oE '"id": *[0-9]+' | grep -oE '[0-9]+' | tail -1)
# The verifying node, which knows L1 alone, must have seen the payment and the share.
on_l1() { rpc=$where p bob assets show "$asset" 2>/dev/null | grep -qE '^direct revenue +2$' && rpc=$where p bob shares show "$asset" 2>/dev/null | grep -q .; }
until_true 40 on_l1 || give_up "the payment did not reach L1: $(rpc=$where p bob assets show "$asset" 2>&1 | tr '\n' ' ')"

# The operator is gone for ever, keys and data with it.
kill -9 "$devnet"
for n in sequencer batcher bridge claimer watcher; do until_true 10 eval "! pgrep -f 'data.dir=$DIR/$n|feed.dir=$DIR/$n|post.dir=$DIR/$n' >/dev/null" || give_up "$n lives on"; done
rm -rf "$DIR/keys" "$DIR/sequencer" "$DIR/batcher" "$DIR/bridge" "$DIR/claimer" "$DIR/watcher"
ok "the operator's keys are gone" [ ! -e "$DIR/keys" ]

# An outsider's node, from nothing but L1.
"$cast" wallet new "$keep" outsider --unsafe-password pw >/dev/null
chmod 600 "$keep/outsider"
"$cast" rpc --rpc-url "$l1" anvil_setBalance "$("$cast" wallet address --keystore "$keep/outsider" --password pw)" 0x3635c9adc5dea00000 >/dev/null
"$BIN/pennyroyal-fraud" --config configs/devnet/claimer.toml --set act.strike=true --set chain.file="$keep/chain.toml" --set data.dir="$DIR/outsider" --set l1.url="$l1" \
  --set act.key_file="$keep/outsider" --set act.password_file="$keep/password" --set http.port=$OUTSIDER >"$DIR/outsider.log" 2>&1 &
node=$!
rpc=http://127.0.0.1:$OUTSIDER where=http://127.0.0.1:$OUTSIDER
known() { p bob account "$bob" >/dev/null 2>&1; }
until_true 20 known || give_up "the outsider's node does not serve"

p bob force claim "$share" >"$keep/out" 2>&1 || { cat "$keep/out" >&2; give_up "bob cannot force a claim"; }
append() { p alice force append >>"$keep/append" 2>&1; }
until_true 30 append || { tail -3 "$keep/append" >&2; give_up "nobody can append the overdue claim"; }
paid_in() { [ "$(p bob account "$bob" --json 2>/dev/null | field balance)" = 3000000000 ]; }
until_true 20 paid_in || give_up "the royalty did not reach bob's balance: $(p bob account "$bob" --json 2>&1)"
passed=$((passed + 1))
p bob force withdraw all >"$keep/out" 2>&1 || { cat "$keep/out" >&2; give_up "bob cannot force a withdrawal"; }
until_true 30 append || { tail -3 "$keep/append" >&2; give_up "nobody can append the overdue withdrawal"; }

# The node claims and finalises; the vault pays whom the proof names.
pending() {
  exec 3<>"/dev/tcp/127.0.0.1/$OUTSIDER"
  local body='{"jsonrpc":"2.0","id":1,"method":"penny_pendingWithdrawals","params":[0,256]}'
  printf 'POST / HTTP/1.1\r\nHost: exit\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "${#body}" "$body" >&3
  sed '1,/^\r$/d' <&3 | tr '{' '\n' | grep -i "\"to\":\"$bob\"" | sed -n 's/.*"id":\([0-9]*\).*/\1/p' | head -1
  exec 3>&- 3<&-
}
is_final() { id=$(pending) && [ -n "$id" ]; }
until_true 60 is_final || give_up "the withdrawal did not become final"
gas_before=$(balance_wei "$bob")
p alice withdrawal "$id" --execute >"$keep/out" 2>&1 || { cat "$keep/out" >&2; give_up "the vault did not pay"; }
after=$(balance_wei "$bob")
ok "3 tokens arrived to the unit (from $gas_before to $after)" [ "$(node -e "console.log((BigInt('$after')-BigInt('$gas_before')).toString())")" = 3000000000000000000 ]
rm -rf "$keep" "$DIR"
echo "exit: $passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
