#!/usr/bin/env bash
# Every parameter of every documented method, and every member of every kind of entry, with values of wrong types and sizes: refused by name, and nothing changes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/e2e/alone.bash
node tests/e2e/wrong-types.mjs docs/rpc.md docs/spec/protocol.csv "$url"
