// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Purpose: the translation lookaside buffer in front of a page walk.
// Modelled: set-associative lookup, true LRU within a set, invalidation by range.
// Not modelled: several page sizes in one TLB, address-space tags (a PE has one address space).
// Timing: none; PeMmu's configuration holds the hit latency.

#include <cstdint>
#include <vector>

#include "core/units.h"

namespace strata::mmu {

/// A cached translation of one page.
struct TlbEntry {
    std::uint64_t page_number = 0;  ///< VA / page
    std::uint64_t pa = 0;           ///< of the page's first byte
    std::uint64_t last_use = 0;
    bool valid = false;
    bool writable = false;
    bool dirty = false;  ///< the page table knows already that the page was written
};

class Tlb {
   public:
    /// `entries` a multiple of `ways`, entries / ways and `page` powers of two. Throws ModelError
    /// otherwise.
    Tlb(std::int64_t entries, std::int64_t ways, core::Bytes page);

    /// The entry of `va`'s page, made most recently used; null on a miss. Counts either.
    TlbEntry* find(std::uint64_t va);
    /// Caches a translation: over the page's own entry, else a free way, else the least recently
    /// used one.
    void fill(std::uint64_t va, std::uint64_t pa, bool writable, bool dirty);
    /// Drops every page that touches [va, va + size).
    void invalidate(std::uint64_t va, core::Bytes size);
    void invalidate_all();

    std::int64_t capacity() const { return static_cast<std::int64_t>(entries_.size()); }
    std::int64_t occupied() const;

    /// Exact counts since construction.
    struct Counters {
        std::int64_t hits = 0;
        std::int64_t misses = 0;
        std::int64_t evictions = 0;
        std::int64_t invalidations = 0;  ///< entries dropped
    };
    const Counters& counters() const { return counters_; }

   private:
    TlbEntry* set_of(std::uint64_t page_number) {
        return entries_.data() + (page_number & set_mask_) * ways_;
    }

    std::uint64_t ways_;
    std::uint64_t set_mask_;
    int page_shift_;
    std::vector<TlbEntry> entries_;  // set by set
    std::uint64_t clock_ = 0;        // counts uses
    Counters counters_;
};

}  // namespace strata::mmu
