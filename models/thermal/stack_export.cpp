// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/stack_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace strata::models {

namespace {

constexpr double kKelvin = 273.15;

std::vector<FloorplanBlock> blocks_of(const StackConfig& config, const std::string& layer) {
    std::vector<FloorplanBlock> blocks;
    for (const FloorplanBlock& block : config.blocks) {
        if (block.layer == layer) {
            blocks.push_back(block);
        }
    }
    return blocks;
}

/// `blocks` and what is missing of the die, cut along the edges of all blocks.
std::vector<FloorplanBlock> tiled(std::vector<FloorplanBlock> blocks, const Rectangle& die) {
    std::set<double> xs{die.x, die.right()}, ys{die.y, die.top()};
    for (const FloorplanBlock& block : blocks) {
        xs.insert({block.area.x, block.area.right()});
        ys.insert({block.area.y, block.area.top()});
    }
    const double slack = 1e-9 * std::max(die.width, die.height);
    std::vector<FloorplanBlock> gaps;
    for (auto y = ys.begin(); std::next(y) != ys.end(); ++y) {
        for (auto x = xs.begin(); std::next(x) != xs.end(); ++x) {
            const Rectangle area{*x, *y, *std::next(x) - *x, *std::next(y) - *y};
            const double cx = area.x + area.width / 2;
            const double cy = area.y + area.height / 2;
            const bool covered =
                std::any_of(blocks.begin(), blocks.end(), [&](const FloorplanBlock& block) {
                    return cx > block.area.x && cx < block.area.right() && cy > block.area.y &&
                           cy < block.area.top();
                });
            if (area.width > slack && area.height > slack && !covered) {
                gaps.push_back({fmt::format("_gap{}", gaps.size()), "", area, 0.0, 0.0, {}});
            }
        }
    }
    blocks.insert(blocks.end(), gaps.begin(), gaps.end());
    return blocks;
}

/// W of one block per interval.
std::vector<double> powers_of(const StackConfig& config, const FloorplanBlock& block,
                              const std::vector<std::vector<double>>& rows) {
    std::vector<double> powers(rows.size(), 0.0);
    for (std::size_t i = 0; i < config.blocks.size(); ++i) {
        if (config.blocks[i].layer == block.layer && config.blocks[i].name == block.name) {
            for (std::size_t r = 0; r < rows.size(); ++r) {
                powers[r] = rows[r][i];
            }
        }
    }
    return powers;
}

std::string um(double metres) {
    return fmt::format("{:.10g}", metres * 1e6);
}

}  // namespace

std::string not_exportable(const StackConfig& config) {
    if (!config.uniform_layers()) {
        return "layers with regions, or a spreader or sink larger than the die";
    }
    for (const StackLayer& layer : config.layers) {
        if (layer.interface != 0.0) {
            return "interface resistances";
        }
    }
    const bool is_simple = config.top.kind == StackBoundary::Kind::kConvection &&
                           config.bottom.kind == StackBoundary::Kind::kAdiabatic &&
                           config.top.temperature_c == config.ambient_c;
    return is_simple ? "" : "boundaries other than convection on top to the ambient";
}

ExportedFiles export_hotspot(const StackConfig& config,
                             const std::vector<std::vector<double>>& rows, double step_s,
                             std::size_t nx, std::size_t ny) {
    ExportedFiles files;
    std::string stack =
        "# layers bottom to top: number, lateral flow, power, J/(m3 K), m K/W, m, "
        "floorplan\n";
    std::vector<FloorplanBlock> all;
    for (std::size_t i = 0; i < config.layers.size(); ++i) {
        const StackLayer& layer = config.layers[i];
        const std::vector<FloorplanBlock> own = blocks_of(config, layer.name);
        const std::vector<FloorplanBlock> blocks = tiled(own, config.die);
        std::vector<FloorplanBlock> renamed = blocks;
        for (FloorplanBlock& block : renamed) {
            block.layer = layer.name;
            block.name = layer.name + "." + block.name;  // one trace for all layers
        }
        files.emplace_back(layer.name + ".flp", to_flp(renamed, layer.name));
        stack += fmt::format("{}\nY\n{}\n{:.10g}\n{:.10g}\n{:.10g}\n{}.flp\n\n", i,
                             own.empty() ? "N" : "Y", layer.material.rho_c, 1.0 / layer.material.kx,
                             layer.thickness, layer.name);
        if (!own.empty()) {
            for (std::size_t b = 0; b < blocks.size(); ++b) {
                FloorplanBlock entry = renamed[b];
                entry.layer = layer.name;
                all.push_back(entry);
            }
        }
    }
    std::vector<std::vector<double>> table(rows.size());
    for (const FloorplanBlock& entry : all) {
        FloorplanBlock original = entry;
        original.name = entry.name.substr(entry.layer.size() + 1);
        const std::vector<double> powers = powers_of(config, original, rows);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            table[r].push_back(powers[r]);
        }
    }
    files.emplace_back("power.ptrace", to_ptrace(all, table));
    files.emplace_back("stack.lcf", stack);
    // HotSpot always puts a square spreader and a larger sink on top: here poorly conducting foils,
    // wide enough that their rims, which are one node each, do not tie the edges of the die
    // together. The convection resistance is that of the whole sink.
    const double side = std::max(config.die.width, config.die.height);
    const double spreader = 1.5 * side;
    const double sink = 2.0 * side;
    files.emplace_back(
        "hotspot.config",
        fmt::format("-ambient {:.6f}\n-init_temp {:.6f}\n-r_convec {:.10g}\n-c_convec 1e-3\n"
                    "-s_sink {:.10g}\n-t_sink 1e-6\n-k_sink 10\n-s_spreader {:.10g}\n"
                    "-t_spreader 1e-6\n-k_spreader 10\n-t_interface 1e-6\n-k_interface 400\n"
                    "-sampling_intvl {:.10g}\n-grid_rows {}\n-grid_cols {}\n-model_type grid\n",
                    config.ambient_c + kKelvin, config.ambient_c + kKelvin,
                    1.0 / (config.top.h * sink * sink), sink, spreader, step_s, ny, nx));
    return files;
}

ExportedFiles export_3dice(const StackConfig& config, const std::vector<std::vector<double>>& rows,
                           double step_s, std::size_t nx, std::size_t ny) {
    ExportedFiles files;
    std::string materials, layers, dies, stack;
    for (std::size_t i = 0; i < config.layers.size(); ++i) {
        const StackLayer& layer = config.layers[i];
        materials += fmt::format(
            "material M{} :\n   thermal conductivity {:.10g}, {:.10g}, {:.10g} ;\n"
            "   volumetric heat capacity {:.10g} ;\n\n",
            i, layer.material.kx * 1e-6, layer.material.ky * 1e-6, layer.material.kz * 1e-6,
            layer.material.rho_c * 1e-18);
        const std::vector<FloorplanBlock> blocks = blocks_of(config, layer.name);
        std::string entry;
        if (blocks.empty()) {
            layers += fmt::format("layer L{} :\n   height {} ;\n   material M{} ;\n\n", i,
                                  um(layer.thickness), i);
            entry = fmt::format("   layer z{0}_{1} L{0} ;\n", i, layer.name);
        } else {
            dies += fmt::format("die D{} :\n   source {} M{} ;\n\n", i, um(layer.thickness), i);
            entry = fmt::format("   die z{0}_{1} D{0} floorplan \"./{1}.3dice.flp\" ;\n", i,
                                layer.name);
            std::string floorplan;
            for (const FloorplanBlock& block : blocks) {
                std::string values;
                for (const double watts : powers_of(config, block, rows)) {
                    values += (values.empty() ? "" : ", ") + fmt::format("{:.10g}", watts);
                }
                floorplan += fmt::format(
                    "{} :\n   position {}, {} ;\n   dimension {}, {} ;\n   power values {} ;\n\n",
                    block.name, um(block.area.x), um(block.area.y), um(block.area.width),
                    um(block.area.height), values);
            }
            files.emplace_back(layer.name + ".3dice.flp", floorplan);
        }
        stack = entry + stack;  // 3D-ICE lists from the top
    }
    const bool is_steady = rows.size() <= 1;
    const std::string solver =
        is_steady ? "steady ;"
                  : fmt::format("transient step {:.10g}, slot {:.10g} ;", step_s, step_s);
    std::string outputs;
    for (std::size_t i = 0; i < config.layers.size(); ++i) {
        outputs += fmt::format("   Tmap (z{0}_{1}, \"{1}.map.txt\", {2} ) ;\n", i,
                               config.layers[i].name, is_steady ? "final" : "slot");
    }
    files.emplace_back(
        "stack.stk",
        fmt::format("{}top heat sink :\n   heat transfer coefficient {:.10g} ;\n"
                    "   temperature {:.6f} ;\n\n"
                    "dimensions :\n   chip length {}, width {} ;\n   cell length {}, width {} ;\n\n"
                    "{}{}stack:\n{}\n"
                    "solver:\n   {}\n   initial temperature {:.6f} ;\n\noutput:\n{}",
                    materials, config.top.h * 1e-12, config.ambient_c + kKelvin,
                    um(config.die.width), um(config.die.height),
                    um(config.die.width / static_cast<double>(nx)),
                    um(config.die.height / static_cast<double>(ny)), layers, dies, stack, solver,
                    config.ambient_c + kKelvin, outputs));
    return files;
}

}  // namespace strata::models
