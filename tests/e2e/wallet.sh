#!/usr/bin/env bash
# Every signed kind, signed by a wallet that knows nothing of this protocol (cast: EIP-712 typed data in, 65 bytes out), against a fresh sequencer.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/e2e/alone.bash
node tests/e2e/wallet.mjs l1-bridge/contracts/bin/cast "$url"
