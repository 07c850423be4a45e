// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How values and weights divide over the PEs. Shares are equal: what does not divide is padded.

#include <algorithm>
#include <cstdint>

#include "core/units.h"
#include "models/pe/command.h"
#include "runtime/program/program.h"

namespace strata::runtime {

/// The PEs of the system in groups of consecutive flat indices. With kv_heads = 0 there is one
/// group of all PEs. Else a group serves one kv head, or, when there are fewer PEs than heads,
/// is one PE that serves several.
struct Grouping {
    std::int64_t groups = 1;
    std::int64_t members = 1;          ///< PEs of a group
    std::int64_t heads_per_group = 0;  ///< kv heads, padded

    static Grouping of(std::int64_t pes, std::int64_t kv_heads) {
        if (kv_heads == 0) {
            return {1, pes, 0};
        }
        if (pes >= kv_heads) {
            return {kv_heads, pes / kv_heads, 1};
        }
        const std::int64_t heads = core::ceil_div(kv_heads, pes);
        return {core::ceil_div(kv_heads, heads), 1, heads};
    }
    std::int64_t group(std::int64_t pe) const { return pe / members; }
    std::int64_t member(std::int64_t pe) const { return pe % members; }
    /// False for a PE that is left over when the heads do not divide the PEs.
    bool active(std::int64_t pe) const { return group(pe) < groups; }
    std::int64_t active_pes() const { return groups * members; }

    /// Columns one group holds of `columns`, and one member of these.
    std::int64_t group_columns(std::int64_t columns, std::int64_t kv_heads) const {
        return kv_heads == 0 ? columns : columns / kv_heads * heads_per_group;
    }
    std::int64_t member_columns(std::int64_t columns, std::int64_t kv_heads) const {
        return core::ceil_div(group_columns(columns, kv_heads), members);
    }
};

/// Bytes of `elements` numbers.
inline core::Bytes bytes_of(std::int64_t elements, models::DataType type) {
    return core::ceil_div(elements * models::bits(type), 8);
}

/// Elements of a value one PE holds, without padding of whole vectors.
inline std::int64_t local_elements(const Shape& s, std::int64_t pes) {
    const Grouping g = Grouping::of(pes, s.kv_heads);
    return s.rows * (s.form == Form::kSplit ? g.member_columns(s.columns, s.kv_heads)
                                            : g.group_columns(s.columns, s.kv_heads));
}

/// Elements of a slice of the value: what each member would hold if it were split.
inline std::int64_t slice_elements(const Shape& s, std::int64_t pes) {
    return s.rows * Grouping::of(pes, s.kv_heads).member_columns(s.columns, s.kv_heads);
}

/// Softmax maxima and sums (fp32) that go with a PE's part of an attention result.
inline std::int64_t stat_elements(const Shape& s, std::int64_t pes) {
    return s.stats == 0
               ? 0
               : s.rows * s.stats / s.kv_heads * Grouping::of(pes, s.kv_heads).heads_per_group;
}

/// Bytes one PE keeps for a value: whole vectors as slices of every member (padded), attention
/// results as records of slice and statistics; a spare element for the halves of an odd share.
inline core::Bytes slot_bytes(const Shape& s, std::int64_t pes) {
    const std::int64_t slices = s.form == Form::kSplit ? 1 : Grouping::of(pes, s.kv_heads).members;
    return bytes_of(slices * (slice_elements(s, pes) + stat_elements(s, pes)) + s.rows, s.type);
}

}  // namespace strata::runtime
