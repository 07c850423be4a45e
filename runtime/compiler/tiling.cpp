// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/tiling.h"

#include <algorithm>
#include <numeric>

namespace strata::runtime {
namespace {

core::Bytes tile_bytes(std::int64_t k, std::int64_t n, models::DataType type) {
    return core::ceil_div(k * n * models::bits(type), 8);
}

// Rows of k in a tile of n columns: all when they fit, else as many as fit, in whole pages where
// that is possible, so that a page holds one tile only and no page is half empty.
std::int64_t tile_rows(std::int64_t k, std::int64_t n, models::DataType type, core::Bytes tile,
                       core::Bytes alignment) {
    const std::int64_t row_bits = n * models::bits(type);
    const std::int64_t most = tile * 8 / row_bits;
    if (most >= k) {
        return k;
    }
    const std::int64_t granule = alignment * 8 / std::gcd(alignment * 8, row_bits);
    return most >= granule ? most / granule * granule : most;
}

}  // namespace

Tiling tile_weights(std::int64_t k, std::int64_t n, models::DataType type, core::Bytes tile,
                    std::int64_t array_columns, core::Bytes alignment) {
    // Widest block of whole array widths that still holds all of k; at least one array width.
    const std::int64_t fitting = tile * 8 / (k * models::bits(type));
    const std::int64_t width =
        std::min(n, std::max(array_columns, fitting / array_columns * array_columns));
    Tiling tiling;
    for (std::int64_t n0 = 0; n0 < n; n0 += width) {
        const std::int64_t columns = std::min(width, n - n0);
        const std::int64_t rows = tile_rows(k, columns, type, tile, alignment);
        if (rows == 0) {
            return {};
        }
        for (std::int64_t k0 = 0; k0 < k; k0 += rows) {
            const std::int64_t depth = std::min(rows, k - k0);
            const core::Bytes offset = core::ceil_div(tiling.bytes, alignment) * alignment;
            const core::Bytes bytes = tile_bytes(depth, columns, type);
            tiling.tiles.push_back({k0, depth, n0, columns, offset, bytes});
            tiling.bytes = offset + bytes;
        }
    }
    return tiling;
}

}  // namespace strata::runtime
