// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What lies where in the device: the host's bookkeeping, free of SystemC. One allocator of physical
// addresses per memory, one of virtual addresses, and tensors over both. Nothing here talks to the
// device: a tensor says which requests do. runtime/host/tensor.h ties both to a scope.
//
// Errors are mmu::AllocationError (exhausted, double free, foreign free: how much was asked and
// what is left) and core::UserError (no such memory, a plan that does not fit together).

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/address.h"
#include "core/units.h"
#include "mmu/range_allocator.h"
#include "models/cpu/message.h"

namespace strata::runtime {

/// Where a part of a tensor lies: in the TCM of the PE, or in a memory of its cube.
struct Placement {
    core::Place place;  ///< the PE that reads and writes it for the host and maps it
    core::Region region = core::Region::kDram;
    core::Bytes offset = 0;  ///< in the tensor, a multiple of the page
    core::Bytes nbytes = 0;
};

/// Who maps the parts: the PE of each placement its own, or every PE of the system all of them.
enum class Visibility : std::uint8_t { kLocal, kEverywhere };

struct TensorPlan {
    std::string name;
    core::Bytes nbytes = 0;
    Visibility visibility = Visibility::kLocal;
    bool writable = true;
    core::Bytes alignment = 1;  ///< of physical addresses, beyond that of a page; power of two
    std::vector<Placement> placements;
};

/// A copy for each PE, which maps only its own.
TensorPlan replicate(std::string name, core::Bytes nbytes, core::Region region,
                     const std::vector<core::Place>& places);
/// Consecutive parts, equal up to page rounding, in the order of `places`; every PE maps all.
TensorPlan shard(std::string name, core::Bytes nbytes, core::Region region,
                 const std::vector<core::Place>& places, core::Bytes page);

/// An allocated tensor: one virtual range and a physical range per placement.
struct TensorLayout {
    TensorPlan plan;
    core::Bytes page = 0;
    std::uint64_t va = 0;
    std::vector<std::uint64_t> pas;  ///< of the placements

    models::TensorArg arg() const;
    /// The requests that make the tensor visible, and those that undo it.
    std::vector<models::MmuMap> maps() const;
    std::vector<models::MmuUnmap> unmaps() const;
    /// One per placement; `buffer` holds the whole tensor.
    std::vector<models::MemoryWrite> writes(
        const std::shared_ptr<const models::HostBuffer>& buffer) const;
    std::vector<models::MemoryRead> reads() const;
};

class DeviceMemory {
   public:
    /// `page`: the MMU's page size; every allocation is a multiple of it.
    explicit DeviceMemory(core::Bytes page);

    core::Bytes page() const { return page_; }

    /// Bytes [first, first + size) of a memory; `place.pe` counts only for TCM.
    void add_memory(const core::Place& place, core::Region region, core::Bytes first,
                    core::Bytes size);

    /// A physical range in the memory of that place; the size is rounded up to pages.
    std::uint64_t allocate(const core::Place& place, core::Region region, core::Bytes nbytes,
                           core::Bytes alignment = 1);
    void free(std::uint64_t pa);
    std::uint64_t allocate_va(core::Bytes nbytes);
    void free_va(std::uint64_t va);

    /// All or nothing.
    TensorLayout allocate(const TensorPlan& plan);
    void free(const TensorLayout& layout);

    core::Bytes available(const core::Place& place, core::Region region) const;
    core::Bytes used(const core::Place& place, core::Region region) const;
    core::Bytes va_used() const { return va_.used(); }

   private:
    using Memories = std::map<std::uint64_t, mmu::RangeAllocator>;  // by first physical address
    Memories::const_iterator find(const core::Place& place, core::Region region) const;
    void check(const TensorPlan& plan) const;
    core::Bytes pages(core::Bytes nbytes) const { return core::ceil_div(nbytes, page_) * page_; }

    core::Bytes page_;
    mmu::RangeAllocator va_;
    Memories memories_;
};

}  // namespace strata::runtime
