// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Cuts a PE's share of a weight matrix into tiles that fit a buffer. Tiles are stored one after the
// other in the order of their use, so that each is one contiguous read.
//
// A systolic array pays H+W−2 cycles per fold, so a tile is as long in k as fits and never narrower
// than the array when the matrix is not.

#include <cstdint>
#include <vector>

#include "core/units.h"
#include "models/pe/command.h"

namespace strata::runtime {

struct WeightTile {
    std::int64_t k0 = 0, k = 0;
    std::int64_t n0 = 0, n = 0;
    core::Bytes offset = 0;  ///< in the PE's shard
    core::Bytes bytes = 0;
};

struct Tiling {
    std::vector<WeightTile> tiles;  ///< column block by column block, k inside
    core::Bytes bytes = 0;          ///< end of the last tile, padding between tiles included
};

/// `array_columns`: width of the matrix engine; `alignment`: of every tile's start (NAND page).
/// Empty when not even one row of k fits into `tile` bytes.
Tiling tile_weights(std::int64_t k, std::int64_t n, models::DataType type, core::Bytes tile,
                    std::int64_t array_columns, core::Bytes alignment);

}  // namespace strata::runtime
