# SPDX-FileCopyrightText: 2026 The Strata authors
# SPDX-License-Identifier: Apache-2.0
#
# awk -v kind=platform|workload -f keys.awk RESOLVED.yaml PAGE.md
# Compares the keys that `strata check` printed with those the page describes. A page has a heading
# `### \`section\`` per section (several names may share one); its keys are the words in backticks,
# `a.{b, c}` standing for a.b and a.c. Only words in the first column of a table are held to exist.

function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }

# Adds a word and all that its braces stand for to the keys of the present section.
function describe(word, first_column,    open, close_at, parts, n, i) {
    open = index(word, "{")
    close_at = index(word, "}")
    if (open > 0 && close_at > open) {
        n = split(substr(word, open + 1, close_at - open - 1), parts, ",")
        for (i = 1; i <= n; ++i)
            describe(substr(word, 1, open - 1) trim(parts[i]) substr(word, close_at + 1), first_column)
        return
    }
    if (word !~ /^[a-z][a-z0-9_.]*$/) return
    for (i in sections) {
        described[i, word] = 1
        if (first_column) claimed[i, word] = FNR
    }
}

# ---- resolved YAML: mappings, one key a line; list entries are left out
FNR == 1 { ++file }
file == 1 && /^# / { what = $3; sub(/,$/, "", what); depth = 0; top = what == "model" ? "model card" : "top"; next }
file == 1 && match($0, /^ *[a-z_0-9]+:/) {
    indent = RLENGTH - length(trim(substr($0, 1, RLENGTH)))
    key = trim(substr($0, 1, RLENGTH)); sub(/:$/, "", key)
    level = indent / 2
    path[level] = key
    if ($0 ~ /^ *- /) next
    value = trim(substr($0, RLENGTH + 1))
    if (kind == "workload") {
        if (key == "kind") top = value
        order[++count] = key; owner[count] = what == "model" ? "model card" : ""
        # Keys before `kind` belong to every kind.
        for (i = 1; i <= count; ++i) if (owner[i] == "") { owner[i] = top }
        keys[owner[count], key] = 1
        next
    }
    full = path[0]
    for (i = 1; i <= level; ++i) full = full "." path[i]
    if (value == "" && key != "levels") next   # a section
    if (in_list && indent > list_indent) next
    in_list = 0
    if (key == "levels") { in_list = 1; list_indent = indent }
    section = level == 0 ? "top" : path[0]
    keys[section, level == 0 ? key : substr(full, length(path[0]) + 2)] = 1
    next
}
file == 1 { next }

# ---- the page
/^##/ {
    split("", sections)
    if ($0 ~ /^### Top level/ || $0 ~ /^### Every kind/) sections["top"] = 1
    line = $0
    while (match(line, /`[^`]+`/)) {
        sections[substr(line, RSTART + 1, RLENGTH - 2)] = 1
        line = substr(line, RSTART + RLENGTH)
    }
    next
}
{
    n = split($0, cells, "|")
    table = $0 ~ /^\|/
    for (c = 1; c <= n; ++c) {
        line = cells[c]
        while (match(line, /`[^`]+`/)) {
            describe(substr(line, RSTART + 1, RLENGTH - 2), table && c == 2)
            line = substr(line, RSTART + RLENGTH)
        }
    }
}

function known(section, word) {
    return (section, word) in described || (section, section "." word) in described
}

END {
    for (id in keys) {
        split(id, p, SUBSEP)
        dot = index(p[2], ".")
        if (known(p[1], p[2]) || (kind == "workload" && known("top", p[2]))) continue
        if (dot > 0 && known(p[1], substr(p[2], 1, dot - 1)) && known(p[1], substr(p[2], dot + 1))) continue
        print "not described: " p[1] "." p[2]
        bad = 1
    }
    for (id in claimed) {
        split(id, p, SUBSEP)
        found = (p[1], p[2]) in keys
        for (other in keys) {
            split(other, q, SUBSEP)
            if (q[1] == p[1] && substr(q[2], length(q[2]) - length(p[2])) == "." p[2]) found = 1
            if (q[1] "." q[2] == p[2]) found = 1
            if (kind == "workload" && p[1] == "top" && q[2] == p[2]) found = 1
        }
        if (!found) { print "line " claimed[id] ": no such key: " p[1] "." p[2]; bad = 1 }
    }
    exit bad
}
