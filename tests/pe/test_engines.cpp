// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Matrix and vector engine: closed forms against a systolic array moved register by register.

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "models/pe/matrix_engine.h"
#include "models/pe/vector_engine.h"

namespace strata::models {
namespace {

using Grid = std::vector<std::vector<std::int64_t>>;

Grid random_grid(core::RandomStream& random, std::int64_t rows, std::int64_t cols) {
    Grid grid(static_cast<std::size_t>(rows),
              std::vector<std::int64_t>(static_cast<std::size_t>(cols)));
    for (auto& row : grid) {
        for (auto& value : row) {
            value = static_cast<std::int64_t>(random.below(9)) - 4;
        }
    }
    return grid;
}

Grid product(const Grid& a, const Grid& b) {
    Grid c(a.size(), std::vector<std::int64_t>(b[0].size(), 0));
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < b[0].size(); ++j) {
            for (std::size_t k = 0; k < b.size(); ++k) {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    return c;
}

std::int64_t element(const Grid& grid, std::size_t row, std::size_t col) {
    return row < grid.size() && col < grid[0].size() ? grid[row][col] : 0;
}

/// One output stationary fold of rows r0…, columns c0…: returns its cycles, adds to `c`.
std::int64_t output_fold(const Grid& a, const Grid& b, Grid& c, std::size_t r0, std::size_t c0,
                         std::size_t height, std::size_t width) {
    const std::size_t depth = b.size();
    Grid right(height, std::vector<std::int64_t>(width, 0));
    Grid down = right;
    Grid sum = right;
    std::int64_t cycle = 0;
    for (std::size_t done = 0; done < height * width * depth; ++cycle) {
        const auto t = static_cast<std::size_t>(cycle);
        for (std::size_t i = height; i-- > 0;) {
            for (std::size_t j = width; j-- > 0;) {
                const bool fed = t >= i + j && t - i - j < depth;
                const std::int64_t left =
                    j > 0 ? right[i][j - 1] : (fed ? element(a, r0 + i, t - i) : 0);
                const std::int64_t top =
                    i > 0 ? down[i - 1][j] : (fed ? element(b, t - j, c0 + j) : 0);
                right[i][j] = left;
                down[i][j] = top;
                sum[i][j] += left * top;
                done += fed ? 1 : 0;
            }
        }
    }
    for (std::size_t i = 0; i < height && r0 + i < c.size(); ++i) {
        for (std::size_t j = 0; j < width && c0 + j < c[0].size(); ++j) {
            c[r0 + i][c0 + j] += sum[i][j];
        }
    }
    return cycle;
}

/// One weight stationary fold of inner rows k0…, columns c0….
std::int64_t weight_fold(const Grid& a, const Grid& b, Grid& c, std::size_t k0, std::size_t c0,
                         std::size_t height, std::size_t width) {
    const std::size_t rows = a.size();
    Grid right(height, std::vector<std::int64_t>(width, 0));
    Grid partial = right;
    auto cycle = static_cast<std::int64_t>(height);  // a row of weights a cycle
    for (std::size_t out = 0, t = 0; out < rows * width; ++cycle, ++t) {
        for (std::size_t i = height; i-- > 0;) {
            for (std::size_t j = width; j-- > 0;) {
                const bool fed = t >= i && t - i < rows;
                const std::int64_t left =
                    j > 0 ? right[i][j - 1] : (fed ? element(a, t - i, k0 + i) : 0);
                const std::int64_t above = i > 0 ? partial[i - 1][j] : 0;
                right[i][j] = left;
                partial[i][j] = above + left * element(b, k0 + i, c0 + j);
                if (i == height - 1 && t >= i + j && t - i - j < rows) {
                    ++out;
                    if (c0 + j < c[0].size()) {
                        c[t - i - j][c0 + j] += partial[i][j];
                    }
                }
            }
        }
    }
    return cycle;
}

struct Shape {
    std::int64_t m, n, k, h, w;
};

Gemm gemm_of(const Shape& s) {
    Gemm gemm;
    gemm.m = s.m;
    gemm.n = s.n;
    gemm.k = s.k;
    return gemm;
}

MatrixEngine engine_of(const Shape& s, MatrixConfig::Dataflow flow) {
    MatrixConfig config;
    config.rows = s.h;
    config.cols = s.w;
    config.dataflow = flow;
    return MatrixEngine(config);
}

TEST(MatrixEngine, ClosedFormsEqualTheArrayMovedCycleByCycle) {
    core::RandomStream random(7, "matrix");
    for (int round = 0; round < 60; ++round) {
        const auto draw = [&](std::uint64_t most) {
            return static_cast<std::int64_t>(random.below(most)) + 1;
        };
        const Shape s{draw(9), draw(9), draw(9), draw(4), draw(4)};
        const Grid a = random_grid(random, s.m, s.k);
        const Grid b = random_grid(random, s.k, s.n);
        const auto h = static_cast<std::size_t>(s.h);
        const auto w = static_cast<std::size_t>(s.w);
        Grid os(a.size(), std::vector<std::int64_t>(b[0].size(), 0));
        Grid ws = os;
        std::int64_t os_cycles = 0;
        std::int64_t ws_cycles = 0;
        for (std::size_t col = 0; col < b[0].size(); col += w) {
            for (std::size_t row = 0; row < a.size(); row += h) {
                os_cycles += output_fold(a, b, os, row, col, h, w);
            }
            for (std::size_t inner = 0; inner < b.size(); inner += h) {
                ws_cycles += weight_fold(a, b, ws, inner, col, h, w);
            }
        }
        EXPECT_EQ(os, product(a, b));
        EXPECT_EQ(ws, product(a, b));
        const MatrixEngine engine = engine_of(s, MatrixConfig::Dataflow::kAuto);
        EXPECT_EQ(engine.output_stationary_cycles(gemm_of(s)), os_cycles - 1);
        EXPECT_EQ(engine.weight_stationary_cycles(gemm_of(s)), ws_cycles - 1);
        EXPECT_EQ(engine.cost(gemm_of(s)).cycles, std::min(os_cycles, ws_cycles) - 1);
        EXPECT_EQ(engine.cost(gemm_of(s)).macs, s.m * s.n * s.k);
    }
}

TEST(MatrixEngine, FollowsTheConfiguredDataflow) {
    const Shape tall{1024, 64, 64, 64, 64};  // weights stay: much faster
    using Flow = MatrixConfig::Dataflow;
    EXPECT_EQ(engine_of(tall, Flow::kOutputStationary).cost(gemm_of(tall)).cycles,
              16 * (64 + 64 + 64 - 2) - 1);
    EXPECT_EQ(engine_of(tall, Flow::kWeightStationary).cost(gemm_of(tall)).cycles,
              1024 + 2 * 64 + 64 - 2 - 1);
    EXPECT_EQ(engine_of(tall, Flow::kAuto).cost(gemm_of(tall)).cycles, 1024 + 190 - 1);
}

TEST(MatrixEngine, CountsTcmTraffic) {
    const Shape s{8, 8, 8, 4, 4};
    Gemm gemm = gemm_of(s);
    // os: A twice (two column folds), B twice (two row folds), C written once as int32.
    EXPECT_EQ(engine_of(s, MatrixConfig::Dataflow::kOutputStationary).cost(gemm).tcm_bytes,
              128 + 128 + 256);
    // ws: A twice, B once, C written, then read and written by the second pass.
    EXPECT_EQ(engine_of(s, MatrixConfig::Dataflow::kWeightStationary).cost(gemm).tcm_bytes,
              128 + 64 + 3 * 256);
    gemm.accumulate = true;
    EXPECT_EQ(engine_of(s, MatrixConfig::Dataflow::kOutputStationary).cost(gemm).tcm_bytes,
              128 + 128 + 512);
}

TEST(MatrixEngine, MultipliesInt8AndFp32InTheTcm) {
    Tcm tcm(1024, true);
    const std::int8_t a[] = {1, -2, 3, 4, 5, -6};     // 2 × 3
    const std::int8_t b[] = {7, 8, 9, -10, 11, 127};  // 3 × 2
    tcm.write(0, a, sizeof(a));
    tcm.write(64, b, sizeof(b));
    Gemm gemm;
    gemm.m = 2;
    gemm.n = 2;
    gemm.k = 3;
    gemm.b = 64;
    gemm.c = 128;
    MatrixEngine::execute(gemm, tcm);
    EXPECT_EQ(tcm.load<std::int32_t>(128), 7 - 18 + 33);
    EXPECT_EQ(tcm.load<std::int32_t>(132), 8 + 20 + 381);
    EXPECT_EQ(tcm.load<std::int32_t>(140), 32 - 50 - 762);
    gemm.accumulate = true;
    MatrixEngine::execute(gemm, tcm);
    EXPECT_EQ(tcm.load<std::int32_t>(128), 2 * 22);

    gemm = Gemm{1, 1, 2, DataType::kFp32, false, 256, 264, 272};
    tcm.store<float>(256, 1.5F);
    tcm.store<float>(260, -2.0F);
    tcm.store<float>(264, 4.0F);
    tcm.store<float>(268, 0.25F);
    MatrixEngine::execute(gemm, tcm);
    EXPECT_EQ(tcm.load<float>(272), 5.5F);
}

TEST(MatrixEngine, RefusesOperandsOutsideTheTcm) {
    const Tcm tcm(256, false);
    Gemm gemm{4, 4, 4, DataType::kInt8, false, 0, 16, 192};
    EXPECT_TRUE(MatrixEngine::fits(gemm, tcm));  // C ends at byte 256
    gemm.c = 193;
    EXPECT_FALSE(MatrixEngine::fits(gemm, tcm));
    gemm.c = 192;
    gemm.k = 0;
    EXPECT_FALSE(MatrixEngine::fits(gemm, tcm));
    gemm.k = INT64_MAX;
    EXPECT_FALSE(MatrixEngine::fits(gemm, tcm));
}

VectorEngine small_vector_engine() {
    VectorConfig config;
    config.lanes = 16;
    config.startup_cycles = 5;
    config.element_cycles.fill(1);
    config.element_cycles[static_cast<std::size_t>(VectorKind::kSoftmax)] = 12;
    return VectorEngine(config);
}

TEST(VectorEngine, CostsStartupAndLaneCycles) {
    VectorOp op;
    op.elements = 33;
    const VectorEngine engine = small_vector_engine();
    EXPECT_EQ(engine.cost(op).cycles, 5 + 3);
    EXPECT_EQ(engine.cost(op).tcm_bytes, 3 * 66);  // two bf16 sources, one result
    op.kind = VectorKind::kSoftmax;
    EXPECT_EQ(engine.cost(op).cycles, 5 + 3 * 12);
    EXPECT_EQ(engine.cost(op).lane_ops, 33 * 12);
    op.kind = VectorKind::kReduceAdd;
    op.inputs = 5;
    EXPECT_EQ(engine.cost(op).cycles, 5 + 3 * 4);
    EXPECT_EQ(engine.cost(op).tcm_bytes, 6 * 66);
}

TEST(VectorEngine, ComputesSumsProductsReductionsAndConversions) {
    Tcm tcm(1024, true);
    for (std::uint64_t i = 0; i < 6; ++i) {
        tcm.store<std::int32_t>(i * 4, static_cast<std::int32_t>(i * 100) - 250);
    }
    VectorOp op{VectorKind::kAdd, 3, 1, DataType::kInt32, 0, 12, 512};
    VectorEngine::execute(op, tcm);
    EXPECT_EQ(tcm.load<std::int32_t>(512), -250 + 50);
    EXPECT_EQ(tcm.load<std::int32_t>(520), -50 + 250);
    op = {VectorKind::kMul, 1, 1, DataType::kInt32, 0, 4, 512};
    VectorEngine::execute(op, tcm);
    EXPECT_EQ(tcm.load<std::int32_t>(512), 250 * 150);
    op = {VectorKind::kReduceAdd, 2, 3, DataType::kInt32, 0, 0, 512};
    VectorEngine::execute(op, tcm);
    EXPECT_EQ(tcm.load<std::int32_t>(512), -250 - 50 + 150);
    EXPECT_EQ(tcm.load<std::int32_t>(516), -150 + 50 + 250);
    op = {VectorKind::kConvert, 6, 1, DataType::kInt32, 0, 0, 600};
    VectorEngine::execute(op, tcm);
    EXPECT_EQ(tcm.load<std::int8_t>(600), -128);
    EXPECT_EQ(tcm.load<std::int8_t>(602), -50);
    EXPECT_EQ(tcm.load<std::int8_t>(605), 127);
    tcm.store<float>(0, 0.5F);
    tcm.store<float>(4, 0.25F);
    op = {VectorKind::kMul, 1, 1, DataType::kFp32, 0, 4, 8};
    VectorEngine::execute(op, tcm);
    EXPECT_EQ(tcm.load<float>(8), 0.125F);
}

}  // namespace
}  // namespace strata::models
