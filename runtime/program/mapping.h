// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The mapping file: where each tensor of a program lies. Written by the compiler, read back from
// YAML, editable. One contiguous virtual range per tensor over all PEs.

#include <cstdint>
#include <string>
#include <vector>

#include "core/address.h"
#include "core/config.h"
#include "core/units.h"
#include "models/cpu/message.h"
#include "runtime/compiler/machine.h"

namespace strata::runtime {

enum class Policy : std::uint8_t {
    kShard,        ///< a shard per PE, in its own cube; VA = va + flat PE · shard
    kReplicate,    ///< a copy per cube, the same VA for every PE
    kInterleaved,  ///< equal parts on all cubes, one VA range that every PE sees
};
const char* to_string(Policy policy);

struct MappedTensor {
    /// Where the tensor starts in a cube. NAND, DRAM: offset of PE 0's shard, the others follow.
    /// SRAM: offset in each PE's own bank. TCM: byte in each PE's TCM.
    struct Placement {
        std::int64_t sip = 0;
        std::int64_t cube = 0;
        core::Bytes offset = 0;
    };
    std::string name;
    core::Bytes bytes = 0;  ///< payload of the whole tensor, without padding; one copy
    core::Region memory = core::Region::kDram;
    Policy policy = Policy::kShard;
    std::uint64_t va = 0;
    core::Bytes shard = 0;  ///< bytes a PE (shard) or cube (replicate, interleaved) holds, padded
                            ///< to pages
    bool writable = false;
    std::vector<Placement> placements;  ///< one per cube, in order
    core::SourceLocation location;
};

class Mapping {
   public:
    std::string program;
    std::vector<MappedTensor> tensors;

    const MappedTensor* find(const std::string& name) const;
    /// YAML that reads back to an equal mapping.
    std::string yaml() const;
    static Mapping parse(core::Section s);
    static Mapping load(const std::string& file, core::Diagnostics& diagnostics);

    /// Overlaps (VA, PA), ranges beyond a memory's end, misalignment, missing cubes.
    void check(const Machine& machine, core::Diagnostics& diagnostics) const;
};
bool operator==(const Mapping& a, const Mapping& b);

/// First virtual address of what PE `pe` (flat) sees of the tensor.
std::uint64_t virtual_address(const MappedTensor& tensor, std::int64_t pe);
/// Physical address behind it. kInterleaved: of the part in the PE's own cube.
std::uint64_t physical_address(const MappedTensor& tensor, std::int64_t pe, const Machine& machine);
/// Translations PE `pe` needs: its shards, its cube's copies, and the TCM of the PEs in `peers`.
std::vector<models::MmuMap::Entry> mmu_entries(const Mapping& mapping, const Machine& machine,
                                               std::int64_t pe,
                                               const std::vector<std::int64_t>& peers);

/// Names of the tensors that hold no model data.
constexpr const char* kPrefetchBuffer = "prefetch_buffer";  ///< SRAM tile slots
constexpr const char* kMailboxes = "mailboxes";             ///< TCM that peers write to

}  // namespace strata::runtime
