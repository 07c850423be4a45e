// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Places tensors one behind the other: in each memory, and in one virtual address space.

#include <array>
#include <string>

#include "runtime/compiler/machine.h"
#include "runtime/program/mapping.h"

namespace strata::runtime {

class Allocation {
   public:
    /// Adds to `mapping`; both references outlive the object.
    Allocation(const Machine& machine, Mapping& mapping);

    /// `bytes`: payload of the whole tensor; `shard`: bytes of a part, rounded up to pages here.
    void add(const std::string& name, core::Region memory, Policy policy, core::Bytes bytes,
             core::Bytes shard, bool writable);

   private:
    const Machine& machine_;
    Mapping& mapping_;
    std::uint64_t va_;
    std::array<core::Bytes, 8> next_{};  // by region
};

/// Offset in a cube's DRAM for `bytes` of code: at its end, behind all tensors. Reports when there
/// is no room.
core::Bytes place_code(const Mapping& mapping, const Machine& machine, core::Bytes bytes,
                       core::Diagnostics& diagnostics);

}  // namespace strata::runtime
