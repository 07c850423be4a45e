#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Strata authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian packages that are missing, configures and builds build/release.
# Sourced by run.sh and test.sh; a second call builds only what changed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${STRATA_PRESET:-release}
packages=(g++ cmake ninja-build ccache pkg-config
          libsystemc-dev libyaml-cpp-dev libspdlog-dev libfmt-dev libgtest-dev
          libcli11-dev nlohmann-json3-dev)

install_missing() {
    local missing=()
    for package in "${packages[@]}"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "setup: run this as root, or install by hand: ${missing[*]}" >&2
            exit 2
        }
        sudo=sudo
    fi
    echo "setup: installing ${missing[*]}" >&2
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >&2
}

build() {
    [ -f "$root/build/$preset/build.ninja" ] ||
        cmake -S "$root" --preset "$preset" >&2
    cmake --build "$root/build/$preset" "$@" >&2
}

install_missing
