# Sourced: a sequencer alone, with the chain file and the inbox that docs/rpc.md describes; sets $url.  Needs the built programs; ends with the shell.
build=${BUILD:-build}
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; }; rm -rf "$dir"' EXIT

sed -n '/^```toml$/,/^```$/{/^```/d;p}' docs/rpc.md >"$dir/chain.toml"
make --no-print-directory -s B="$build" "$build/tests/vectors/inbox_feed"
"$build/tests/vectors/inbox_feed" "$dir/feed"
: >"$dir/log" # there before the process is
"$build/bin/pennyroyal-sequencer" --exit-with-parent --set chain.file="$dir/chain.toml" --set data.dir="$dir/sequencer" --set data.segment_bytes=1048576 \
  --set bridge.feed="$dir/feed" --set http.port=0 --set batch.age_ms=3600000 --set admin.enabled=true >"$dir/log" 2>&1 &
pid=$!
port=
for _ in $(seq 100); do
  port=$(sed -n 's/.*listening .*port=\([0-9]*\).*/\1/p' "$dir/log")
  [ -n "$port" ] && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
[ -n "$port" ] || { cat "$dir/log" >&2; exit 1; }
# Read by the scripts that source this.
# shellcheck disable=SC2034
url="http://127.0.0.1:$port/"
