// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/cosine_transform.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace strata::models {
namespace {

struct Size {
    std::size_t nx, ny;
};

class CosineTransformOf : public testing::TestWithParam<Size> {};

std::vector<double> noise(std::size_t count) {
    core::RandomStream random(7, "field");
    std::vector<double> field(count);
    for (double& value : field) {
        value = random.uniform() - 0.3;
    }
    return field;
}

TEST_P(CosineTransformOf, EqualsItsDefinition) {
    const auto [nx, ny] = GetParam();
    const std::vector<double> field = noise(nx * ny);
    std::vector<double> spectrum(nx * ny);
    CosineTransform<double>(nx, ny).forward(field.data(), spectrum.data());
    const double pi = std::acos(-1.0);
    const auto basis = [pi](std::size_t n, std::size_t m, std::size_t i) {
        const auto size = static_cast<double>(n);
        return std::sqrt((m == 0 ? 1.0 : 2.0) / size) *
               std::cos(pi * static_cast<double>(m) * (static_cast<double>(i) + 0.5) / size);
    };
    for (std::size_t m = 0; m < nx; m += 1 + nx / 5) {
        for (std::size_t n = 0; n < ny; n += 1 + ny / 5) {
            double expected = 0.0;
            for (std::size_t y = 0; y < ny; ++y) {
                for (std::size_t x = 0; x < nx; ++x) {
                    expected += field[y * nx + x] * basis(nx, m, x) * basis(ny, n, y);
                }
            }
            EXPECT_NEAR(spectrum[m * ny + n], expected, 1e-11) << m << ' ' << n;
        }
    }
}

TEST_P(CosineTransformOf, ComesBack) {
    const auto [nx, ny] = GetParam();
    const std::vector<double> field = noise(nx * ny);
    std::vector<double> spectrum(nx * ny), back(nx * ny);
    CosineTransform<double> transform(nx, ny);
    transform.forward(field.data(), spectrum.data());
    transform.inverse(spectrum.data(), back.data());
    for (std::size_t i = 0; i < field.size(); ++i) {
        ASSERT_NEAR(back[i], field[i], 1e-13) << i;
    }
}

TEST_P(CosineTransformOf, InFloatIsTheSameToItsDigits) {
    const auto [nx, ny] = GetParam();
    const std::vector<double> field = noise(nx * ny);
    std::vector<double> spectrum(nx * ny);
    CosineTransform<double>(nx, ny).forward(field.data(), spectrum.data());
    const std::vector<float> rounded(field.begin(), field.end());
    std::vector<float> quick(nx * ny), back(nx * ny);
    CosineTransform<float> transform(nx, ny);
    transform.forward(rounded.data(), quick.data());
    transform.inverse(quick.data(), back.data());
    for (std::size_t i = 0; i < field.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(quick[i]), spectrum[i], 1e-4) << i;
        ASSERT_NEAR(static_cast<double>(back[i]), field[i], 1e-5) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, CosineTransformOf,
                         testing::Values(Size{64, 64}, Size{1, 1}, Size{1, 6}, Size{2, 3},
                                         Size{33, 20}, Size{35, 71}, Size{128, 40}));

TEST(CosineBasis, EigenvaluesAreThoseOfTheSecondDifference) {
    constexpr std::size_t kSize = 9;
    CosineBasis<double> basis(kSize);
    for (std::size_t m = 0; m < kSize; ++m) {
        std::vector<double> mode(kSize, 0.0), cells(kSize);
        mode[m] = 1.0;
        basis.inverse(mode.data(), cells.data(), 1);
        for (std::size_t i = 0; i < kSize; ++i) {
            const double left = i > 0 ? cells[i] - cells[i - 1] : 0.0;
            const double right = i + 1 < kSize ? cells[i] - cells[i + 1] : 0.0;
            EXPECT_NEAR(left + right, basis.eigenvalue(m) * cells[i], 1e-14);
        }
    }
}

}  // namespace
}  // namespace strata::models
