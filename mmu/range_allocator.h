// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Purpose: hands out ranges of an address space: virtual addresses of a context, physical
// addresses of a memory.
// Modelled: first fit at the lowest address, coalescing of free neighbours, exact accounting.
// Not modelled: time; a runtime call's latency is charged by the runtime.
// Units: bytes.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/diagnostics.h"
#include "core/units.h"

namespace strata::mmu {

/// A request an allocator refused; nothing has changed. The message names the allocator, what was
/// asked and what is left.
class AllocationError : public core::UserError {
   public:
    enum class Kind : std::uint8_t {
        kBadRequest,   ///< size not positive, or alignment not a power of two
        kExhausted,    ///< no free piece is large enough
        kDoubleFree,   ///< the address is free: freed before, or never handed out
        kForeignFree,  ///< not the start of an allocation of this allocator
    };
    AllocationError(Kind kind, const std::string& message) : UserError(message), kind_(kind) {}
    Kind kind() const { return kind_; }

   private:
    Kind kind_;
};

class RangeAllocator {
   public:
    /// Manages [base, base + size); `name` stands in messages (`dram of sip0.cube1`). Throws
    /// ModelError when the range is empty or wraps.
    RangeAllocator(std::string name, std::uint64_t base, core::Bytes size);

    /// Lowest free range of `size` bytes at a multiple of `alignment` (power of two). Throws
    /// AllocationError.
    std::uint64_t alloc(core::Bytes size, core::Bytes alignment = 1);
    /// The same, empty when exhausted, for callers that wait. Throws on a bad request.
    std::optional<std::uint64_t> try_alloc(core::Bytes size, core::Bytes alignment = 1);
    /// Returns what alloc gave; yields its size. Throws AllocationError.
    core::Bytes free(std::uint64_t address);

    const std::string& name() const { return name_; }
    std::uint64_t base() const { return base_; }
    core::Bytes capacity() const { return capacity_; }
    core::Bytes used() const { return used_; }
    core::Bytes available() const { return capacity_ - used_; }
    /// Largest free piece; O(pieces).
    core::Bytes largest() const;
    std::size_t allocations() const { return used_ranges_.size(); }
    std::size_t free_pieces() const { return free_ranges_.size(); }

   private:
    using Ranges = std::map<std::uint64_t, core::Bytes>;  // start → size

    std::string left() const;
    [[noreturn]] void refuse_free(std::uint64_t address) const;

    std::string name_;
    std::uint64_t base_;
    core::Bytes capacity_;
    core::Bytes used_ = 0;
    Ranges free_ranges_;  // never adjacent
    Ranges used_ranges_;
};

}  // namespace strata::mmu
