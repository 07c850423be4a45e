// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

#include "mmu/range_allocator.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "core/config.h"
#include "mmu/bits.h"
#include "mmu/fault.h"

namespace strata::mmu {
namespace {

using Kind = AllocationError::Kind;

std::uint64_t as_unsigned(core::Bytes n) {
    return static_cast<std::uint64_t>(n);
}

}  // namespace

RangeAllocator::RangeAllocator(std::string name, std::uint64_t base, core::Bytes size)
    : name_(std::move(name)), base_(base), capacity_(size) {
    if (size <= 0 || base > std::numeric_limits<std::uint64_t>::max() - as_unsigned(size)) {
        throw core::ModelError(name_ + ": cannot manage " + std::to_string(size) + " bytes at " +
                               hex(base));
    }
    free_ranges_.emplace(base, size);
}

std::optional<std::uint64_t> RangeAllocator::try_alloc(core::Bytes size, core::Bytes alignment) {
    if (size <= 0 || !is_power_of_two(alignment)) {
        throw AllocationError(Kind::kBadRequest, name_ + ": asked for " + std::to_string(size) +
                                                     " bytes aligned to " +
                                                     std::to_string(alignment) + "; " + left());
    }
    const std::uint64_t mask = as_unsigned(alignment) - 1;
    for (auto it = free_ranges_.begin(); it != free_ranges_.end(); ++it) {
        const auto [start, length] = *it;
        const core::Bytes skip = static_cast<core::Bytes>((0 - start) & mask);
        if (skip > length || length - skip < size) continue;
        const std::uint64_t address = start + as_unsigned(skip);
        const core::Bytes rest = length - skip - size;
        if (skip > 0) {
            it->second = skip;
        } else {
            free_ranges_.erase(it);
        }
        if (rest > 0) free_ranges_.emplace(address + as_unsigned(size), rest);
        used_ranges_.emplace(address, size);
        used_ += size;
        return address;
    }
    return std::nullopt;
}

std::uint64_t RangeAllocator::alloc(core::Bytes size, core::Bytes alignment) {
    const std::optional<std::uint64_t> address = try_alloc(size, alignment);
    if (!address) {
        throw AllocationError(Kind::kExhausted, name_ + ": out of space: asked for " +
                                                    core::format_size(size) + " aligned to " +
                                                    core::format_size(alignment) + "; " + left());
    }
    return *address;
}

core::Bytes RangeAllocator::free(std::uint64_t address) {
    const auto found = used_ranges_.find(address);
    if (found == used_ranges_.end()) refuse_free(address);
    const core::Bytes size = found->second;
    used_ranges_.erase(found);
    used_ -= size;

    auto [it, inserted] = free_ranges_.emplace(address, size);
    const auto next = std::next(it);
    if (next != free_ranges_.end() && address + as_unsigned(size) == next->first) {
        it->second += next->second;
        free_ranges_.erase(next);
    }
    if (it != free_ranges_.begin()) {
        const auto before = std::prev(it);
        if (before->first + as_unsigned(before->second) == address) {
            before->second += it->second;
            free_ranges_.erase(it);
        }
    }
    return size;
}

core::Bytes RangeAllocator::largest() const {
    core::Bytes most = 0;
    for (const auto& [start, size] : free_ranges_) most = std::max(most, size);
    return most;
}

std::string RangeAllocator::left() const {
    return core::format_size(available()) + " of " + core::format_size(capacity_) +
           " left, largest piece " + core::format_size(largest());
}

void RangeAllocator::refuse_free(std::uint64_t address) const {
    const std::string what = name_ + ": free of " + hex(address) + ": ";
    if (address < base_ || address - base_ >= as_unsigned(capacity_)) {
        throw AllocationError(Kind::kForeignFree,
                              what + "not an address of this allocator (" + hex(base_) + " + " +
                                  core::format_size(capacity_) + "); " + left());
    }
    const auto after = used_ranges_.upper_bound(address);
    if (after != used_ranges_.begin()) {
        const auto [start, size] = *std::prev(after);
        if (address - start < as_unsigned(size)) {
            throw AllocationError(Kind::kForeignFree,
                                  what + "inside the allocation of " + core::format_size(size) +
                                      " at " + hex(start) + ", not its start; " + left());
        }
    }
    throw AllocationError(Kind::kDoubleFree,
                          what + "it is free (freed before, or never allocated); " + left());
}

}  // namespace strata::mmu
