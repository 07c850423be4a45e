// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/stack_grid.h"

#include <algorithm>
#include <cmath>

namespace strata::models {

namespace {

constexpr double kGrowth = 1.5;  // of neighbouring cells outside the die

/// Edges over `from..to` in `cells` equal parts, with growing cells out to `low` and `high`.
std::vector<double> edges(double from, double to, std::size_t cells, double low, double high) {
    const double step = (to - from) / static_cast<double>(cells);
    const auto ring = [&](double length) {
        std::vector<double> offsets;
        for (double at = 0.0, size = step; length - at > 1e-9 * step; size *= kGrowth) {
            at = length - at < 1.5 * size ? length : at + size;
            offsets.push_back(at);
        }
        return offsets;
    };
    std::vector<double> result;
    const std::vector<double> before = ring(from - low);
    for (auto offset = before.rbegin(); offset != before.rend(); ++offset) {
        result.push_back(from - *offset);
    }
    for (std::size_t i = 0; i <= cells; ++i) {
        result.push_back(i == cells ? to : from + step * static_cast<double>(i));
    }
    for (const double offset : ring(high - to)) {
        result.push_back(to + offset);
    }
    return result;
}

double overlap(double a0, double a1, double b0, double b1) {
    return std::max(0.0, std::min(a1, b1) - std::max(a0, b0));
}

class Discretiser {
   public:
    Discretiser(const StackConfig& config, std::size_t nx, std::size_t ny);
    StackGrid grid();

   private:
    void fill_layer(std::size_t layer, std::size_t first_z);
    Material mixed(const StackLayer& layer, std::size_t ix, std::size_t iy) const;
    void connect();
    void connect_boundary(const StackBoundary& boundary, double resistance, std::size_t z,
                          const Rectangle& area);
    bool inside(const Rectangle& area, std::size_t ix, std::size_t iy) const;
    double dx(std::size_t i) const { return grid_.x[i + 1] - grid_.x[i]; }
    double dy(std::size_t i) const { return grid_.y[i + 1] - grid_.y[i]; }

    const StackConfig& config_;
    StackGrid grid_;
    std::vector<Material> material_;  // of every cell
    std::vector<double> dz_;
    std::vector<double> interface_;  // above every z
};

Discretiser::Discretiser(const StackConfig& config, std::size_t nx, std::size_t ny)
    : config_(config) {
    Rectangle hull = config.die;
    for (const StackLayer& layer : config.layers) {
        const double right = std::max(hull.right(), layer.area.right());
        const double top = std::max(hull.top(), layer.area.top());
        hull.x = std::min(hull.x, layer.area.x);
        hull.y = std::min(hull.y, layer.area.y);
        hull.width = right - hull.x;
        hull.height = top - hull.y;
        grid_.nz += layer.cells;
    }
    grid_.x = edges(config.die.x, config.die.right(), nx, hull.x, hull.right());
    grid_.y = edges(config.die.y, config.die.top(), ny, hull.y, hull.top());
    grid_.nx = grid_.x.size() - 1;
    grid_.ny = grid_.y.size() - 1;
}

StackGrid Discretiser::grid() {
    const std::size_t cells = grid_.cells();
    for (auto* field :
         {&grid_.capacity, &grid_.gx, &grid_.gy, &grid_.gz, &grid_.gout, &grid_.inflow}) {
        field->assign(cells, 0.0);
    }
    material_.resize(cells);
    for (std::size_t layer = 0, z = 0; layer < config_.layers.size(); ++layer) {
        fill_layer(layer, z);
        z += config_.layers[layer].cells;
    }
    connect();
    const StackLayer& last = config_.layers.back();
    connect_boundary(config_.bottom, 0.0, 0, config_.layers.front().area);
    connect_boundary(config_.top, last.interface, grid_.nz - 1, last.area);
    grid_.uniform = config_.uniform_layers();
    return std::move(grid_);
}

bool Discretiser::inside(const Rectangle& area, std::size_t ix, std::size_t iy) const {
    const double x = 0.5 * (grid_.x[ix] + grid_.x[ix + 1]);
    const double y = 0.5 * (grid_.y[iy] + grid_.y[iy + 1]);
    return x > area.x && x < area.right() && y > area.y && y < area.top();
}

Material Discretiser::mixed(const StackLayer& layer, std::size_t ix, std::size_t iy) const {
    Material result = layer.material;
    const double area = dx(ix) * dy(iy);
    for (const Region& region : layer.regions) {
        const double share =
            overlap(grid_.x[ix], grid_.x[ix + 1], region.area.x, region.area.right()) *
            overlap(grid_.y[iy], grid_.y[iy + 1], region.area.y, region.area.top()) / area;
        if (share > 1.0 - 1e-9) {
            result = region.material;
        } else if (share > 1e-9) {
            const auto mix = [share](double& value, double other) {
                value += share * (other - value);
            };
            mix(result.kx, region.material.kx);
            mix(result.ky, region.material.ky);
            mix(result.kz, region.material.kz);
            mix(result.rho_c, region.material.rho_c);
        }
    }
    return result;
}

void Discretiser::fill_layer(std::size_t layer, std::size_t first_z) {
    const StackLayer& part = config_.layers[layer];
    const double dz = part.thickness / static_cast<double>(part.cells);
    for (std::size_t z = first_z; z < first_z + part.cells; ++z) {
        grid_.layer.push_back(layer);
        dz_.push_back(dz);
        interface_.push_back(z + 1 == first_z + part.cells ? part.interface : 0.0);
        for (std::size_t iy = 0; iy < grid_.ny; ++iy) {
            for (std::size_t ix = 0; ix < grid_.nx; ++ix) {
                if (inside(part.area, ix, iy)) {
                    const std::size_t cell = grid_.index(ix, iy, z);
                    material_[cell] = mixed(part, ix, iy);
                    grid_.capacity[cell] = material_[cell].rho_c * dx(ix) * dy(iy) * dz;
                }
            }
        }
    }
}

void Discretiser::connect() {
    for (std::size_t z = 0; z < grid_.nz; ++z) {
        for (std::size_t iy = 0; iy < grid_.ny; ++iy) {
            for (std::size_t ix = 0; ix < grid_.nx; ++ix) {
                const std::size_t cell = grid_.index(ix, iy, z);
                const Material& own = material_[cell];
                const auto link = [&](std::size_t next, double area, double own_length,
                                      double own_k, double next_length, double next_k, double r) {
                    const bool open = !grid_.is_void(cell) && !grid_.is_void(next);
                    const double path = own_length / (2 * own_k) + r + next_length / (2 * next_k);
                    return open ? area / path : 0.0;
                };
                if (ix + 1 < grid_.nx) {
                    grid_.gx[cell] = link(cell + 1, dy(iy) * dz_[z], dx(ix), own.kx, dx(ix + 1),
                                          material_[cell + 1].kx, 0.0);
                }
                if (iy + 1 < grid_.ny) {
                    const std::size_t next = cell + grid_.nx;
                    grid_.gy[cell] = link(next, dx(ix) * dz_[z], dy(iy), own.ky, dy(iy + 1),
                                          material_[next].ky, 0.0);
                }
                if (z + 1 < grid_.nz) {
                    const std::size_t next = cell + grid_.plane();
                    grid_.gz[cell] = link(next, dx(ix) * dy(iy), dz_[z], own.kz, dz_[z + 1],
                                          material_[next].kz, interface_[z]);
                }
            }
        }
    }
}

void Discretiser::connect_boundary(const StackBoundary& boundary, double resistance, std::size_t z,
                                   const Rectangle& area) {
    if (boundary.kind == StackBoundary::Kind::kAdiabatic) {
        return;
    }
    const double film = boundary.kind == StackBoundary::Kind::kConvection ? 1.0 / boundary.h : 0.0;
    for (std::size_t iy = 0; iy < grid_.ny; ++iy) {
        for (std::size_t ix = 0; ix < grid_.nx; ++ix) {
            if (inside(area, ix, iy)) {
                const std::size_t cell = grid_.index(ix, iy, z);
                const double path = film + resistance + dz_[z] / (2 * material_[cell].kz);
                const double conductance = dx(ix) * dy(iy) / path;
                grid_.gout[cell] += conductance;
                grid_.inflow[cell] += conductance * (boundary.temperature_c - config_.ambient_c);
            }
        }
    }
}

double weighted_sum(const std::vector<double>& weights, const std::vector<double>& values,
                    std::size_t first, std::size_t count) {
    long double sum = 0.0L;  // the energy balance is held to 1e-12
    for (std::size_t i = first; i < first + count; ++i) {
        sum += static_cast<long double>(weights[i]) * static_cast<long double>(values[i]);
    }
    return static_cast<double>(sum);
}

}  // namespace

double StackGrid::heat_out_w(const std::vector<double>& rise) const {
    // Only the lowest and the highest plane have a boundary.
    const double bottom = weighted_sum(gout, rise, 0, plane());
    return nz == 1 ? bottom : bottom + weighted_sum(gout, rise, cells() - plane(), plane());
}

double StackGrid::heat_j(const std::vector<double>& rise) const {
    return weighted_sum(capacity, rise, 0, cells());
}

StackGrid discretise(const StackConfig& config, std::size_t nx, std::size_t ny) {
    return Discretiser(config, nx, ny).grid();
}

std::vector<CellShare> cells_under(const StackGrid& grid, const Rectangle& area) {
    std::vector<CellShare> cells;
    const auto first = [](const std::vector<double>& edge, double at) {
        const auto above = std::upper_bound(edge.begin(), edge.end(), at);
        return static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, above - edge.begin() - 1));
    };
    double sum = 0.0;
    for (std::size_t iy = first(grid.y, area.y); iy < grid.ny && grid.y[iy] < area.top(); ++iy) {
        const double height = overlap(grid.y[iy], grid.y[iy + 1], area.y, area.top());
        for (std::size_t ix = first(grid.x, area.x); ix < grid.nx && grid.x[ix] < area.right();
             ++ix) {
            const double width = overlap(grid.x[ix], grid.x[ix + 1], area.x, area.right());
            // Slivers come from rounded coordinates.
            if (width * height > 1e-9 * area.area()) {
                cells.push_back({iy * grid.nx + ix, width * height});
                sum += width * height;
            }
        }
    }
    for (CellShare& cell : cells) {
        cell.share /= sum;
    }
    return cells;
}

}  // namespace strata::models
