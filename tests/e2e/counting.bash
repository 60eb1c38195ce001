# Sourced: counting and waiting for a test of a whole network.  Wants $suite (of the test) and $DIR (of its network); sets passed and failed.
passed=0 failed=0
ok() { # WHAT CONDITION...
  local what=$1
  shift
  if "$@"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "$suite: FAILED $what" >&2
  fi
}
give_up() { # WHY
  echo "$suite: $1" >&2
  tail -3 "$DIR"/logs/*.log "$DIR"/*.log 2>/dev/null | cut -c1-300 >&2
  echo "$suite: $passed passed, $((failed + 1)) failed, 0 skipped"
  exit 1
}
until_true() { # SECONDS COMMAND...
  local end=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$end" ] || return 1
    sleep 0.3
  done
}
# The value of a member in JSON on standard input.
field() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p" | head -1; }
