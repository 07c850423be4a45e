#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Strata authors
# SPDX-License-Identifier: Apache-2.0
#
# Sets everything up, then passes every test. Arguments go to ctest (e.g. -R noc).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
build

exec ctest --test-dir "$root/build/$preset" --output-on-failure -j "$(nproc)" "$@"
