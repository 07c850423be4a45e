// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/allocation.h"

#include <algorithm>

namespace strata::runtime {

using core::Bytes;
using core::Region;

namespace {
constexpr std::int64_t kFirstVa = std::int64_t{1} << 32;  // far from TCM addresses, easy to spot
}

Allocation::Allocation(const Machine& machine, Mapping& mapping)
    : machine_(machine),
      mapping_(mapping),
      va_(static_cast<std::uint64_t>(machine.page_up(kFirstVa))) {
    next_[static_cast<std::size_t>(Region::kDram)] = machine.page_up(machine.dram_reserved);
}

void Allocation::add(const std::string& name, Region memory, Policy policy, Bytes bytes,
                     Bytes shard, bool writable) {
    MappedTensor t;
    t.name = name;
    t.memory = memory;
    t.policy = policy;
    t.bytes = bytes;
    t.shard = machine_.page_up(shard);
    t.va = va_;
    t.writable = writable;
    t.location = {mapping_.program + " mapping", 0, 0};
    Bytes& next = next_[static_cast<std::size_t>(memory)];
    for (std::int64_t cube = 0; cube < machine_.cubes(); ++cube) {
        t.placements.push_back(
            {cube / machine_.cubes_per_sip, cube % machine_.cubes_per_sip, next});
    }
    const bool per_pe = policy == Policy::kShard;
    const bool shared_memory = memory == Region::kDram || memory == Region::kNand;
    next += per_pe && shared_memory ? t.shard * machine_.pes_per_cube : t.shard;
    const std::int64_t parts = per_pe                           ? machine_.pes()
                               : policy == Policy::kInterleaved ? machine_.cubes()
                                                                : 1;
    va_ += static_cast<std::uint64_t>(t.shard * parts);
    mapping_.tensors.push_back(std::move(t));
}

Bytes place_code(const Mapping& mapping, const Machine& machine, Bytes bytes,
                 core::Diagnostics& diagnostics) {
    const Bytes start = (machine.dram_bytes - bytes) / machine.page_bytes * machine.page_bytes;
    Bytes used = machine.dram_reserved;
    for (const auto& t : mapping.tensors) {
        for (const auto& p : t.placements) {
            if (t.memory == Region::kDram) {
                const Bytes parts = t.policy == Policy::kShard ? machine.pes_per_cube : 1;
                used = std::max(used, p.offset + t.shard * parts);
            }
        }
    }
    if (start < used) {
        diagnostics.error({mapping.program, 0, 0}, "",
                          "no room for " + core::format_size(bytes) +
                              " of code in dram: tensors end at " + core::format_size(used) +
                              " of " + core::format_size(machine.dram_bytes));
    }
    return start;
}

}  // namespace strata::runtime
