// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Laws of heat conduction that every result must obey, and closed forms.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/thermal/stack_fixture.h"

namespace strata::test {
namespace {

using models::discretise;
using models::make_thermal_solver;
using models::StackBoundary;
using models::StackConfig;
using models::StackGrid;
using models::StackModel;

const double kPi = std::acos(-1.0);

class EverySolver : public testing::TestWithParam<const char*> {
   protected:
    /// Of a uniform stack for dct, of one with regions for the others.
    StackConfig config() const {
        return GetParam() == std::string("dct") ? five_layers() : with_regions();
    }
    std::unique_ptr<models::ThermalSolver> solver(const StackGrid& grid) const {
        return make_thermal_solver(GetParam(), "sdirk2", grid);
    }
    std::vector<double> steady(const StackGrid& grid, const std::vector<double>& watts) const {
        auto own = solver(grid);
        own->steady(watts);
        return rise_of(*own, grid);
    }
};

INSTANTIATE_TEST_SUITE_P(Names, EverySolver, testing::Values("dct", "cholesky", "cg"),
                         [](const auto& name) { return std::string(name.param); });

// A slab heated in its bottom cell: the flux q crosses everything above it.
TEST_P(EverySolver, SteadySlabIsTheSumOfItsResistances) {
    constexpr std::size_t kCells = 20;
    const double thickness = 1e-3, k = 120.0, h = 1e4, width = 4e-3, watts = 8.0;
    const StackConfig config =
        stack_of(width, width, {layer_of("slab", thickness, k, 1.75e6, kCells)}, h);
    const StackGrid grid = discretise(config, 4, 4);
    std::vector<double> power(grid.cells(), 0.0);
    std::fill(power.begin(), power.begin() + 16, watts / 16);
    const std::vector<double> rise = steady(grid, power);
    const double flux = watts / (width * width);
    for (std::size_t z = 0; z < kCells; ++z) {
        const double height = (static_cast<double>(z) + 0.5) * thickness / kCells;
        const double expected = flux * (1.0 / h + (thickness - height) / k);
        EXPECT_NEAR(rise[z * 16 + 5], expected, 1e-9 * expected) << z;
    }
}

TEST_P(EverySolver, CompositeWall) {
    StackConfig config = stack_of(2e-3, 3e-3,
                                  {layer_of("source", 1e-9, 100, 1e6), layer_of("a", 50e-6, 2, 1e6),
                                   layer_of("b", 20e-6, 5, 4e6), layer_of("c", 1e-9, 100, 1e6)},
                                  2e4);
    config.layers[1].interface = 3e-6;
    config.blocks = {block_of("source", "source", 0, 0, 2, 3, 1.5)};
    config.solver = GetParam();
    StackModel model(config, 6, 8);
    model.steady({1.5});
    const double flux = 1.5 / 6e-6;
    // The source and the top layer are thin enough to be surfaces.
    EXPECT_NEAR(model.block(0).mean_c, kAmbient + flux * (1 / 2e4 + 50e-6 / 2 + 3e-6 + 20e-6 / 5),
                1e-4);
}

// Adiabatic bottom, convection on top, uniform start: θ = Σ C_n e^(−ζ_n² Fo) cos(ζ_n z/L).
TEST(Slab, TransientFollowsTheSeries) {
    constexpr std::size_t kCells = 200;
    const double thickness = 2e-3, k = 20.0, rho_c = 2e6, h = 1.5e4, start = 50.0;
    const StackConfig config =
        stack_of(1e-3, 1e-3, {layer_of("slab", thickness, k, rho_c, kCells)}, h);
    const StackGrid grid = discretise(config, 1, 1);
    auto solver = make_thermal_solver("dct", "", grid);
    const double biot = h * thickness / k;
    for (const double seconds : {0.02, 0.1, 0.4, 1.0}) {
        solver->set_rise(std::vector<double>(grid.cells(), start));
        solver->step(seconds, std::vector<double>(grid.cells(), 0.0));
        const std::vector<double> rise = rise_of(*solver, grid);
        const double fourier = k / rho_c * seconds / (thickness * thickness);
        for (const std::size_t cell : {std::size_t{0}, kCells / 2, kCells - 1}) {
            double expected = 0.0;
            for (int n = 0; n < 60; ++n) {
                double low = n * kPi, high = (n + 0.5) * kPi;  // ζ tan ζ = Bi in between
                for (int i = 0; i < 100; ++i) {
                    const double middle = (low + high) / 2;
                    (middle * std::tan(middle) < biot ? low : high) = middle;
                }
                const double zeta = (low + high) / 2;
                const double height = (static_cast<double>(cell) + 0.5) / kCells;
                expected += start * 4 * std::sin(zeta) / (2 * zeta + std::sin(2 * zeta)) *
                            std::exp(-zeta * zeta * fourier) * std::cos(zeta * height);
            }
            EXPECT_NEAR(rise[cell], expected, 2e-5 * start) << seconds << ' ' << cell;
        }
    }
}

TEST_P(EverySolver, WithoutCoolingTheMeanRisesByEnergyOverCapacity) {
    StackConfig config = this->config();
    config.top = {};
    const StackGrid grid = discretise(config, 12, 10);
    auto own = solver(grid);
    const std::vector<double> watts = scattered_watts(grid, 1);
    double seconds = 0.0;
    for (const double dt : {1e-4, 1e-3, 2e-2, 1.0}) {
        own->step(dt, watts);
        seconds += dt;
    }
    const double expected = total(watts) * seconds / total(grid.capacity);
    const double mean = grid.heat_j(rise_of(*own, grid)) / total(grid.capacity);
    EXPECT_NEAR(mean, expected, 1e-12 * expected);
    EXPECT_EQ(own->heat_out_j(), 0.0);
}

TEST(LateralMode, DecaysAtItsRate) {
    const double width = 10e-3, k = 120.0, rho_c = 1.75e6;
    const StackConfig config = stack_of(width, width, {layer_of("si", 1e-4, k, rho_c, 3)}, 0.0);
    constexpr std::size_t kCells = 40;
    constexpr double kMode = 3.0, kSeconds = 4e-2;
    const StackGrid grid = discretise(config, kCells, 7);
    std::vector<double> start(grid.cells());
    for (std::size_t i = 0; i < start.size(); ++i) {
        start[i] = std::cos(kPi * kMode * (static_cast<double>(i % kCells) + 0.5) / kCells);
    }
    auto solver = make_thermal_solver("dct", "", grid);
    solver->set_rise(start);
    solver->step(kSeconds, std::vector<double>(grid.cells(), 0.0));
    const std::vector<double> rise = rise_of(*solver, grid);
    const double dx = width / kCells;
    const double discrete = k / rho_c * (2 - 2 * std::cos(kPi * kMode / kCells)) / (dx * dx);
    const double continuous = k / rho_c * std::pow(kPi * kMode / width, 2);
    for (std::size_t i = 0; i < start.size(); ++i) {
        ASSERT_NEAR(rise[i], start[i] * std::exp(-discrete * kSeconds), 1e-12);
    }
    EXPECT_NEAR(discrete / continuous, 1.0, std::pow(kPi * kMode / kCells, 2) / 12 * 1.01);
}

TEST_P(EverySolver, Superposition) {
    const StackGrid grid = discretise(config(), 16, 11);
    const std::vector<double> one = scattered_watts(grid, 1), two = scattered_watts(grid, 2);
    std::vector<double> both(one.size());
    for (std::size_t i = 0; i < both.size(); ++i) {
        both[i] = 2 * one[i] + 0.5 * two[i];
    }
    const std::vector<double> a = steady(grid, one), b = steady(grid, two);
    std::vector<double> sum(a.size());
    for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] = 2 * a[i] + 0.5 * b[i];
    }
    EXPECT_LT(largest_difference(steady(grid, both), sum), 1e-9);
}

TEST_P(EverySolver, Reciprocity) {
    const StackGrid grid = discretise(config(), 14, 9);
    const std::size_t i = grid.index(2, 3, 1), j = grid.index(11, 5, 4);
    std::vector<double> at_i(grid.cells(), 0.0), at_j(grid.cells(), 0.0);
    at_i[i] = at_j[j] = 1.0;
    const double forth = steady(grid, at_i)[j], back = steady(grid, at_j)[i];
    EXPECT_NEAR(forth, back, 1e-10 * forth);
}

TEST_P(EverySolver, MirroredPowerGivesMirroredHeat) {
    StackConfig config = five_layers();
    const StackGrid grid = discretise(config, 15, 8);
    const std::vector<double> watts = scattered_watts(grid, 3);
    const auto mirrored = [&](const std::vector<double>& field) {
        std::vector<double> result(field.size());
        for (std::size_t cell = 0; cell < field.size(); ++cell) {
            result[cell / 15 * 15 + 14 - cell % 15] = field[cell];
        }
        return result;
    };
    EXPECT_LT(largest_difference(mirrored(steady(grid, watts)), steady(grid, mirrored(watts))),
              1e-10);
}

TEST_P(EverySolver, NothingIsColderThanTheAmbient) {
    const StackGrid grid = discretise(config(), 16, 12);
    std::vector<double> watts(grid.cells(), 0.0);
    watts[grid.index(3, 4, 1)] = 2.0;
    auto own = make_thermal_solver(GetParam(), "euler", grid);
    for (const double dt : {1e-5, 1e-4, 1e-3, 0.1}) {
        own->step(dt, watts);
        const std::vector<double> rise = rise_of(*own, grid);
        EXPECT_GE(*std::min_element(rise.begin(), rise.end()), -1e-10);
    }
    own->steady(watts);
    const std::vector<double> rise = rise_of(*own, grid);
    EXPECT_GT(*std::min_element(rise.begin(), rise.end()), 0.0);
    EXPECT_EQ(*std::max_element(rise.begin(), rise.end()), rise[grid.index(3, 4, 1)]);
}

TEST(ExactStep, TwoStepsOfDtAreOneOfTwoDt) {
    const StackGrid grid = discretise(five_layers(), 24, 18);
    const std::vector<double> watts = scattered_watts(grid, 5);
    auto twice = make_thermal_solver("dct", "", grid), once = make_thermal_solver("dct", "", grid);
    for (const double dt : {1e-6, 1e-4, 3e-3, 0.2}) {
        twice->step(dt, watts);
        twice->step(dt, watts);
        once->step(2 * dt, watts);
        EXPECT_LT(largest_difference(rise_of(*twice, grid), rise_of(*once, grid)), 1e-10) << dt;
    }
}

TEST(ExactStep, EndsInTheSteadyState) {
    const StackGrid grid = discretise(five_layers(), 20, 12);
    const std::vector<double> watts = scattered_watts(grid, 6);
    auto stepped = make_thermal_solver("dct", "", grid),
         direct = make_thermal_solver("dct", "", grid);
    stepped->step(1e3, watts);
    direct->steady(watts);
    EXPECT_LT(largest_difference(rise_of(*stepped, grid), rise_of(*direct, grid)), 1e-9);
}

// A block of a quarter of the die on grids aligned with it.
TEST(Grid, ConvergesWithOrderTwo) {
    StackConfig config = stack_of(
        8e-3, 8e-3, {layer_of("si", 300e-6, 100, 1.7e6), layer_of("tim", 50e-6, 4, 4e6)}, 1e4);
    config.blocks = {block_of("hot", "si", 2, 2, 4, 4, 10.0)};
    std::vector<double> means;
    for (const std::size_t cells : {16U, 32U, 64U}) {
        StackModel model(config, cells, cells);
        model.steady({10.0});
        means.push_back(model.block(0).mean_c);
    }
    const double ratio = (means[0] - means[1]) / (means[1] - means[2]);
    EXPECT_NEAR(std::log2(ratio), 2.0, 0.1);
}

TEST(Monotone, InPowerConductivityAndCooling) {
    const auto peak = [](const StackConfig& config, double watts) {
        StackModel model(config, 24, 18);
        model.steady({watts, 3.0, 1.0});
        return model.layer(1).max_c;
    };
    const StackConfig base = five_layers();
    const double reference = peak(base, 10.0);
    EXPECT_GT(peak(base, 11.0), reference);
    EXPECT_LT(peak(five_layers(3e4), 10.0), reference);
    StackConfig better = base;
    better.layers[2].material = {3, 3, 3, 2.2e6};
    EXPECT_LT(peak(better, 10.0), reference);
}

TEST_P(EverySolver, EnergyBalances) {
    for (const std::string scheme : {"sdirk2", "euler"}) {
        StackConfig config = this->config();
        config.solver = GetParam();
        config.scheme = scheme;
        config.bottom = {StackBoundary::Kind::kConvection, 500.0, 60.0};
        StackModel model(config, 20, 14);
        model.set_temperature(52.0);
        double expected_j = 0.0;
        for (int i = 0; i < 12; ++i) {
            const double watts = 2.0 + i % 4;
            model.step(i % 2 == 0 ? 1e-3 : 4e-4, {watts, 5.0, 1.0});
            expected_j += (i % 2 == 0 ? 1e-3 : 4e-4) * (watts + 6.0);
        }
        EXPECT_LT(model.energy_error(), 1e-12) << scheme;
        EXPECT_NEAR(model.energy_in_j(), expected_j, 1e-12 * expected_j);
        model.steady({1.0, 2.0, 3.0});
        EXPECT_LT(model.energy_error(), 1e-12) << scheme;
    }
}

// Whatever stands above the bottom at a fixed temperature takes it, without power.
TEST_P(EverySolver, FixedFaceSetsTheTemperature) {
    StackConfig config = this->config();
    config.solver = GetParam();
    config.top = {};
    config.bottom = {StackBoundary::Kind::kFixed, 0.0, 71.5};
    StackModel model(config, 10, 6);
    model.steady({0.0, 0.0, 0.0});
    EXPECT_NEAR(model.layer(4).max_c, 71.5, 1e-9);
    EXPECT_NEAR(model.layer(0).min_c, 71.5, 1e-9);
}

}  // namespace
}  // namespace strata::test
