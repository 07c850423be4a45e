// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The solvers against each other and against a dense solve of conductances written down by hand.

#include <gtest/gtest.h>

#include <cmath>

#include "models/thermal/cg_solver.h"
#include "models/thermal/grid_cholesky.h"
#include "tests/thermal/stack_fixture.h"

namespace strata::test {
namespace {

using models::discretise;
using models::make_thermal_solver;
using models::StackConfig;
using models::StackGrid;

std::vector<double> steady(const std::string& name, const StackGrid& grid,
                           const std::vector<double>& watts) {
    auto solver = make_thermal_solver(name, "sdirk2", grid);
    solver->steady(watts);
    return rise_of(*solver, grid);
}

TEST(Agreement, DctEqualsCholeskyAndCgInSteadyState) {
    const StackGrid grid = discretise(five_layers(), 40, 30);
    const std::vector<double> watts = scattered_watts(grid, 1);
    const std::vector<double> dct = steady("dct", grid, watts);
    EXPECT_LT(largest_difference(dct, steady("cholesky", grid, watts)), 1e-8);
    EXPECT_LT(largest_difference(dct, steady("cg", grid, watts)), 1e-8);
}

TEST(Agreement, CholeskyEqualsCgWithRegionsSpreaderAndSink) {
    StackConfig config = with_regions();
    models::StackLayer spreader = layer_of("spreader", 1e-3, 390, 3.5e6);
    models::StackLayer sink = layer_of("sink", 5e-3, 390, 3.5e6, 2);
    spreader.area = {-4e-3, -3e-3, 20e-3, 15e-3};
    sink.area = {-10e-3, -9e-3, 32e-3, 27e-3};
    spreader.interface = 1e-5;
    config.layers.push_back(spreader);
    config.layers.push_back(sink);
    config.top.h = 1500;
    const StackGrid grid = discretise(config, 18, 14);
    EXPECT_GT(grid.nx, 22U);
    const std::vector<double> watts = scattered_watts(grid, 2);
    const std::vector<double> direct = steady("cholesky", grid, watts);
    EXPECT_LT(largest_difference(direct, steady("cg", grid, watts)), 1e-8);
    double area = 0.0;
    for (std::size_t i = 0; i < grid.cells(); ++i) {
        area += grid.gout[i];
        if (grid.is_void(i)) {
            ASSERT_EQ(direct[i], 0.0);
        }
    }
    const double film = 1 / 1500.0 + 2.5e-3 / 2 / 390;  // half a cell of sink under the film
    EXPECT_NEAR(area, 32e-3 * 27e-3 / film, 1e-9 * area);
}

// The iteration stops early and starts from the last step's moves; the direct solver does neither.
TEST(Agreement, IterationsFollowTheDirectSolverThroughSteps) {
    const StackGrid grid = discretise(with_regions(), 18, 14);
    for (const std::string scheme : {"sdirk2", "euler"}) {
        auto direct = make_thermal_solver("cholesky", scheme, grid);
        auto iterated = make_thermal_solver("cg", scheme, grid);
        for (int i = 0; i < 40; ++i) {
            const auto watts = scattered_watts(grid, static_cast<std::uint64_t>(i / 7));
            const double seconds = i < 20 ? 1e-3 : 5e-3;
            direct->step(seconds, watts);
            iterated->step(seconds, watts);
            ASSERT_LT(largest_difference(rise_of(*direct, grid), rise_of(*iterated, grid)), 1e-6)
                << scheme << ", step " << i;
        }
    }
}

TEST(Agreement, AutoLooksAtTheGrid) {
    const auto chosen = [](const StackConfig& config) {
        const StackGrid grid = discretise(config, 12, 9);
        return make_thermal_solver("auto", "sdirk2", grid)->name();
    };
    EXPECT_EQ(chosen(five_layers()), "dct");
    EXPECT_EQ(chosen(with_regions()), "cholesky");  // mould beside silicon
    StackConfig mild = five_layers();
    models::Region field;
    field.area = {2e-3, 2e-3, 3e-3, 3e-3};
    field.material = mild.layers[0].material;
    field.material.kx *= 1.5;
    field.material.ky *= 1.5;
    mild.layers[0].regions.push_back(field);
    EXPECT_EQ(chosen(mild), "cg");
}

TEST(Agreement, ImplicitSchemesConvergeToTheExactStep) {
    const StackGrid grid = discretise(five_layers(), 12, 9);
    const std::vector<double> watts = scattered_watts(grid, 3);
    auto exact = make_thermal_solver("dct", "", grid);
    exact->step(4e-3, watts);
    const std::vector<double> reference = rise_of(*exact, grid);
    const auto error = [&](const std::string& scheme, int steps) {
        auto solver = make_thermal_solver("cholesky", scheme, grid);
        for (int i = 0; i < steps; ++i) {
            solver->step(4e-3 / steps, watts);
        }
        return largest_difference(rise_of(*solver, grid), reference);
    };
    EXPECT_NEAR(std::log2(error("sdirk2", 32) / error("sdirk2", 64)), 2.0, 0.25);
    EXPECT_NEAR(std::log2(error("euler", 32) / error("euler", 64)), 1.0, 0.15);
    EXPECT_LT(error("sdirk2", 4), 0.2 * error("euler", 4));
}

TEST(Agreement, CgNeedsFewIterationsAndNoneWhenNothingChanged) {
    const StackGrid grid = discretise(with_regions(), 48, 36);
    models::CgSolver solver(grid, "sdirk2");
    const std::vector<double> watts = scattered_watts(grid, 4);
    solver.steady(watts);
    EXPECT_LT(solver.iterations(), 120);
    solver.steady(watts);
    EXPECT_LE(solver.iterations(), 1);
}

// Two layers of 3 x 2 cells, the conductances from the formulas, solved by Gauss–Jordan.
TEST(Agreement, ConductancesWrittenDownByHand) {
    StackConfig config = stack_of(
        6e-3, 2e-3, {layer_of("low", 1e-4, 50, 1e6), layer_of("high", 2e-4, 10, 1e6)}, 5e3);
    config.layers[0].material = {50, 80, 20, 1e6};
    config.layers[0].interface = 1e-5;
    config.layers[1].regions = {{{4e-3, 0, 2e-3, 2e-3}, {200, 200, 100, 1e6}}};
    const StackGrid grid = discretise(config, 3, 2);
    constexpr std::size_t kCells = 12;
    const double dx = 2e-3, dy = 1e-3, area = dx * dy;
    std::vector<std::vector<double>> a(kCells, std::vector<double>(kCells + 1, 0.0));
    const auto link = [&](std::size_t i, std::size_t j, double g) {
        a[i][i] += g;
        a[j][j] += g;
        a[i][j] -= g;
        a[j][i] -= g;
    };
    const auto k_high = [](std::size_t x, double host, double other) {
        return x == 2 ? other : host;
    };
    for (std::size_t y = 0; y < 2; ++y) {
        for (std::size_t x = 0; x < 3; ++x) {
            const std::size_t low = y * 3 + x, high = 6 + low;
            if (x < 2) {
                link(low, low + 1, 50 * dy * 1e-4 / dx);
                const double left = k_high(x, 10, 200), right = k_high(x + 1, 10, 200);
                link(high, high + 1, dy * 2e-4 / (dx / 2 / left + dx / 2 / right));
            }
            if (y == 0) {
                link(low, low + 3, 80 * dx * 1e-4 / dy);
                link(high, high + 3, k_high(x, 10, 200) * dx * 2e-4 / dy);
            }
            const double kz = k_high(x, 10, 100);
            link(low, high, area / (0.5e-4 / 20 + 1e-5 + 1e-4 / kz));
            a[high][high] += area / (1 / 5e3 + 1e-4 / kz);
        }
    }
    const std::vector<double> watts = scattered_watts(grid, 9);
    for (std::size_t i = 0; i < kCells; ++i) {
        a[i][kCells] = watts[i];
    }
    for (std::size_t pivot = 0; pivot < kCells; ++pivot) {
        for (std::size_t row = 0; row < kCells; ++row) {
            const double factor = row == pivot ? 0.0 : a[row][pivot] / a[pivot][pivot];
            for (std::size_t c = pivot; c <= kCells; ++c) {
                a[row][c] -= factor * a[pivot][c];
            }
        }
    }
    const std::vector<double> rise = steady("cholesky", grid, watts);
    for (std::size_t i = 0; i < kCells; ++i) {
        EXPECT_NEAR(rise[i], a[i][kCells] / a[i][i], 1e-10) << i;
    }
}

TEST(Agreement, AutoTakesDctWhereItAppliesAndADirectSolverElsewhere) {
    const StackGrid uniform = discretise(five_layers(), 8, 6);
    const StackGrid mixed = discretise(with_regions(), 8, 6);
    EXPECT_EQ(make_thermal_solver("auto", "sdirk2", uniform)->name(), "dct");
    EXPECT_EQ(make_thermal_solver("auto", "sdirk2", mixed)->name(), "cholesky");
    EXPECT_THROW(make_thermal_solver("dct", "sdirk2", mixed), core::ModelError);
}

TEST(Cholesky, RefusesAStackWithoutAWayOut) {
    StackConfig config = with_regions();
    config.top = {};
    const StackGrid grid = discretise(config, 8, 6);
    EXPECT_NO_THROW(models::GridCholesky(grid, 1e3));
    std::vector<double> watts(grid.cells(), 1e-3);
    EXPECT_THROW(models::GridCholesky(grid, 0.0).solve(watts), core::ModelError);
}

}  // namespace
}  // namespace strata::test
