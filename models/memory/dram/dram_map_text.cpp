// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_map_text.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>

namespace strata::models {

namespace {

constexpr std::size_t kFields = 7;
constexpr std::array<const char*, kFields> kNames = {"byte", "pseudo_channel", "sid", "bank_group",
                                                     "bank", "column",         "row"};

using Error = std::function<void(const std::string&)>;

std::size_t index_of(DramField field) {
    return static_cast<std::size_t>(field);
}

std::string without_blanks(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (std::isspace(static_cast<unsigned char>(c)) == 0) {
            result += c;
        }
    }
    return result;
}

std::optional<DramField> field_of(const std::string& name) {
    for (std::size_t i = 0; i < kFields; ++i) {
        if (name == kNames[i]) {
            return static_cast<DramField>(i);
        }
    }
    return {};
}

/// A number of 0…62, or nothing.
std::optional<std::int32_t> small_number(const std::string& text) {
    if (text.empty() || text.size() > 2 ||
        text.find_first_not_of("0123456789") != std::string::npos) {
        return {};
    }
    const int value = std::atoi(text.c_str());
    return value <= 62 ? std::optional<std::int32_t>(value) : std::nullopt;
}

std::array<std::int64_t, kFields> sizes_of(const DramOrganisation& o) {
    return {o.burst,           o.pseudo_channels, o.sids, o.bank_groups,
            o.banks_per_group, o.columns,         o.rows};
}

std::int32_t bits_of(std::int64_t count) {
    std::int32_t bits = 0;
    while ((std::int64_t{1} << bits) < count) {
        ++bits;
    }
    return bits;
}

std::vector<DramAddressMap::Field> resolve_fields(const DramMapText& text,
                                                  const DramOrganisation& organisation,
                                                  const Error& error) {
    std::vector<DramAddressMap::Field> fields;
    const auto sizes = sizes_of(organisation);
    std::array<std::int32_t, kFields> left{};
    for (std::size_t i = 0; i < kFields; ++i) {
        left[i] = bits_of(sizes[i]);
    }
    for (const std::string& written : text.fields) {
        const std::string item = without_blanks(written);
        const std::size_t colon = item.find(':');
        const auto field = field_of(item.substr(0, colon));
        if (!field) {
            error("'" + written +
                  "': the fields are byte, pseudo_channel, sid, bank_group, "
                  "bank, column and row");
            continue;
        }
        std::int32_t& rest = left[index_of(*field)];
        const auto bits = colon == std::string::npos ? std::optional<std::int32_t>(rest)
                                                     : small_number(item.substr(colon + 1));
        if (!bits) {
            error("'" + written + "': expected a number of bits after ':'");
            continue;
        }
        rest -= *bits;
        if (*bits > 0) {
            fields.push_back({*field, *bits});
        }
    }
    for (std::size_t i = 0; i < kFields; ++i) {
        if (left[i] != 0) {
            error(fmt::format("{} has {} bits; the organisation has {}", kNames[i],
                              bits_of(sizes[i]) - left[i], bits_of(sizes[i])));
        }
    }
    return fields;
}

void resolve_xors(const DramMapText& text, DramAddressMap& map, const Error& error) {
    for (const std::string& written : text.xors) {
        const std::string item = without_blanks(written);
        const std::size_t sign = item.find("^=");
        const std::size_t shift = item.find(">>");
        const auto target = field_of(item.substr(0, sign));
        const auto source = sign == std::string::npos
                                ? std::nullopt
                                : field_of(item.substr(sign + 2, shift - sign - 2));
        const auto by = shift == std::string::npos ? std::optional<std::int32_t>(0)
                                                   : small_number(item.substr(shift + 2));
        if (!target || !source || !by) {
            error("'" + written + "': expected the form 'bank ^= row >> 2'");
        } else if (target == source || target == DramField::kByte || source == DramField::kByte) {
            error("'" + written + "': target and source must be two fields other than byte");
        } else {
            map.xors.push_back({*target, *source, *by});
        }
    }
}

/// Widths already agree with the organisation: what is left are counts that are no power of two.
void check_counts(const DramAddressMap& map, const DramOrganisation& organisation,
                  const Error& error) {
    const auto sizes = sizes_of(organisation);
    for (std::size_t i = 0; i < kFields; ++i) {
        if ((sizes[i] & (sizes[i] - 1)) == 0) {
            continue;
        }
        if (static_cast<DramField>(i) != DramField::kRow) {
            error(fmt::format("{}: {} is no power of two", kNames[i], sizes[i]));
            continue;
        }
        std::size_t pieces = 0;
        for (const auto& field : map.fields) {
            pieces += field.field == DramField::kRow ? 1 : 0;
        }
        bool changed = pieces != 1 || map.fields.back().field != DramField::kRow;
        for (const auto& x : map.xors) {
            changed = changed || x.target == DramField::kRow;
        }
        if (changed) {
            error(
                "with rows that are no power of two, row must be the highest field, in one "
                "piece, and no XOR's target");
        }
    }
}

}  // namespace

DramMapText read_map_text(core::Section s) {
    DramMapText text;
    text.fields = s.strings("fields");
    text.xors = s.strings("xor", std::vector<std::string>{});
    s.finish();
    return text;
}

DramAddressMap resolve_map(const DramMapText& text, const DramOrganisation& organisation,
                           const Error& error) {
    DramAddressMap map;
    map.fields = resolve_fields(text, organisation, error);
    resolve_xors(text, map, error);
    check_counts(map, organisation, error);
    return map;
}

}  // namespace strata::models
