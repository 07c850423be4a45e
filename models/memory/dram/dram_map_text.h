// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A DRAM address map as written in YAML: bit fields from low to high, `[byte:6, bank_group:2,
// column:7, bank:2, row]` (without a width: the bits of the field that are left), and XORs applied
// after that in order, `[bank ^= row, bank_group ^= row >> 2]`.

#include <functional>
#include <string>
#include <vector>

#include "core/config.h"
#include "models/memory/dram/dram_timing.h"

namespace strata::models {

struct DramMapText {
    std::vector<std::string> fields;
    std::vector<std::string> xors;
};

/// Reads the keys `fields` and `xor` of a mapping.
DramMapText read_map_text(core::Section s);

/// Text → map, checked to be a bijection between [0, channel_capacity) and the places of the
/// organisation; `error` gets what is wrong. Only the number of rows may be no power of two, and
/// only with the row on top and no XOR into it.
DramAddressMap resolve_map(const DramMapText& text, const DramOrganisation& organisation,
                           const std::function<void(const std::string&)>& error);

}  // namespace strata::models
