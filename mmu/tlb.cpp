// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

#include "mmu/tlb.h"

#include <algorithm>
#include <string>

#include "core/diagnostics.h"
#include "mmu/bits.h"

namespace strata::mmu {
Tlb::Tlb(std::int64_t entries, std::int64_t ways, core::Bytes page) {
    if (ways <= 0 || entries <= 0 || entries % ways != 0 || !is_power_of_two(entries / ways) ||
        !is_power_of_two(page)) {
        throw core::ModelError("tlb: " + std::to_string(entries) + " entries in " +
                               std::to_string(ways) + " ways for pages of " + std::to_string(page) +
                               " bytes");
    }
    ways_ = static_cast<std::uint64_t>(ways);
    set_mask_ = static_cast<std::uint64_t>(entries / ways) - 1;
    page_shift_ = log2_of(page);
    entries_.resize(static_cast<std::size_t>(entries));
}

TlbEntry* Tlb::find(std::uint64_t va) {
    const std::uint64_t page_number = va >> page_shift_;
    TlbEntry* const set = set_of(page_number);
    for (TlbEntry* e = set; e != set + ways_; ++e) {
        if (e->valid && e->page_number == page_number) {
            e->last_use = ++clock_;
            ++counters_.hits;
            return e;
        }
    }
    ++counters_.misses;
    return nullptr;
}

void Tlb::fill(std::uint64_t va, std::uint64_t pa, bool writable, bool dirty) {
    const std::uint64_t page_number = va >> page_shift_;
    TlbEntry* const set = set_of(page_number);
    TlbEntry* victim = set;
    for (TlbEntry* e = set; e != set + ways_; ++e) {
        if (e->valid && e->page_number == page_number) {
            victim = e;
            break;
        }
        // An invalid entry has last_use 0, older than any use.
        if (e->last_use < victim->last_use) victim = e;
    }
    if (victim->valid && victim->page_number != page_number) ++counters_.evictions;
    *victim = TlbEntry{page_number, pa, ++clock_, true, writable, dirty};
}

void Tlb::invalidate(std::uint64_t va, core::Bytes size) {
    if (size <= 0) return;
    const std::uint64_t first = va >> page_shift_;
    const std::uint64_t last = (va + static_cast<std::uint64_t>(size) - 1) >> page_shift_;
    for (TlbEntry& e : entries_) {
        if (e.valid && e.page_number >= first && e.page_number <= last) {
            e = TlbEntry{};
            ++counters_.invalidations;
        }
    }
}

void Tlb::invalidate_all() {
    counters_.invalidations += occupied();
    std::fill(entries_.begin(), entries_.end(), TlbEntry{});
}

std::int64_t Tlb::occupied() const {
    return std::count_if(entries_.begin(), entries_.end(),
                         [](const TlbEntry& e) { return e.valid; });
}

}  // namespace strata::mmu
