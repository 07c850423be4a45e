// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The page map and its inverse. An entry says where a logical page is: nowhere, on the flash, or in
// a slot of the write buffer (which knows its place on the flash, if any). Sparse: pieces of 4 Ki
// entries appear with their first change, so that untouched pages cost 1/512 byte.

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
        : pieces_(static_cast<std::size_t>((size + kPiece - 1) / kPiece)) {}

    std::uint32_t get(std::int64_t index) const {
        const auto& piece = pieces_[static_cast<std::size_t>(index / kPiece)];
        return piece ? piece[static_cast<std::size_t>(index % kPiece)] : kUnset;
    }
    void set(std::int64_t index, std::uint32_t value) {
        auto& piece = pieces_[static_cast<std::size_t>(index / kPiece)];
        if (!piece) {
            piece.reset(new std::uint32_t[kPiece]);
            std::fill_n(piece.get(), kPiece, kUnset);
        }
        piece[static_cast<std::size_t>(index % kPiece)] = value;
    }

   private:
    static constexpr std::int64_t kPiece = 4096;
    std::vector<std::unique_ptr<std::uint32_t[]>> pieces_;
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
