#!/usr/bin/env bash
# What an operator gets wrong: every program says what it is, by name, and stops with the code that docs/operations.md gives.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/e2e/alone.bash
BIN=$build/bin
passed=0 failed=0

# WHAT, exit code, text that the log must hold, the command.  What would run on is stopped, and that is a failure too.
wrong() {
  local what=$1 want=$2 text=$3 got=0
  shift 3
  timeout "${limit:-20}" "$@" >"$dir/out" 2>&1 || got=$?
  if [ "$got" = "$want" ] && grep -qF -- "$text" "$dir/out"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    printf 'FAILED %s: exit %s\n' "$what" "$got"
    sed 's/^/    /' "$dir/out"
  fi
}
sequencer() { # WHAT, exit code, text, options
  local what=$1 want=$2 text=$3
  shift 3
  wrong "$what" "$want" "$text" "$BIN/pennyroyal-sequencer" --set chain.file="$dir/chain.toml" --set data.dir="$dir/other" --set data.segment_bytes=1048576 --set http.port=0 "$@"
}
sequencer "an unknown key" 2 "unknown key http.prot" --set http.prot=1
sequencer "no port" 2 "must be 0 to 65535" --set http.port=65536
sequencer "no number" 2 "unexpected text" --set http.port=8x
sequencer "no such file" 2 "$dir/none: cannot be read" --config "$dir/none"
printf '[http]\nport = 1\nport = 2\n' >"$dir/twice.toml"
sequencer "a key twice" 2 "$dir/twice.toml:3: http.port given twice" --config "$dir/twice.toml"
sequencer "a name for an address" 1 "not a numeric address" --set http.bind=localhost
sequencer "administration for everybody" 1 "on a loopback address only" --set http.bind=0.0.0.0 --set admin.enabled=true
sequencer "half of TLS" 1 "both or none" --set http.tls_certificate="$dir/none"
sequencer "a port in use" 1 "http cannot listen" --set http.port="$port"
sequencer "a directory in use" 1 "in_use path=$dir/sequencer" --set data.dir="$dir/sequencer"
sed 's/^l2_chain_id.*/l2_chain_id = 1/' "$dir/chain.toml" >"$dir/another.toml"
cp -r "$dir/sequencer" "$dir/copy"
sequencer "the data of another chain" 1 "log_of_another_chain" --set chain.file="$dir/another.toml" --set data.dir="$dir/copy"
sequencer "no chain file" 1 "$dir/none: cannot be read" --set chain.file="$dir/none"

umask 077
printf 'secret' >"$dir/password"
printf 'wrong' >"$dir/wrong"
for name in key second; do "$BIN/pennyroyal" --keys "$dir" --password-file "$dir/password" keys create "$name" --light >"$dir/out"; done
{ cat "$dir/chain.toml"; printf 'genesis_root = "0x%064d"\ndeploy_block = 2\n' 1; } >"$dir/full.toml"
bridge() { # WHAT, exit code, text, options
  local what=$1 want=$2 text=$3
  shift 3
  wrong "$what" "$want" "$text" "$BIN/pennyroyal-bridge" --set chain.file="$dir/full.toml" --set post.dir="$dir/post" --set feed.dir="$dir/fed" --set data.dir="$dir/bridge" \
    --set key.file="$dir/key" --set key.password_file="$dir/password" --set http.port=0 "$@"
}
bridge "another password" 1 "not the password of this key" --set key.password_file="$dir/wrong"
bridge "no password file" 1 "password path=$dir/none error=not-found" --set key.password_file="$dir/none"
bridge "no key" 1 "there is no such file" --set key.file="$dir/none"
bridge "a key that is none" 1 "not a key file of version 3" --set key.file="$dir/full.toml"
ln -s "$dir/key" "$dir/link"
bridge "a link to a key" 1 "is a symbolic link" --set key.file="$dir/link"
cp "$dir/key" "$dir/open"
chmod 644 "$dir/open"
bridge "a key for everybody" 1 "must be a regular file of this user with mode 0600 or less" --set key.file="$dir/open"
grep -v deploy_block "$dir/full.toml" >"$dir/nowhere.toml"
bridge "a chain file that does not say where to begin" 1 "names no deploy_block" --set chain.file="$dir/nowhere.toml"
bridge "no such protocol" 1 "l1_node url=ftp://x" --set l1.url=ftp://x
# The first key has begun to keep its transactions here: nothing answers at port 1, so it is stopped while it tries again.
limit=3 bridge "no L1" 124 "trying again" --set l1.url=http://127.0.0.1:1
bridge "another key's transactions" 1 "they are of another key or another chain" --set key.file="$dir/second" --set l1.url=http://127.0.0.1:1

# Without admin.enabled there is no administration, whatever it is called.
"$BIN/pennyroyal-sequencer" --exit-with-parent --set chain.file="$dir/chain.toml" --set data.dir="$dir/public" --set data.segment_bytes=1048576 --set http.port=0 >"$dir/public.log" 2>&1 &
public=$!
for _ in $(seq 100); do
  at=$(sed -n 's/.*listening .*port=\([0-9]*\).*/\1/p' "$dir/public.log")
  [ -n "$at" ] && break
  sleep 0.1
done
for method in penny_seal penny_admin admin_seal debug_seal personal_sign eth_sendTransaction; do
  body="{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$method\"}"
  exec 4<>"/dev/tcp/127.0.0.1/$at"
  printf 'POST / HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "${#body}" "$body" >&4
  if grep -q '"code":-32601' <&4; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED $method is answered"
  fi
  exec 4>&- 4<&-
done
kill "$public"
wait "$public" || true

# What make offers is listed, and installs what runs from there.
if make help >"$dir/out" && grep -q '^make run' "$dir/out" && grep -q '^make install' "$dir/out"; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED make help"; fi
root=$dir/installed/penny
if make --no-print-directory -s B="$build" install DESTDIR="$dir/installed" PREFIX=/penny >"$dir/out" 2>&1 && "$root/bin/pennyroyal" --version | grep -q '^pennyroyal [0-9]' && "$root/bin/pennyroyal-sequencer" --version | grep -q '^pennyroyal-sequencer [0-9]' &&
  cmp -s docs/pennyroyal.1 "$root/share/man/man1/pennyroyal.1" && bash -n "$root/share/bash-completion/completions/pennyroyal"; then passed=$((passed + 1)); else
  failed=$((failed + 1))
  echo "FAILED make install"
  cat "$dir/out"
fi

echo "operator: $passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
