// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tightly coupled memory of a PE: capacity checks always, bytes in functional mode.
// What is not modelled: banks and their conflicts between engines (assumption: banked widely
// enough that the engines, the DMA and the network side do not disturb each other).

#include <cstdint>
#include <cstring>
#include <vector>

#include "core/diagnostics.h"
#include "core/units.h"

namespace strata::models {

class Tcm {
   public:
    Tcm(core::Bytes capacity, bool functional)
        : capacity_(capacity), bytes_(functional ? static_cast<std::size_t>(capacity) : 0) {}

    core::Bytes capacity() const { return capacity_; }
    bool functional() const { return !bytes_.empty(); }

    /// Whether `count` ≥ 0 bytes from `address` on lie inside.
    bool contains(std::uint64_t address, core::Bytes count) const {
        const auto size = static_cast<std::uint64_t>(capacity_);
        return count >= 0 && address <= size && static_cast<std::uint64_t>(count) <= size - address;
    }
    void read(std::uint64_t address, void* out, core::Bytes count) const {
        check(address, count);
        std::memcpy(out, bytes_.data() + address, static_cast<std::size_t>(count));
    }
    void write(std::uint64_t address, const void* in, core::Bytes count) {
        check(address, count);
        std::memcpy(bytes_.data() + address, in, static_cast<std::size_t>(count));
    }
    template <typename T>
    T load(std::uint64_t address) const {
        T value;
        read(address, &value, sizeof(T));
        return value;
    }
    template <typename T>
    void store(std::uint64_t address, T value) {
        write(address, &value, sizeof(T));
    }

   private:
    void check(std::uint64_t address, core::Bytes count) const {
        if (!functional() || !contains(address, count)) {
            throw core::ModelError("TCM bytes outside the memory or in timing mode");
        }
    }
    core::Bytes capacity_;
    std::vector<std::uint8_t> bytes_;
};

}  // namespace strata::models
