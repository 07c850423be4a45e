#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Strata authors
# SPDX-License-Identifier: Apache-2.0
#
# Host cost of whole runs: the default run, the same traffic with four times the PEs (three quarters
# idle), the same with one payload per page instead of bulk transactions. Interleaved, RUNS times.
set -euo pipefail
cd "$(dirname "$0")/.."
strata=${STRATA:-build/release/bin/strata}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

measure() {  # label, arguments of strata run
    local label=$1
    shift
    local before after
    local start=$EPOCHREALTIME
    /usr/bin/env time -f '%U %S %M' -o "$out/time" "$strata" run hbf_sip "$@" -q -o "$out/run" 2>/dev/null ||
        { echo "$label: failed" >&2; exit 1; }
    local end=$EPOCHREALTIME
    local bytes
    bytes=$(sed -n 's/^ *"\(dram\|nand\|sram\)_\(read\|write\)": \([0-9]*\).*/\3/p' "$out/run/summary.json" |
            awk '{s += $1} END {print s}')
    awk -v label="$label" -v wall="$(awk "BEGIN {print $end - $start}")" -v bytes="$bytes" \
        '{cpu = $1 + $2; printf "%-28s wall %6.2f s  cpu %6.2f s  %5.2f GB moved per cpu-s  rss %4.0f MiB\n",
          label, wall, cpu, bytes / cpu / 1e9, $3 / 1024}' "$out/time"
}

for _ in $(seq "${RUNS:-3}"); do
    measure "default, 64 PEs"
    measure "256 PEs, 192 of them idle" --set system.pes=[8,8] --set sram.banks=64 \
        --set workload.pes_per_cube=16
    measure "one payload per page" --set pe.dma.bulk=4KiB --set pe.dma.outstanding=256
done
