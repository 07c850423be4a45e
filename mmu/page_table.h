// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Purpose: the translations of one address space.
// Modelled: pages of one size; permission, pins, in-flight state, file, accessed and dirty bits.
// Not modelled: the tables' bytes in memory (PeMmu gives their addresses for the walk's traffic).
// Timing: none; that is PeMmu's.
//
// A model's address space is a few large ranges, so one entry stands for a run of pages with
// consecutive physical addresses and equal attributes: a lookup is O(log runs) and allocates
// nothing. Changing part of a run splits it; equal neighbours of one mapping join again. Accessed
// and dirty are kept per page, two bits each, allocated when the range is mapped.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/units.h"
#include "mmu/fault.h"

namespace strata::mmu {

constexpr std::int32_t kNoFile = -1;

/// One range to map. Addresses and size are multiples of the page size.
struct MapEntry {
    std::uint64_t va = 0;
    std::uint64_t pa = 0;
    core::Bytes size = 0;
    bool writable = true;
    bool in_flight = false;  ///< a transfer is filling it: not yet valid
    std::int32_t file_id = kNoFile;
};

/// One range to unmap: whole pages, of one earlier mapping, a part of it, or several.
struct UnmapEntry {
    std::uint64_t va = 0;
    core::Bytes size = 0;
};

/// A run of pages with consecutive physical addresses and equal attributes.
struct Pte {
    std::uint64_t va = 0;
    std::uint64_t pa = 0;
    core::Bytes size = 0;
    std::int32_t pins = 0;  ///< holders; a pinned page cannot be unmapped
    std::int32_t file_id = kNoFile;
    bool writable = true;
    bool in_flight = false;

    bool valid() const { return !in_flight; }
    std::uint64_t end() const { return va + static_cast<std::uint64_t>(size); }
    /// Physical address of `address`, which lies in this run.
    std::uint64_t pa_of(std::uint64_t address) const { return pa + (address - va); }
    /// kPermission before kInFlight: waiting does not make a page writable.
    FaultKind check(bool write) const {
        if (write && !writable) return FaultKind::kPermission;
        return in_flight ? FaultKind::kInFlight : FaultKind::kNone;
    }
};

class PageTable {
   public:
    /// `page`: power of two. Throws ModelError otherwise.
    explicit PageTable(core::Bytes page = 4 * core::kKiB);
    PageTable(PageTable&&) = default;  // not copyable: the page bits would be shared
    PageTable& operator=(PageTable&&) = default;

    core::Bytes page() const { return page_; }

    // Changes: all or nothing; after an error the table is as it was.

    MapResult map(const MapEntry& entry) { return map_all({entry}); }
    MapResult map_all(const std::vector<MapEntry>& entries);
    MapResult unmap(std::uint64_t va, core::Bytes size) { return unmap_all({{va, size}}); }
    MapResult unmap_all(const std::vector<UnmapEntry>& entries);
    /// Marks mapped pages as being filled, or as filled.
    MapResult set_in_flight(std::uint64_t va, core::Bytes size, bool in_flight);
    MapResult pin(std::uint64_t va, core::Bytes size);
    MapResult unpin(std::uint64_t va, core::Bytes size);

    // Queries and marks: no allocation.

    /// The run that holds `va`, null when unmapped. Valid until the next change.
    const Pte* lookup(std::uint64_t va) const;
    /// What an access to `va` meets.
    FaultKind check(std::uint64_t va, bool write) const;
    bool accessed(std::uint64_t va) const;
    bool dirty(std::uint64_t va) const;
    /// Records an access to the mapped page of `va`: accessed, and dirty when `write`.
    /// Returns the page's dirty bit. Throws ModelError when unmapped.
    bool touch(std::uint64_t va, bool write);

    std::size_t runs() const { return runs_.size(); }
    core::Bytes mapped_bytes() const { return mapped_bytes_; }

   private:
    struct PageBits;
    struct Run {
        Pte pte;
        std::shared_ptr<PageBits> bits;  // of the whole mapping the run was cut from
    };
    using Runs = std::map<std::uint64_t, Run>;  // by first VA

    const Run* find(std::uint64_t va) const;
    bool aligned(std::uint64_t value) const { return (value & page_mask_) == 0; }
    MapResult check_range(std::uint64_t va, core::Bytes size) const;
    MapResult check_free(const MapEntry& entry) const;
    /// First error among the mapped pages of a range; `refuse` judges one run.
    template <typename Refuse>
    MapResult check_mapped(std::uint64_t va, core::Bytes size, Refuse refuse) const;
    /// Changes the runs of a mapped range, split at its ends, and joins equal neighbours.
    template <typename Change>
    void change(std::uint64_t va, core::Bytes size, Change change_run);
    void erase(std::uint64_t va, core::Bytes size);
    Runs::iterator split(std::uint64_t va);
    void join(std::uint64_t begin, std::uint64_t end);

    core::Bytes page_;
    std::uint64_t page_mask_;
    int page_shift_;
    Runs runs_;
    core::Bytes mapped_bytes_ = 0;
};

}  // namespace strata::mmu
