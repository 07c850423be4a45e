#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Strata authors
# SPDX-License-Identifier: Apache-2.0
#
# check_docs.sh links|keys|commands ROOT BIN
#   links     every relative link of README.md and docs/*.md leads to a file, every anchor to a heading
#   keys      every key that `strata check` prints, of summary.json and of windows.csv is described, and
#             no table describes a key that is gone
#   commands  every ```sh block after a line `<!-- test -->` runs, from a folder with links to the
#             tree's configs and scripts; the blocks of a page share one folder
set -euo pipefail

part=$1
root=$(cd "$2" && pwd)
export PATH="$3:$PATH"
here=$root/tests/docs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pages=("$root"/README.md "$root"/docs/*.md)
failures=0

fail() {
    echo "docs: $*" >&2
    failures=$((failures + 1))
}

# GitHub's anchors: lower case, punctuation dropped, blanks become dashes.
anchors() {
    sed -n 's/^##* *//p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

check_links() {
    local page link file anchor
    for page in "${pages[@]}"; do
        while read -r link; do
            case $link in http://* | https://* | "") continue ;; esac
            file=${link%%#*}
            anchor=
            [[ $link == *#* ]] && anchor=${link#*#}
            local target=$page
            [ -n "$file" ] && target=$(dirname "$page")/$file
            if [ ! -e "$target" ]; then
                fail "${page#"$root"/}: $link leads nowhere"
            elif [ -n "$anchor" ] && ! anchors "$target" | grep -qxF -- "$anchor"; then
                fail "${page#"$root"/}: $link: no such heading"
            fi
        done < <(grep -v '^    ' "$page" | grep -oE '\]\([^) ]+\)|src="[^"]+"' |
            sed -E 's/^\]\((.*)\)$/\1/; s/^src="(.*)"$/\1/')
    done
}

# Resolved files → lines `key KEY`, read by keys.awk before the page.
check_keys() {
    cd "$work"
    ln -s "$root/configs" configs
    strata check configs/platforms/*.yaml >platforms.yaml
    awk -f "$here/keys.awk" -v kind=platform platforms.yaml "$root/docs/platform_file.md" ||
        fail "docs/platform_file.md and the keys of configs/platforms differ"
    strata compile -w tiny_decode -p mini -o tiny.program >/dev/null
    printf 'kind: program\nprogram: tiny.program\nmapping: tiny.program.mapping.yaml\n' >p.yaml
    strata check configs/workloads/*.yaml p.yaml configs/models/*.yaml >workloads.yaml
    awk -f "$here/keys.awk" -v kind=workload workloads.yaml "$root/docs/workloads.md" ||
        fail "docs/workloads.md and the keys of configs/workloads differ"
    local key
    grep -oE '`[^`]+`' "$root/docs/results.md" >words
    strata run mini --workload gemm_functional --out run --quiet
    while read -r key; do
        grep -qw "$key" words || fail "docs/results.md does not describe $key"
    done < <(grep -oE '"[a-z_]+":' run/summary.json | tr -d '":' | sort -u
        head -1 run/windows.csv | tr ',' '\n')
}

# The marked blocks of a page, one after the other.
blocks() {
    awk '/^<!-- test -->$/ { marked = 1; next }
         marked && /^```sh$/ { inside = 1; marked = 0; next }
         inside && /^```$/ { inside = 0; next }
         inside { print }
         !inside && NF { marked = 0 }' "$1"
}

check_commands() {
    local page name ran=0
    for page in "${pages[@]}"; do
        name=$(basename "$page" .md)
        blocks "$page" >"$work/$name.sh"
        [ -s "$work/$name.sh" ] || continue
        mkdir "$work/$name"
        ln -s "$root/configs" "$root/scripts" "$work/$name"
        if ! (cd "$work/$name" && bash -euo pipefail "$work/$name.sh" >"$work/$name.log" 2>&1); then
            fail "${page#"$root"/}: a command failed:"
            tail -20 "$work/$name.log" >&2
        fi
        ran=$((ran + 1))
    done
    [ "$ran" -gt 0 ] || fail "no page has a marked block"
}

check_"$part"
[ "$failures" -eq 0 ] || exit 1
