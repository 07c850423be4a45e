// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/thermal/stack_fixture.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace strata::test {

using models::StackConfig;

models::StackLayer layer_of(const std::string& name, double thickness, double k, double rho_c,
                            std::size_t cells) {
    models::StackLayer layer;
    layer.name = name;
    layer.thickness = thickness;
    layer.material = {k, k, k, rho_c};
    layer.cells = cells;
    return layer;
}

StackConfig stack_of(double width, double height, std::vector<models::StackLayer> layers,
                     double h) {
    StackConfig config;
    config.die = {0.0, 0.0, width, height};
    config.grid_auto = false;
    config.ambient_c = kAmbient;
    for (models::StackLayer& layer : layers) {
        layer.area = config.die;
    }
    config.layers = std::move(layers);
    if (h > 0.0) {
        config.top = {models::StackBoundary::Kind::kConvection, h, kAmbient};
    }
    return config;
}

StackConfig five_layers(double h) {
    StackConfig config =
        stack_of(12e-3, 9e-3,
                 {layer_of("l0", 200e-6, 120, 1.65e6, 2), layer_of("l1", 50e-6, 110, 1.65e6),
                  layer_of("l2", 20e-6, 2, 2.2e6), layer_of("l3", 60e-6, 100, 1.7e6),
                  layer_of("l4", 30e-6, 5, 4e6)},
                 h);
    config.layers[1].material.kz = 60;
    config.layers[2].interface = 2e-6;
    config.blocks = {block_of("a", "l1", 1, 1, 3, 2.5, 6.0), block_of("b", "l1", 6, 4, 5, 4, 9.0),
                     block_of("c", "l3", 2, 3, 6, 3, 4.0)};
    return config;
}

StackConfig with_regions() {
    StackConfig config = five_layers();
    const models::Material host = config.layers[1].material;
    config.layers[1].regions = {
        {{4e-3, 2e-3, 2e-3, 5e-3}, models::with_pillars(host, 10e-6, 30e-6, 400, 3.5e6)}};
    config.layers[3].regions = {{{0, 0, 2e-3, 9e-3}, {0.9, 0.9, 0.9, 1.8e6}}};
    return config;
}

models::FloorplanBlock block_of(const std::string& name, const std::string& layer, double x_mm,
                                double y_mm, double w_mm, double h_mm, double power_w) {
    models::FloorplanBlock block;
    block.name = name;
    block.layer = layer;
    block.area = {x_mm * 1e-3, y_mm * 1e-3, w_mm * 1e-3, h_mm * 1e-3};
    block.power_w = power_w;
    return block;
}

std::vector<double> scattered_watts(const models::StackGrid& grid, std::uint64_t seed) {
    core::RandomStream random(seed, "watts");
    std::vector<double> watts(grid.cells(), 0.0);
    for (std::size_t i = 0; i < watts.size(); ++i) {
        watts[i] = grid.is_void(i) ? 0.0 : 1e-2 * random.uniform();
    }
    return watts;
}

std::vector<double> rise_of(models::ThermalSolver& solver, const models::StackGrid& grid) {
    std::vector<double> rise;
    for (std::size_t z = 0; z < grid.nz; ++z) {
        const double* plane = solver.plane_rise(z);
        rise.insert(rise.end(), plane, plane + grid.plane());
    }
    return rise;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::max(largest, std::abs(a[i] - b[i]));
    }
    return largest;
}

double total(const std::vector<double>& values) {
    long double sum = 0.0L;
    for (const double value : values) {
        sum += static_cast<long double>(value);
    }
    return static_cast<double>(sum);
}

}  // namespace strata::test
