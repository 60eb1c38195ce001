#!/usr/bin/env bash
# An ERC-20 as the bridged token, of 18 decimals and of 6 (coarser than a nano): the whole workload, then people with wallets.  Deposit, pay, claim, withdraw; what does not
# map to whole units is refused by wallet, ledger and vault; at the end the vault holds exactly what the ledger says.
set -uo pipefail
cd "$(dirname "$0")/../.."
BIN=${BIN:-build/bin}
DIR=run/test-erc20
L1=32545 SEQ=32550 WATCHER=32551 CLAIMER=32552 BRIDGE=32553
cast=l1-bridge/contracts/bin/cast
l1=http://127.0.0.1:$L1
dev_key=0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80 # the development chain's first account: known to everybody
network=''
keep=$(mktemp -d)
# ok and give_up tell more here than elsewhere.
. tests/e2e/counting.bash

stop_network() {
  [ -z "$network" ] || { kill -TERM "$network" 2>/dev/null; wait "$network" 2>/dev/null; }
  network=''
}
finish() {
  trap - EXIT INT TERM
  stop_network
  rm -rf "$keep"
}
trap finish EXIT
trap 'exit 130' INT TERM

fail() {
  failed=$((failed + 1))
  printf 'FAILED %s: %s\n' "$decimals decimals" "$1"
  sed 's/^/    /' "$keep/out" "$keep/err"
}
give_up() {
  fail "$1"
  tail -n 3 "$DIR"/logs/*.log 2>/dev/null | cut -c1-300
  echo "erc20: $passed passed, $failed failed, 0 skipped"
  exit 1
}
p() { # KEY COMMAND...
  local key=$1
  shift
  "$BIN/pennyroyal" --rpc "http://127.0.0.1:$SEQ" --node "http://127.0.0.1:$WATCHER" --l1 "$l1" --chain "$chain" --keys "$keep/keys" --password-file "$keep/password" \
    --key "$key" --yes "$@"
}
ok() { # WHAT KEY COMMAND...: must exit 0
  local what=$1
  shift
  if p "$@" >"$keep/out" 2>"$keep/err"; then passed=$((passed + 1)); else fail "$what"; fi
}
no() { # WHAT TEXT KEY COMMAND...: must fail, saying so
  local what=$1 text=$2
  shift 2
  if ! p "$@" >"$keep/out" 2>"$keep/err" && grep -qF -- "$text" "$keep/err"; then passed=$((passed + 1)); else fail "$what"; fi
}
is() { # WHAT GOT WANTED
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); else fail "$1: got $2, wanted $3"; fi
}
json() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$keep/out" | head -1; }
balance() { p "$1" account --json | sed -n 's/.*"balance":"\([0-9]*\)".*/\1/p'; }
view() { "$cast" call --rpc-url "$l1" "$@" | sed 's/ .*//'; }
state() { # MEMBER of an answer of the sequencer: METHOD PARAMS MEMBER
  exec 3<>"/dev/tcp/127.0.0.1/$SEQ"
  local body="{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\",\"params\":$2}"
  printf 'POST / HTTP/1.1\r\nHost: erc20\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "${#body}" "$body" >&3
  sed '1,/^\r$/d' <&3 | sed -n "s/.*\"$3\":\"\{0,1\}\([^\",}]*\).*/\1/p"
  exec 3>&- 3<&-
}
chain_value() { sed -n "s/^$1 = \"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" "$chain"; }
calc() { node -e "console.log(eval(process.argv[1]).toString())" "$1"; }

start_network() {
  DIR=$DIR TOKEN=erc20 TOKEN_DECIMALS=$decimals L1_PORT=$L1 SEQ_PORT=$SEQ WATCHER_PORT=$WATCHER CLAIMER_PORT=$CLAIMER BRIDGE_PORT=$BRIDGE DATASETS=4 CALLS=40 WINDOW_S=6 ONCE= LINEAGE= TRACE= \
    CHAOS=0 tools/devnet >"$keep/out" 2>"$keep/err" &
  network=$!
  up() { grep -q '^It keeps serving' "$keep/out" || ! kill -0 "$network" 2>/dev/null; }
  until_true 240 up && kill -0 "$network" 2>/dev/null || give_up "the network's own workload"
  passed=$((passed + 1))
  chain=$DIR/chain.toml token=$(chain_value token) vault=$(chain_value vault)
  per_nano=$(view "$vault" 'baseUnitsPerNano()(uint256)') per_base=$(view "$vault" 'nanoPerBaseUnit()(uint256)')
}
base_of() { calc "${1}n / ${per_base}n * ${per_nano}n"; } # NANO
held() { view "$token" 'balanceOf(address)(uint256)' "$1"; }

people() {
  rm -rf "$keep/keys"
  mkdir -m 700 "$keep/keys"
  for who in alice bob; do
    ok "a key" $who keys create $who --light
    eval "$who=$(p $who keys address --json | grep -oE '0x[0-9a-fA-F]{40}' | head -1)"
  done
  # shellcheck disable=SC2154
  for a in "$alice" "$bob"; do "$cast" rpc --rpc-url "$l1" anvil_setBalance "$a" 0x3635c9adc5dea00000 >/dev/null; done
  no "no tokens on L1" "holds 0 tokens on L1, 5 are needed" alice deposit 5
  "$cast" send --rpc-url "$l1" --private-key $dev_key "$token" 'mint(address,uint256)' "$alice" "$(base_of 20000000000)" >/dev/null || give_up "no tokens for alice"
}

# What is no whole unit is refused wherever it is tried.
amounts_are_refused() {
  no "more than nine decimals" "is not an amount" alice deposit 0.0000000001
  if [ "$per_base" = 1 ]; then
    if "$cast" call --rpc-url "$l1" --from "$alice" "$vault" 'deposit(address,uint256)' "$alice" "$((per_nano + 1))" >"$keep/out" 2>"$keep/err"; then fail "the vault takes a part of a nano"
    else is "the vault names it" "$(grep -oE "$("$cast" sig 'NotWholeNano(uint256)')|NotWholeNano" "$keep/err" | head -1 | wc -l)" 1; fi
    return
  fi
  no "deposit of a part of a base unit" "fewer decimals" alice deposit 0.0000005
  no "withdrawal of a part of a base unit" "a multiple of $per_base nano" alice withdraw 1.0000005
  # The ledger itself refuses what a wallet lets through, signed or forced through the inbox.
  sed 's/^withdraw_multiple = .*/withdraw_multiple = 1/' "$chain" >"$keep/fine.toml"
  local real=$chain before item
  before=$(balance alice)
  chain=$keep/fine.toml
  no "the ledger refuses it" "refused: withdraw_multiple" alice withdraw 1.0000005
  ok "forced through the inbox" alice force withdraw 1.0000005 --json
  chain=$real item=$(json item)
  executed() { [ "$(state penny_getObject '[0]' inboxNext)" -gt "$item" ]; }
  until_true 60 executed || fail "the forced item was not executed"
  is "the forced withdrawal changed nothing" "$(balance alice)" "$before"
}

play() {
  decimals=$1
  start_network
  is "the chain file knows the multiple" "$(chain_value withdraw_multiple)" "$per_base"
  people
  ok "deposit: approves and deposits" alice deposit 5
  is "approved once" "$(grep -c '^approval: sent\|approval: sent' "$keep/err")" 1
  is "credited" "$(balance alice)" 5000000000
  is "nothing stays approved" "$(view "$token" 'allowance(address,address)(uint256)' "$alice" "$vault")" 0
  "$cast" send --rpc-url "$l1" --keystore "$keep/keys/alice" --password secret "$token" 'approve(address,uint256)' "$vault" 7 >/dev/null || fail "approve by hand"
  ok "deposit for another" alice deposit 1.5 --to "$bob"
  is "an allowance that is too small is cleared and set" "$(grep -c 'approval: sent' "$keep/err")" 2
  is "L1 took it" "$(held "$alice")" "$(base_of 13500000000)"
  amounts_are_refused
  printf 'content' >"$keep/content"
  ok "register" bob assets register "$keep/content" --kind dataset --share "$bob=1" --json
  ok "pay" alice pay "$(json asset)" 1.234567891
  ok "claim" bob claim
  local earned multiple=$per_base id
  earned=$(balance bob)
  is "the royalty is bob's" "$earned" $((1500000000 + 1234567891))
  ok "withdraw all" bob withdraw all --json
  id=$(json withdrawal)
  is "what is no whole base unit stays" "$(balance bob)" $((earned % multiple))
  paid() { p bob withdrawal "$id" --json >"$keep/out" 2>"$keep/err" && grep -q '"status":"paid' "$keep/out"; }
  until_true 120 paid || fail "the relay does not pay"
  is "tokens arrived on L1" "$(held "$bob")" "$(base_of $((earned - earned % multiple)))"
  # Conservation across the bridge: every withdrawal so far was paid.
  local supply
  supply=$(state penny_getState '[]' supply)
  is "custody is the supply" "$(view "$vault" 'custody()(uint64)')" "$supply"
  is "the vault holds it" "$(held "$vault")" "$(calc "${supply}n * ${per_nano}n / ${per_base}n")"
  is "the parts are the supply" "$(($(state penny_getState '[]' balances) + $(state penny_getState '[]' escrows) + $(state penny_getState '[]' held) + $(state penny_getState '[]' fees)))" "$supply"
  ok "status" alice status
  grep -qE '^conserved +yes' "$keep/out" && passed=$((passed + 1)) || fail "status does not say conserved"
  stop_network
}

umask 077
printf 'secret\n' >"$keep/password"
play 18
play 6
rm -rf "$DIR"
echo "erc20: $passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
