#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Strata authors
# SPDX-License-Identifier: Apache-2.0
#
# Random traffic over all DRAM presets and policies, every command of it checked: prints how many
# commands and violations there were, and fails on any violation or fewer than 10^7 commands.
set -euo pipefail
cd "$(dirname "$0")/.."
strata=${STRATA:-build/release/bin/strata}
requests=${REQUESTS:-30000}

run() {
    "$strata" bench dram configs/bench/dram/random.yaml --check-trace --json \
        --set traffic.request=24B --set traffic.read_fraction=0.6 \
        --set "traffic.requests=$requests" "$@" |
        sed -n 's/.*"trace_\(commands\|violations\)": \([0-9]*\).*/\2/p' | paste -s -d' '
}

# Hot, asleep whenever it can be, with partial writes that read first.
busy=(--set temperature=96C --set dram.power_down_idle=100nCK --set dram.self_refresh_idle=4us
      --set dram.starvation=4us --set dram.refresh_pull_in=4 --set dram.ecc.kind=side_band
      --set traffic.interval=40ns)

seed=0
for preset in ddr4_2400_x8 hbm2_2000 hbm3_6400 hbm4_8000 ddr5_4800 lpddr5_6400; do
    modes=(all_bank per_bank)
    [ $preset = ddr4_2400_x8 ] && modes=(all_bank)
    for scheduler in fr_fcfs fcfs read_first; do
        for page in open closed adaptive; do
            for refresh in "${modes[@]}"; do
                seed=$((seed + 1))
                policy=(--set "dram.preset=$preset" --set "dram.scheduler=$scheduler"
                        --set "dram.page_policy=$page" --set "dram.refresh=$refresh"
                        --set "traffic.seed=$seed")
                run "${policy[@]}"
                run "${policy[@]}" "${busy[@]}"
            done
        done
    done
done | awk '{ commands += $1; violations += $2 }
     END { printf "%d runs, %d commands, %d violations\n", NR, commands, violations
           exit violations > 0 || commands < 1e7 }'
