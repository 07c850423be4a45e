// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Byte address inside a DRAM channel ↔ place of the burst, by the address map's list of bit fields.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/memory/dram/dram_timing.h"

namespace strata::models {

/// Empty when the map is a bijection over the channel; else why not, for the user.
std::string check_address_map(const DramAddressMap& map, const DramOrganisation& organisation);

class DramAddressDecoder {
   public:
    /// The map must have passed check_address_map.
    explicit DramAddressDecoder(const DramAddressMap& map);

    DramPlace decode(std::uint64_t address) const;
    /// The first byte of the burst at `place`.
    std::uint64_t encode(const DramPlace& place) const;

   private:
    static constexpr std::size_t kFields = 7;
    using Values = std::array<std::uint64_t, kFields>;

    struct Piece {
        std::uint64_t mask;  // at bit 0
        std::uint8_t shift;  // in the address
        std::uint8_t field;
        std::uint8_t at;     // in the field
    };
    void apply_xors(Values& values) const;

    std::vector<Piece> pieces_;
    std::vector<DramAddressMap::Xor> xors_;
    Values field_mask_{};
};

}  // namespace strata::models
