// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/matrix_engine.h"

#include <vector>

namespace strata::models {

using core::Bytes;
using core::ceil_div;

namespace {

Bytes bytes_of(std::int64_t elements, DataType type) {
    return ceil_div(elements * bits(type), 8);
}

template <typename In, typename Out>
void multiply(const Gemm& g, Tcm& tcm) {
    const auto m = static_cast<std::size_t>(g.m);
    const auto n = static_cast<std::size_t>(g.n);
    const auto k = static_cast<std::size_t>(g.k);
    std::vector<In> a(m * k);
    std::vector<In> b(k * n);
    std::vector<Out> c(m * n, Out{0});
    tcm.read(g.a, a.data(), static_cast<Bytes>(a.size() * sizeof(In)));
    tcm.read(g.b, b.data(), static_cast<Bytes>(b.size() * sizeof(In)));
    if (g.accumulate) {
        tcm.read(g.c, c.data(), static_cast<Bytes>(c.size() * sizeof(Out)));
    }
    for (std::size_t row = 0; row < m; ++row) {
        for (std::size_t inner = 0; inner < k; ++inner) {
            const Out left = static_cast<Out>(a[row * k + inner]);
            for (std::size_t col = 0; col < n; ++col) {
                c[row * n + col] += left * static_cast<Out>(b[inner * n + col]);
            }
        }
    }
    tcm.write(g.c, c.data(), static_cast<Bytes>(c.size() * sizeof(Out)));
}

}  // namespace

DataType accumulator(DataType type) {
    const bool integer =
        type == DataType::kInt4 || type == DataType::kInt8 || type == DataType::kInt32;
    return integer ? DataType::kInt32 : DataType::kFp32;
}

std::int64_t MatrixEngine::output_stationary_cycles(const Gemm& g) const {
    const std::int64_t folds = ceil_div(g.m, config_.rows) * ceil_div(g.n, config_.cols);
    return folds * (g.k + config_.rows + config_.cols - 2) - 1;
}

std::int64_t MatrixEngine::weight_stationary_cycles(const Gemm& g) const {
    const std::int64_t folds = ceil_div(g.k, config_.rows) * ceil_div(g.n, config_.cols);
    return folds * (g.m + 2 * config_.rows + config_.cols - 2) - 1;
}

MatrixEngine::Cost MatrixEngine::cost(const Gemm& g) const {
    using Flow = MatrixConfig::Dataflow;
    const std::int64_t os = output_stationary_cycles(g);
    const std::int64_t ws = weight_stationary_cycles(g);
    const bool output = config_.dataflow == Flow::kOutputStationary ||
                        (config_.dataflow == Flow::kAuto && os <= ws);
    Cost cost;
    cost.cycles = output ? os : ws;
    cost.macs = g.m * g.n * g.k;
    const std::int64_t col_folds = ceil_div(g.n, config_.cols);
    const Bytes a = bytes_of(g.m * g.k, g.type) * col_folds;
    const Bytes b = bytes_of(g.k * g.n, g.type);
    const Bytes c = bytes_of(g.m * g.n, accumulator(g.type));
    if (output) {
        cost.tcm_bytes = a + b * ceil_div(g.m, config_.rows) + c * (g.accumulate ? 2 : 1);
    } else {  // every fold along k but the first adds to the partial sums in the TCM
        const std::int64_t passes = ceil_div(g.k, config_.rows);
        cost.tcm_bytes = a + b + c * (2 * passes - (g.accumulate ? 0 : 1));
    }
    return cost;
}

bool MatrixEngine::fits(const Gemm& g, const Tcm& tcm) {
    constexpr std::int64_t kLimit = std::int64_t{1} << 28;  // far beyond any TCM, no overflow
    if (g.m <= 0 || g.n <= 0 || g.k <= 0 || g.m > kLimit || g.n > kLimit || g.k > kLimit) {
        return false;
    }
    return tcm.contains(g.a, bytes_of(g.m * g.k, g.type)) &&
           tcm.contains(g.b, bytes_of(g.k * g.n, g.type)) &&
           tcm.contains(g.c, bytes_of(g.m * g.n, accumulator(g.type)));
}

void MatrixEngine::execute(const Gemm& g, Tcm& tcm) {
    if (g.type == DataType::kInt8) {
        multiply<std::int8_t, std::int32_t>(g, tcm);
    } else if (g.type == DataType::kFp32) {
        multiply<float, float>(g, tcm);
    }
}

}  // namespace strata::models
