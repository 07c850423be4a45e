#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Strata authors
# SPDX-License-Identifier: Apache-2.0
#
# Sets everything up, then runs the default platform on the default workload.
# Arguments go to `strata run`; without a platform among them the default one is used.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
build --target strata

cd "$root"
platform=configs/platforms/hbf_sip.yaml
if [ $# -gt 0 ] && [[ $1 != -* ]]; then
    platform=$1
    shift
fi
exec "build/$preset/bin/strata" run "$platform" "$@"
