// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a control endpoint sets up the collective groups of the network it sits at.

#include <cstdint>
#include <string>
#include <vector>

#include "core/address.h"

namespace strata::interconnect {

enum class GroupError : std::uint8_t {
    kNone,
    kBadNumber,    ///< no window has this number
    kBadMember,    ///< no target there, named twice, or nobody named
    kTaken,        ///< the number has a group already
    kNotMapped,    ///< the number has none
    kBusy,         ///< writes to the group are under way
    kTableFull,    ///< of a router
    kUnsupported,  ///< no native collectives at this level or with this routing
};

struct GroupResult {
    GroupError error = GroupError::kNone;
    std::string text;

    bool ok() const { return error == GroupError::kNone; }
};

/// A group of `root`: it multicasts to the members, or they reduce to it.
struct GroupRequest {
    std::int16_t number = 0;  ///< in the cube of the root
    bool reduces = false;
    std::vector<core::Place> members;
};

class GroupControl {
   public:
    virtual ~GroupControl() = default;
    /// All groups, or none and the reason why.
    virtual GroupResult map_groups(const core::Place& root,
                                   const std::vector<GroupRequest>& requests) = 0;
    /// The numbers count in the cube of `root`.
    virtual GroupResult unmap_groups(const core::Place& root,
                                     const std::vector<std::int16_t>& numbers) = 0;
};

}  // namespace strata::interconnect
