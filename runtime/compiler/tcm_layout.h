// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Places the buffers of a kernel in a PE's TCM.

#include <cstdint>
#include <string>
#include <vector>

#include "core/units.h"

namespace strata::runtime {

class TcmLayout {
   public:
    explicit TcmLayout(core::Bytes capacity) : capacity_(capacity) {}

    /// Places `bytes` behind what is there, 64-byte aligned, and returns the TCM address. Goes on
    /// beyond the capacity, so that the table shows all that is asked for.
    std::uint64_t add(const std::string& name, core::Bytes bytes);

    core::Bytes used() const { return used_; }
    bool fits() const { return used_ <= capacity_; }
    /// A line per entry and the total.
    std::string table() const;

   private:
    struct Entry {
        std::string name;
        core::Bytes offset = 0;
        core::Bytes bytes = 0;
    };
    core::Bytes capacity_;
    core::Bytes used_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace strata::runtime
