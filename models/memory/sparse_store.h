// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes of a memory in functional mode. Pages are allocated on first write; bytes never written
// read as 0.

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "core/units.h"

namespace strata::models {

class SparseStore {
   public:
    void write(std::uint64_t address, const std::uint8_t* data, core::Bytes bytes);
    void read(std::uint64_t address, std::uint8_t* data, core::Bytes bytes) const;
    core::Bytes allocated() const { return static_cast<core::Bytes>(pages_.size()) * kPage; }

   private:
    static constexpr core::Bytes kPage = 64 * core::kKiB;
    using Page = std::array<std::uint8_t, static_cast<std::size_t>(kPage)>;

    // Only looked up, never iterated over: the order of an unordered map must not show.
    std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
};

}  // namespace strata::models
