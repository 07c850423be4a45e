// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

#include "mmu/page_table.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "core/diagnostics.h"
#include "mmu/bits.h"

namespace strata::mmu {
namespace {

constexpr std::uint64_t kAccessed = 1;
constexpr std::uint64_t kDirty = 2;
constexpr std::uint64_t kPagesPerWord = 32;

bool wraps(std::uint64_t start, core::Bytes size) {
    return start > std::numeric_limits<std::uint64_t>::max() - static_cast<std::uint64_t>(size);
}

/// Lowest address that two entries of one request share.
template <typename Entry>
MapResult find_repeat(const std::vector<Entry>& entries, MapError error) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
    ranges.reserve(entries.size());
    for (const Entry& e : entries) {
        ranges.emplace_back(e.va, e.va + static_cast<std::uint64_t>(e.size));
    }
    std::sort(ranges.begin(), ranges.end());
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        if (ranges[i].first < ranges[i - 1].second) return {error, ranges[i].first};
    }
    return {};
}

}  // namespace

/// Accessed and dirty of the pages of one mapping, found by VA, so that the runs it is cut into
/// share it.
struct PageTable::PageBits {
    PageBits(std::uint64_t first, std::uint64_t pages)
        : first_page(first), words((pages + kPagesPerWord - 1) / kPagesPerWord) {}

    std::uint64_t get(std::uint64_t page) const {
        const std::uint64_t i = page - first_page;
        return words[i / kPagesPerWord] >> (i % kPagesPerWord * 2) & 3;
    }
    std::uint64_t set(std::uint64_t page, std::uint64_t bits) {
        const std::uint64_t i = page - first_page;
        words[i / kPagesPerWord] |= bits << (i % kPagesPerWord * 2);
        return get(page);
    }

    std::uint64_t first_page;
    std::vector<std::uint64_t> words;
};

PageTable::PageTable(core::Bytes page)
    : page_(page), page_mask_(static_cast<std::uint64_t>(page) - 1), page_shift_(log2_of(page)) {
    if (!is_power_of_two(page)) {
        throw core::ModelError("page table: page size " + std::to_string(page) +
                               " is not a power of two");
    }
}

const PageTable::Run* PageTable::find(std::uint64_t va) const {
    auto it = runs_.upper_bound(va);
    if (it == runs_.begin()) return nullptr;
    const Run& run = std::prev(it)->second;
    return va < run.pte.end() ? &run : nullptr;
}

const Pte* PageTable::lookup(std::uint64_t va) const {
    const Run* run = find(va);
    return run == nullptr ? nullptr : &run->pte;
}

FaultKind PageTable::check(std::uint64_t va, bool write) const {
    const Pte* pte = lookup(va);
    return pte == nullptr ? FaultKind::kMiss : pte->check(write);
}

bool PageTable::accessed(std::uint64_t va) const {
    const Run* run = find(va);
    return run != nullptr && (run->bits->get(va >> page_shift_) & kAccessed) != 0;
}

bool PageTable::dirty(std::uint64_t va) const {
    const Run* run = find(va);
    return run != nullptr && (run->bits->get(va >> page_shift_) & kDirty) != 0;
}

bool PageTable::touch(std::uint64_t va, bool write) {
    const Run* run = find(va);
    if (run == nullptr) throw core::ModelError(describe_fault(FaultKind::kMiss, va, write));
    const std::uint64_t bits = write ? kAccessed | kDirty : kAccessed;
    return (run->bits->set(va >> page_shift_, bits) & kDirty) != 0;
}

MapResult PageTable::check_range(std::uint64_t va, core::Bytes size) const {
    if (!aligned(va)) return {MapError::kMisaligned, va};
    if (size <= 0 || wraps(va, size)) return {MapError::kBadRange, va};
    const std::uint64_t end = va + static_cast<std::uint64_t>(size);
    if (!aligned(end)) return {MapError::kMisaligned, end};
    return {};
}

MapResult PageTable::check_free(const MapEntry& entry) const {
    if (const MapResult r = check_range(entry.va, entry.size); !r.ok()) return r;
    if (!aligned(entry.pa)) return {MapError::kMisaligned, entry.pa};
    if (wraps(entry.pa, entry.size)) return {MapError::kBadRange, entry.pa};
    if (find(entry.va) != nullptr) return {MapError::kOverlap, entry.va};
    const auto next = runs_.lower_bound(entry.va);
    const std::uint64_t end = entry.va + static_cast<std::uint64_t>(entry.size);
    if (next != runs_.end() && next->first < end) return {MapError::kOverlap, next->first};
    return {};
}

template <typename Refuse>
MapResult PageTable::check_mapped(std::uint64_t va, core::Bytes size, Refuse refuse) const {
    if (const MapResult r = check_range(va, size); !r.ok()) return r;
    const std::uint64_t end = va + static_cast<std::uint64_t>(size);
    while (va < end) {
        const Pte* pte = lookup(va);
        if (pte == nullptr) return {MapError::kNotMapped, va};
        if (const MapError error = refuse(*pte); error != MapError::kNone) return {error, va};
        va = pte->end();
    }
    return {};
}

MapResult PageTable::map_all(const std::vector<MapEntry>& entries) {
    for (const MapEntry& e : entries) {
        if (const MapResult r = check_free(e); !r.ok()) return r;
    }
    if (const MapResult r = find_repeat(entries, MapError::kOverlap); !r.ok()) return r;
    for (const MapEntry& e : entries) {
        const Pte pte{e.va, e.pa, e.size, 0, e.file_id, e.writable, e.in_flight};
        const auto pages = static_cast<std::uint64_t>(e.size) >> page_shift_;
        runs_[e.va] = Run{pte, std::make_shared<PageBits>(e.va >> page_shift_, pages)};
        mapped_bytes_ += e.size;
    }
    return {};
}

MapResult PageTable::unmap_all(const std::vector<UnmapEntry>& entries) {
    const auto refuse = [](const Pte& pte) {
        return pte.pins > 0 ? MapError::kPinned : MapError::kNone;
    };
    for (const UnmapEntry& e : entries) {
        if (const MapResult r = check_mapped(e.va, e.size, refuse); !r.ok()) return r;
    }
    if (const MapResult r = find_repeat(entries, MapError::kNotMapped); !r.ok()) return r;
    for (const UnmapEntry& e : entries) erase(e.va, e.size);
    return {};
}

MapResult PageTable::set_in_flight(std::uint64_t va, core::Bytes size, bool in_flight) {
    const MapResult r = check_mapped(va, size, [](const Pte&) { return MapError::kNone; });
    if (r.ok()) change(va, size, [in_flight](Pte& pte) { pte.in_flight = in_flight; });
    return r;
}

MapResult PageTable::pin(std::uint64_t va, core::Bytes size) {
    const MapResult r = check_mapped(va, size, [](const Pte&) { return MapError::kNone; });
    if (r.ok()) change(va, size, [](Pte& pte) { ++pte.pins; });
    return r;
}

MapResult PageTable::unpin(std::uint64_t va, core::Bytes size) {
    const MapResult r = check_mapped(va, size, [](const Pte& pte) {
        return pte.pins == 0 ? MapError::kNotPinned : MapError::kNone;
    });
    if (r.ok()) change(va, size, [](Pte& pte) { --pte.pins; });
    return r;
}

template <typename Change>
void PageTable::change(std::uint64_t va, core::Bytes size, Change change_run) {
    const std::uint64_t end = va + static_cast<std::uint64_t>(size);
    const auto last = split(end);
    for (auto it = split(va); it != last; ++it) change_run(it->second.pte);
    join(va, end);
}

void PageTable::erase(std::uint64_t va, core::Bytes size) {
    const auto last = split(va + static_cast<std::uint64_t>(size));
    runs_.erase(split(va), last);
    mapped_bytes_ -= size;
}

/// Cuts the run around `va` in two; yields the first run that starts at or after `va`.
PageTable::Runs::iterator PageTable::split(std::uint64_t va) {
    const auto next = runs_.lower_bound(va);
    if (next == runs_.begin()) return next;
    Run& left = std::prev(next)->second;
    if (va >= left.pte.end()) return next;
    Run right = left;
    right.pte.va = va;
    right.pte.pa = left.pte.pa_of(va);
    right.pte.size = static_cast<core::Bytes>(left.pte.end() - va);
    left.pte.size -= right.pte.size;
    return runs_.emplace_hint(next, va, std::move(right));
}

/// Joins the runs that touch [begin, end] where they are one mapping with equal attributes again.
void PageTable::join(std::uint64_t begin, std::uint64_t end) {
    auto it = runs_.lower_bound(begin);
    if (it != runs_.begin()) --it;
    while (it != runs_.end()) {
        const auto next = std::next(it);
        if (next == runs_.end() || next->first > end) return;
        Pte& left = it->second.pte;
        const Pte& right = next->second.pte;
        // Runs of one mapping share its bits; their PAs are then consecutive if their VAs are.
        if (it->second.bits == next->second.bits && left.end() == right.va &&
            left.pins == right.pins && left.in_flight == right.in_flight) {
            left.size += right.size;
            runs_.erase(next);
        } else {
            it = next;
        }
    }
}

}  // namespace strata::mmu
