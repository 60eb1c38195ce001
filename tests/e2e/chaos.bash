# Sourced by tools/devnet when CHAOS is set: CHAOS kills -9 of each daemon, in random order at random moments, and lies meanwhile.
# keys/kills says how many have hit, keys/lies how many false claims were made once both are over.
AMBUSHES=${AMBUSHES:-0} # so many lies at least have met the watcher between sending its transaction and landing it

# Kills a daemon only if that program runs: not between two of its lives, nor one that is dead already.
strike_down() { # NAME
  local pid
  pid=$(cat "$DIR/keys/pid.$1") && [[ $(readlink "/proc/$pid/exe") == */pennyroyal-* ]] && kill -9 "$pid" 2>/dev/null
}

chaos() {
  local name n=0 tries
  for name in $(for _ in $(seq "$CHAOS"); do printf '%s\n' sequencer batcher bridge claimer watcher; done | shuf); do
    for tries in $(seq 1500); do
      strike_down "$name" && break
      [ "$tries" -lt 1500 ] || { echo "chaos: $name does not run again" >&2; return 1; }
      sleep 0.02
    done
    n=$((n + 1))
    echo "$n" >"$DIR/keys/kills.new"
    mv "$DIR/keys/kills.new" "$DIR/keys/kills"
    sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
  done
}

proofs() { grep -c ' false claim=.*: striking' "$DIR/logs/watcher.log" || true; }
struck() { field struckClaims "$(rpc "$WATCHER_PORT" penny_nodeStatus '[]' 2>/dev/null)"; }
newest() { field batches "$(rpc "$WATCHER_PORT" penny_nodeStatus '[]' 2>/dev/null)"; }

# Waits for the watcher's proof against the newest lie and kills it then, or up to 0.3 s later.  True if its transaction was sent and not in a block at that time: the
# supervisor is held while L1 is asked, so nobody can have sent it after the kill.
ambush() { # PROOFS, when this one is there
  local hit=1 pending
  for _ in $(seq 3000); do
    [ "$(proofs)" -ge "$1" ] && break
    sleep 0.02
  done
  sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
  kill -STOP "$pid_watcher"
  if strike_down watcher; then
    pending=$(sent watcher)
    [ "$pending" -gt "$(sent watcher latest)" ] && hit=0
  fi
  kill -CONT "$pid_watcher"
  return $hit
}

kills_over() { [ "$(cat "$DIR/keys/kills" 2>/dev/null)" = $((CHAOS * 5)) ]; }

# One lie after the other, each about the newest batch, while the kills last, and longer if too few have met the watcher between sending and landing.
plant_lies() {
  local lies=0 hits=0 tries before
  while :; do
    before=$(proofs)
    for tries in $(seq 600); do
      lie "$(newest)" && break
      [ "$tries" -lt 600 ] || return 1
      sleep 0.3
    done
    lies=$((lies + 1))
    ambush $((before + 1)) && hits=$((hits + 1))
    for tries in $(seq 600); do
      [ "$(struck)" = "$lies" ] && break
      sleep 0.2
    done
    [ "$hits" -lt "$AMBUSHES" ] || ! kills_over || break
  done
  echo "$hits" >"$DIR/keys/ambushes"
  echo "$lies" >"$DIR/keys/lies.new"
  mv "$DIR/keys/lies.new" "$DIR/keys/lies"
}

# Kills the watcher once more, when it has a checkpoint for certain: it must start from one.  Prints how often it and the claimer have.
starts_from_checkpoint() {
  local tries before name
  from() { grep -c ' started from checkpoint ' "$DIR/logs/$1.log" || true; }
  for tries in $(seq 600); do
    [ "$(metric "$WATCHER_PORT" pr_verifier_checkpoint_batch 2>/dev/null || echo 0)" != 0 ] && break
    sleep 0.2
  done
  before=$(from watcher)
  strike_down watcher || return 1
  for tries in $(seq 300); do
    [ "$(from watcher)" -gt "$before" ] && break
    sleep 0.2
  done
  [ "$(from watcher)" -gt "$before" ] || return 1
  for name in watcher claimer; do
    # After kill -9 at any moment a file is an old one or a new one, whole.  What is refused is only newer than an archive that lost an unfinished block.
    ! grep ' checkpoint refused ' "$DIR/logs/$name.log" | grep -v -e 'not final in the archive' -e 'newer than the archive' || return 1
  done
  say "  starts from checkpoint  watcher $(from watcher), claimer $(from claimer); none found damaged"
}

# Each thing that was to be done on L1 was done by one transaction, failed ones counted: batches and payments by the operator, claims and their finality by the claimer.
each_once() {
  local paid posted made final vault
  vault=$(sed -n 's/^vault *= *"\(.*\)"/\1/p' "$DIR/chain.toml")
  for _ in $(seq 100); do # claims may still be on their way to finality
    paid=$("$cast" logs --rpc-url "$l1" --json --from-block 0 --address "$vault" 'Withdrawn(uint32,address,uint64)' | grep -o '"transactionHash":"[^"]*"' | sort -u | wc -l)
    status=$(rpc "$CLAIMER_PORT" penny_nodeStatus '[]')
    posted=$(field batches "$status") made=$(($(field claims "$status") - lies)) final=$(field finalBatch "$status")
    [ "$(sent operator)" = $((posted + paid)) ] && [ "$(sent claimer)" = $((made + final)) ] && break
    sleep 0.3
  done
  say "  transactions on L1    operator $(sent operator) for $posted batches and $paid payments; claimer $(sent claimer) for $made claims, $final of them made final"
  [ "$(sent operator)" = $((posted + paid)) ] && [ "$(sent claimer)" = $((made + final)) ]
}
