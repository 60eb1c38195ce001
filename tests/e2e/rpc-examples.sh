#!/usr/bin/env bash
# The examples of docs/rpc.md against a fresh sequencer.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/e2e/alone.bash
node tests/e2e/rpc-examples.mjs docs/rpc.md "$url"
