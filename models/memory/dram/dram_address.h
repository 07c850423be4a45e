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

    DramPlace decode(std::uint64_t address) const {
        if (!simple_) {
            return decode_pieces(address);
        }
        const auto field = [&](DramField f) {
            const Piece& piece = single_[static_cast<std::size_t>(f)];
            return address >> piece.shift & piece.mask;
        };
        const auto small = [&](DramField f) { return static_cast<std::int32_t>(field(f)); };
        return {small(DramField::kPseudoChannel),
                small(DramField::kSid),
                small(DramField::kBankGroup),
                small(DramField::kBank),
                static_cast<std::int64_t>(field(DramField::kRow)),
                small(DramField::kColumn)};
    }
    /// The first byte of the burst at `place`.
    std::uint64_t encode(const DramPlace& place) const;

   private:
    static constexpr std::size_t kFields = 7;
    using Values = std::array<std::uint64_t, kFields>;

    struct Piece {
        std::uint64_t mask;  // at bit 0
        std::uint8_t shift;  // in the address
        std::uint8_t field;
        std::uint8_t at;  // in the field
    };
    DramPlace decode_pieces(std::uint64_t address) const;
    void apply_xors(Values& values) const;

    std::vector<Piece> pieces_;
    std::array<Piece, kFields> single_{};  // by field, when every field is one piece
    bool simple_ = true;                   // … and there is no XOR
    std::vector<DramAddressMap::Xor> xors_;
    Values field_mask_{};
};

}  // namespace strata::models
