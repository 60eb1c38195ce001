#!/usr/bin/env bash
# The whole loop on real input, where it is present: a lineage and traces in the form that `make run LINEAGE=... TRACE=...` takes.  DATA names their folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
DATA=${DATA:-../shared/data}
lineage=$DATA/dataset_lineage.tsv
traces=$DATA/AzureLLMInferenceTrace_code.csv,$DATA/AzureLLMInferenceTrace_conv.csv
if [ ! -r "$lineage" ]; then
  echo "skipped real: no $lineage"
  echo "real: 0 passed, 0 failed, 1 skipped"
  exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ONCE=1 LINEAGE=$lineage TRACE=$traces DIR=run/test-real L1_PORT=22545 SEQ_PORT=22550 WATCHER_PORT=22551 CLAIMER_PORT=22552 BRIDGE_PORT=22553 tools/devnet >"$log" 2>&1; then
  sed -n '/^Summary/,$p' "$log"
  echo "real: 1 passed, 0 failed, 0 skipped"
else
  cat "$log"
  exit 1
fi
