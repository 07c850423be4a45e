#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Strata authors
# SPDX-License-Identifier: Apache-2.0
#
# noc_soak.sh STRATA [PACKETS]: about a million random packets through each topology and routing at the
# packet and flit levels; every one must arrive. Prints a line per run.
set -euo pipefail

strata=$1
packets=${2:-1000000}
cd "$(dirname "$0")/.."

run() {
    local model=$1 nodes=$2
    shift 2
    local rate=0.1 flits=4
    local cycles=$((packets * flits * 10 / nodes))
    local result
    result=$("$strata" bench noc uniform --json --set noc.model="$model" --set traffic.rate=$rate \
        --set traffic.measure_cycles="$cycles" "${@/#/--set=}")
    echo "$result" | grep -q '"saturated": false' || { echo "FAILED: $model $*"; exit 1; }
    echo "$model $* $(echo "$result" | grep '"packets"')"
}

for model in packet flit; do
    for routing in xy yx adaptive_west_first adaptive_odd_even o1turn; do
        run "$model" 64 noc.routing="$routing"
    done
    run "$model" 64 noc.topology=torus
    run "$model" 16 noc.topology=ring noc.dims='[16]'
    run "$model" 16 noc.topology=crossbar noc.dims='[16]'
    run "$model" 64 noc.concentration=4 noc.dims='[4, 4]' noc.topology=cmesh
    run "$model" 64 noc.topology=fat_tree noc.dims='[4, 3]' noc.routing=nca
done
