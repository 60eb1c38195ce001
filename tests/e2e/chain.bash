# Sourced: a development chain of its own with the contracts deployed, and verifying nodes beside it.  Wants $suite, which names the
# test and its driver $suite.c, and $ports, the hundreds of its ports; sets $DIR (run/test-$suite), $l1 and address[claimer|watcher].  Everything ends with the shell.
BIN=${BIN:-build/bin}
build=${BIN%/bin}
DIR=run/test-$suite
L1_PORT=${ports}45 WATCHER_PORT=${ports}51 CLAIMER_PORT=${ports}52
contracts=l1-bridge/contracts
l1=http://127.0.0.1:$L1_PORT
cast="$contracts/bin/cast"
dev_key=0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80 # the development chain's first account: known to everybody
dev_address=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266

die() { printf '%s: %s\n' "$suite" "$*" >&2; exit 1; }
pids=()
stop_all() {
  trap - EXIT INT TERM
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  for p in "${pids[@]}"; do wait "$p" 2>/dev/null || true; done
}
trap stop_all EXIT
trap 'exit 130' INT TERM

port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for p in "$L1_PORT" "$WATCHER_PORT" "$CLAIMER_PORT"; do port_free "$p" || die "port $p is in use"; done
make --no-print-directory -s B="$build" "$build/tests/e2e/$suite" "$BIN/pennyroyal-fraud"
rm -rf "$DIR"
mkdir -p "$DIR/keys"
chmod 700 "$DIR" "$DIR/keys"

start() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$DIR/$name.log" 2>&1 &
  pids+=($!)
  eval "pid_$name=$!"
}
alive() { # NAME
  local pid="pid_$1"
  kill -0 "${!pid}" 2>/dev/null || { tail -5 "$DIR/$1.log" >&2; die "$1 stopped"; }
}
wait_port() { # NAME PORT
  for _ in $(seq 300); do
    alive "$1"
    port_free "$2" || return 0
    sleep 0.1
  done
  die "$1 does not listen on port $2"
}

# Blocks come with transactions: nothing waits for a clock.
start anvil "$contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil" --port "$L1_PORT" --chain-id 31337 --hardfork osaka --quiet
wait_port anvil "$L1_PORT"
printf 'dev' >"$DIR/keys/password"
chmod 600 "$DIR/keys/password"
declare -A address
for role in claimer watcher; do
  "$cast" wallet new "$DIR/keys" "$role" --unsafe-password dev >/dev/null
  chmod 600 "$DIR/keys/$role"
  address[$role]=$("$cast" wallet address --keystore "$DIR/keys/$role" --password dev)
  "$cast" rpc --rpc-url "$l1" anvil_setBalance "${address[$role]}" 0x3635c9adc5dea00000 >/dev/null
done
(cd "$contracts" && PR_OPERATOR=$dev_address PR_GOVERNOR=$dev_address PR_L2_CHAIN_ID=7357 PR_WINDOW_S=3600 PR_FORCE_DEADLINE_S=3600 \
  PR_BOND_WEI=10000000000000000 PR_FORCE_FEE_WEI=1000 PR_FEE_PPM=0 PR_EDGE_PPM_MAX=1000000 PR_EDGES_PPM_MAX=1000000 PR_STREAM_GRACE_S=60 \
  PR_CHAIN_FILE="../../$DIR/chain.toml" bin/forge script script/Deploy.s.sol --rpc-url "$l1" --broadcast --slow --private-key $dev_key >"../../$DIR/deploy.log" 2>&1) ||
  { tail -5 "$DIR/deploy.log" >&2; die "deployment failed"; }

# Starts a verifying node with configs/devnet/NAME.toml and waits until it listens.
verifiers=()
verifier() { # NAME PORT SETTINGS...
  local name=$1 port=$2
  shift 2
  start "$name" "$BIN/pennyroyal-fraud" --config "configs/devnet/$name.toml" --exit-with-parent --set chain.file="$DIR/chain.toml" --set data.dir="$DIR/$name" \
    --set l1.url="$l1" --set l1.poll_ms=20 --set act.key_file="$DIR/keys/$name" --set act.password_file="$DIR/keys/password" --set http.port="$port" "$@"
  verifiers+=("$name")
  wait_port "$name" "$port"
}

# Runs the driver for at most SECONDS; where it fails, the logs stay in $DIR.
drive() { # SECONDS ARGUMENTS...
  local code=0 name seconds=$1
  shift
  timeout "$seconds" "$build/tests/e2e/$suite" "$@" || code=$?
  for name in "${verifiers[@]}"; do alive "$name"; done
  if [ "$code" -ne 0 ]; then
    for name in "${verifiers[@]}"; do tail -5 "$DIR/$name.log" >&2; done
    exit "$code"
  fi
  stop_all
  rm -rf "$DIR"
}
