// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_address.h"

namespace strata::models {

namespace {

constexpr std::array<const char*, 7> kNames = {"byte", "pseudo_channel", "sid", "bank_group",
                                               "bank", "column",         "row"};

constexpr std::size_t index(DramField field) {
    return static_cast<std::size_t>(field);
}

std::array<std::int64_t, 7> sizes_of(const DramOrganisation& o) {
    return {o.burst,           o.pseudo_channels, o.sids, o.bank_groups,
            o.banks_per_group, o.columns,         o.rows};
}

}  // namespace

std::string check_address_map(const DramAddressMap& map, const DramOrganisation& organisation) {
    std::array<std::int32_t, 7> bits{};
    std::int32_t total = 0;
    for (const DramAddressMap::Field& field : map.fields) {
        if (field.bits < 0 || (total += field.bits) > 60) {
            return "fields of a sensible width are needed";
        }
        bits[index(field.field)] += field.bits;
    }
    const auto sizes = sizes_of(organisation);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (std::int64_t{1} << bits[i] != sizes[i]) {
            return std::string(kNames[i]) + " has " + std::to_string(bits[i]) +
                   " bits, but the organisation has " + std::to_string(sizes[i]) + " of it";
        }
    }
    // A XOR is undone by itself as long as its source is not its own target.
    for (const DramAddressMap::Xor& x : map.xors) {
        if (x.target == x.source || x.target == DramField::kByte || x.source == DramField::kByte ||
            x.source_shift < 0 || x.source_shift > 60) {
            return std::string("the xor of ") + kNames[index(x.target)] + " cannot be undone";
        }
    }
    return {};
}

DramAddressDecoder::DramAddressDecoder(const DramAddressMap& map) : xors_(map.xors) {
    simple_ = xors_.empty();
    std::array<std::uint8_t, kFields> at{};
    std::uint8_t shift = 0;
    for (const DramAddressMap::Field& field : map.fields) {
        if (field.bits == 0) {
            continue;
        }
        const std::size_t i = index(field.field);
        const std::uint64_t mask = (std::uint64_t{1} << field.bits) - 1;
        simple_ = simple_ && at[i] == 0;
        pieces_.push_back({mask, shift, static_cast<std::uint8_t>(i), at[i]});
        single_[i] = pieces_.back();
        field_mask_[i] |= mask << at[i];
        at[i] = static_cast<std::uint8_t>(at[i] + field.bits);
        shift = static_cast<std::uint8_t>(shift + field.bits);
    }
}

DramPlace DramAddressDecoder::decode_pieces(std::uint64_t address) const {
    Values values{};
    for (const Piece& piece : pieces_) {
        values[piece.field] |= (address >> piece.shift & piece.mask) << piece.at;
    }
    apply_xors(values);
    const auto small = [&](DramField field) {
        return static_cast<std::int32_t>(values[index(field)]);
    };
    return {small(DramField::kPseudoChannel),
            small(DramField::kSid),
            small(DramField::kBankGroup),
            small(DramField::kBank),
            static_cast<std::int64_t>(values[index(DramField::kRow)]),
            small(DramField::kColumn)};
}

std::uint64_t DramAddressDecoder::encode(const DramPlace& place) const {
    Values values{};
    values[index(DramField::kPseudoChannel)] = static_cast<std::uint64_t>(place.pc);
    values[index(DramField::kSid)] = static_cast<std::uint64_t>(place.sid);
    values[index(DramField::kBankGroup)] = static_cast<std::uint64_t>(place.bg);
    values[index(DramField::kBank)] = static_cast<std::uint64_t>(place.bank);
    values[index(DramField::kRow)] = static_cast<std::uint64_t>(place.row);
    values[index(DramField::kColumn)] = static_cast<std::uint64_t>(place.column);
    for (auto x = xors_.rbegin(); x != xors_.rend(); ++x) {
        const std::size_t target = index(x->target);
        values[target] ^= values[index(x->source)] >> x->source_shift & field_mask_[target];
    }
    std::uint64_t address = 0;
    for (const Piece& piece : pieces_) {
        address |= (values[piece.field] >> piece.at & piece.mask) << piece.shift;
    }
    return address;
}

void DramAddressDecoder::apply_xors(Values& values) const {
    for (const DramAddressMap::Xor& x : xors_) {
        const std::size_t target = index(x.target);
        values[target] ^= values[index(x.source)] >> x.source_shift & field_mask_[target];
    }
}

}  // namespace strata::models
