// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The page map and its inverse. An entry says where a logical page is: nowhere, on the flash, or in
// a slot of the write buffer (which knows its place on the flash, if any). Sparse: lines of 16
// entries appear with their first change; an untouched page costs half a byte, map and inverse.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/memory/nand/ftl.h"

namespace strata::models {

/// A sparse array of 32-bit entries; all ones at first.
class SparseEntries {
   public:
    static constexpr std::uint32_t kUnset = UINT32_MAX;

    explicit SparseEntries(std::int64_t size)
        : lines_(static_cast<std::size_t>((size + kLine - 1) / kLine)) {}

    std::uint32_t get(std::int64_t index) const {
        const std::uint32_t line = lines_[static_cast<std::size_t>(index / kLine)];
        return line == 0 ? kUnset : at(line - 1)[static_cast<std::size_t>(index % kLine)];
    }
    void set(std::int64_t index, std::uint32_t value) {
        std::uint32_t& line = lines_[static_cast<std::size_t>(index / kLine)];
        if (line == 0) {
            line = add_line();
        }
        at(line - 1)[static_cast<std::size_t>(index % kLine)] = value;
    }

   private:
    static constexpr std::int64_t kLine = 16;         // a cache line
    static constexpr std::uint32_t kSlab = 1U << 12;  // lines
    using Line = std::array<std::uint32_t, kLine>;

    Line& at(std::uint32_t line) { return slabs_[line / kSlab][line % kSlab]; }
    const Line& at(std::uint32_t line) const { return slabs_[line / kSlab][line % kSlab]; }
    /// Its number, counted from 1.
    std::uint32_t add_line() {
        if (used_ % kSlab == 0) {
            slabs_.emplace_back(new Line[kSlab]);
        }
        at(used_).fill(kUnset);
        return ++used_;
    }

    std::vector<std::uint32_t> lines_;  // number of a line; 0: not there
    std::vector<std::unique_ptr<Line[]>> slabs_;
    std::uint32_t used_ = 0;
};

/// Where a logical page is.
class MapEntry {
   public:
    static MapEntry none() { return MapEntry{SparseEntries::kUnset}; }
    static MapEntry on_flash(PageNumber page) {
        return MapEntry{page == kNoPage ? SparseEntries::kUnset : static_cast<std::uint32_t>(page)};
    }
    static MapEntry in_slot(std::int32_t slot) {
        return MapEntry{kSlot | static_cast<std::uint32_t>(slot)};
    }
    explicit MapEntry(std::uint32_t bits) : bits_(bits) {}

    bool buffered() const { return bits_ != SparseEntries::kUnset && (bits_ & kSlot) != 0; }
    std::int32_t slot() const { return static_cast<std::int32_t>(bits_ & ~kSlot); }
    /// kNoPage when nowhere; not for a buffered page.
    PageNumber page() const { return bits_ == SparseEntries::kUnset ? kNoPage : bits_; }
    std::uint32_t bits() const { return bits_; }

   private:
    static constexpr std::uint32_t kSlot = 1U << 31;
    std::uint32_t bits_;
};

class FtlMap {
   public:
    FtlMap(std::int64_t logical_pages, std::int64_t physical_pages)
        : map_(logical_pages), owners_(physical_pages) {}

    MapEntry at(LogicalPage page) const { return MapEntry{map_.get(page)}; }
    void set(LogicalPage page, MapEntry entry) { map_.set(page, entry.bits()); }

    /// Whose current data the flash page holds; kNoLogicalPage: nobody's.
    LogicalPage owner(PageNumber page) const {
        const std::uint32_t owner = owners_.get(page);
        return owner == SparseEntries::kUnset ? kNoLogicalPage : owner;
    }
    void set_owner(PageNumber page, LogicalPage owner) {
        owners_.set(page, static_cast<std::uint32_t>(owner));
    }

   private:
    SparseEntries map_;
    SparseEntries owners_;
};

}  // namespace strata::models
