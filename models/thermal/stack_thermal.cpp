// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/stack_thermal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "models/thermal/grid_choice.h"

namespace strata::models {

namespace {

constexpr double kAutoCells = 48;       // along x under `grid: auto`: six for each of eight PEs
constexpr double kOutsideStrip = 0.04;  // of the die's height, for blocks outside the cubes

/// `sip0.cube1.pe3` → `cube1.pe3`; what belongs to no SIP keeps its name.
std::string name_in_sip(const std::string& name) {
    const std::size_t dot = name.find('.');
    return name.rfind("sip", 0) == 0 && dot != std::string::npos ? name.substr(dot + 1) : name;
}

/// Cuts `area` into `count` equal blocks in rows, the first at the lower left.
std::vector<Rectangle> cut(const Rectangle& area, std::size_t count) {
    const double wide = std::sqrt(static_cast<double>(count) * area.width / area.height);
    const auto columns =
        std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(wide)), 1, count);
    const std::size_t rows = (count + columns - 1) / columns;
    std::vector<Rectangle> parts;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t row = i / columns;
        // The last row may hold fewer, wider blocks.
        const std::size_t in_row = std::min(columns, count - row * columns);
        const double width = area.width / static_cast<double>(in_row);
        const double height = area.height / static_cast<double>(rows);
        parts.push_back({area.x + width * static_cast<double>(i % columns),
                         area.y + height * static_cast<double>(row), width, height});
    }
    return parts;
}

/// Lays blocks into one layer of one tile: a strip per kind.
class Tile {
   public:
    Tile(const StackThermalConfig& config, std::string layer, const Rectangle& area)
        : config_(config), layer_(std::move(layer)), area_(area) {}

    void add(std::size_t block, const std::string& kind) { kinds_[kind].push_back(block); }

    /// Appends (platform block, rectangle).
    void place(std::vector<std::pair<std::size_t, FloorplanBlock>>& placed) const {
        double weights = 0.0;
        for (const auto& [kind, members] : kinds_) {
            weights += config_.place(kind).weight;
        }
        double y = area_.y;
        for (const auto& [kind, members] : kinds_) {
            const double height = area_.height * config_.place(kind).weight / weights;
            const auto parts = cut({area_.x, y, area_.width, height}, members.size());
            for (std::size_t i = 0; i < members.size(); ++i) {
                placed.push_back({members[i], {"", layer_, parts[i], 0.0, 0.0, {}}});
            }
            y += height;
        }
    }

   private:
    const StackThermalConfig& config_;
    std::string layer_;
    Rectangle area_;
    std::map<std::string, std::vector<std::size_t>> kinds_;
};

StackThermalConfig::Place parse_place(core::Section section, const std::string& layer,
                                      double weight) {
    StackThermalConfig::Place place;
    place.layers = section.strings("layers", std::vector<std::string>{layer});
    place.weight = section.number("weight", weight, core::Range{1e-3, 1e3});
    section.finish();
    return place;
}

}  // namespace

StackThermalConfig StackThermalConfig::parse(core::Section section) {
    StackThermalConfig config;
    // Weights are assumptions: engines and TCM take most of a compute die.
    core::Section place = section.section("place");
    config.pe = parse_place(place.section("pe"), "logic", 0.70);
    config.sram = parse_place(place.section("sram"), "logic", 0.20);
    config.noc = parse_place(place.section("noc"), "logic", 0.07);
    config.control = parse_place(place.section("control"), "logic", 0.03);
    config.dram = parse_place(place.section("dram"), "dram", 1.0);
    config.nand = parse_place(place.section("nand"), "nand", 1.0);
    place.finish();
    config.stack = StackConfig::parse(section);
    config.has_floorplan = !config.stack.blocks.empty();
    const auto known = [&](const std::string& name) {
        return std::any_of(config.stack.layers.begin(), config.stack.layers.end(),
                           [&](const StackLayer& layer) { return layer.name == name; });
    };
    for (const std::string kind : {"pe", "sram", "noc", "control", "dram", "nand"}) {
        for (const std::string& layer : config.place(kind).layers) {
            if (!config.has_floorplan && !known(layer)) {
                section.error("place", kind + ": no layer '" + layer + "' in the stack");
            }
        }
    }
    return config;
}

const StackThermalConfig::Place& StackThermalConfig::place(const std::string& kind) const {
    return kind == "pe"     ? pe
           : kind == "sram" ? sram
           : kind == "dram" ? dram
           : kind == "nand" ? nand
           : kind == "noc"  ? noc
                            : control;
}

std::vector<FloorplanBlock> place_blocks(const StackThermalConfig& config,
                                         const std::vector<PlatformBlock>& blocks, int cubes_x,
                                         int cubes_y) {
    const Rectangle& die = config.stack.die;
    const bool has_outside = std::any_of(blocks.begin(), blocks.end(),
                                         [](const PlatformBlock& block) { return block.cube < 0; });
    const double strip = has_outside ? kOutsideStrip * die.height : 0.0;
    const double width = die.width / cubes_x;
    const double height = (die.height - strip) / cubes_y;
    std::map<std::pair<int, std::string>, Tile> tiles;  // by cube and layer
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const int cube = blocks[i].cube;
        const Rectangle area =
            cube < 0 ? Rectangle{die.x, die.y, die.width, strip}
                     : Rectangle{die.x + width * (cube % cubes_x),
                                 die.y + strip + height * (cube / cubes_x), width, height};
        for (const std::string& layer : config.place(blocks[i].kind).layers) {
            tiles.try_emplace({cube, layer}, config, layer, area)
                .first->second.add(i, blocks[i].kind);
        }
    }
    std::vector<std::pair<std::size_t, FloorplanBlock>> placed;
    for (const auto& [where, tile] : tiles) {
        tile.place(placed);
    }
    std::stable_sort(placed.begin(), placed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<FloorplanBlock> floorplan;
    for (auto& [index, block] : placed) {
        block.name = name_in_sip(blocks[index].name);
        floorplan.push_back(std::move(block));
    }
    return floorplan;
}

StackThermal::StackThermal(const StackThermalConfig& config,
                           const std::vector<PlatformBlock>& blocks, int cubes_x, int cubes_y,
                           double start_c)
    : parts_(blocks.size()), temperature_(blocks.size(), start_c) {
    std::map<int, std::vector<std::size_t>> by_sip;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        by_sip[blocks[i].sip].push_back(i);
    }
    for (const auto& [sip, members] : by_sip) {
        add_stack(config, blocks, members, cubes_x, cubes_y);
        stacks_.back()->set_temperature(start_c);
    }
    collect();
}

void StackThermal::add_stack(const StackThermalConfig& config,
                             const std::vector<PlatformBlock>& blocks,
                             const std::vector<std::size_t>& members, int cubes_x, int cubes_y) {
    StackConfig stack = config.stack;
    if (!config.has_floorplan) {
        std::vector<PlatformBlock> own;
        for (const std::size_t i : members) {
            own.push_back(blocks[i]);
        }
        stack.blocks = place_blocks(config, own, cubes_x, cubes_y);
    }
    for (FloorplanBlock& block : stack.blocks) {
        block.power_w = block.leakage_w = 0.0;  // the ledger knows
    }
    std::map<std::string, std::vector<std::size_t>> by_name;
    for (std::size_t i = 0; i < stack.blocks.size(); ++i) {
        by_name[stack.blocks[i].name].push_back(i);
    }
    std::string missing;
    for (const std::size_t i : members) {
        const auto found = by_name.find(name_in_sip(blocks[i].name));
        if (found == by_name.end()) {
            missing += (missing.empty() ? "" : ", ") + name_in_sip(blocks[i].name);
        } else {
            parts_[i] = {stacks_.size(), found->second};
        }
    }
    if (!missing.empty()) {
        throw core::UserError("thermal.stack: the floorplan lacks blocks of the platform: " +
                              missing);
    }
    power_w_.emplace_back(stack.blocks.size(), 0.0);
    // Without power in the config there is nothing to refine for.
    const std::size_t nx = stack.grid_auto ? static_cast<std::size_t>(kAutoCells) : stack.nx;
    const double rows = std::round(kAutoCells * stack.die.height / stack.die.width);
    const std::size_t ny =
        stack.grid_auto ? static_cast<std::size_t>(std::clamp(rows, 8.0, 256.0)) : stack.ny;
    stacks_.push_back(std::make_unique<StackModel>(stack, nx, ny));
}

void StackThermal::distribute(const std::vector<double>& power_w) {
    if (power_w.size() != parts_.size()) {
        throw core::ModelError(
            fmt::format("thermal: power of {} blocks for {}", power_w.size(), parts_.size()));
    }
    for (std::vector<double>& stack : power_w_) {
        std::fill(stack.begin(), stack.end(), 0.0);
    }
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const double share = power_w[i] / static_cast<double>(parts_[i].blocks.size());
        for (const std::size_t block : parts_[i].blocks) {
            power_w_[parts_[i].stack][block] += share;
        }
    }
}

void StackThermal::step(core::Ps dt, const std::vector<double>& power_w) {
    distribute(power_w);
    for (std::size_t s = 0; s < stacks_.size(); ++s) {
        stacks_[s]->step(static_cast<double>(dt) * 1e-12, power_w_[s]);
    }
    collect();
}

void StackThermal::settle(const std::vector<double>& power_w) {
    distribute(power_w);
    for (std::size_t s = 0; s < stacks_.size(); ++s) {
        stacks_[s]->steady(power_w_[s]);
    }
    collect();
}

std::vector<double> StackThermal::response_k(const std::vector<double>& power_w) {
    distribute(power_w);
    std::vector<std::vector<double>> rises;
    for (std::size_t s = 0; s < stacks_.size(); ++s) {
        rises.push_back(stacks_[s]->response_k(power_w_[s]));
    }
    std::vector<double> hottest(parts_.size(), 0.0);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        for (const std::size_t block : parts_[i].blocks) {
            hottest[i] = std::max(hottest[i], rises[parts_[i].stack][block]);
        }
    }
    return hottest;
}

void StackThermal::collect() {
    std::vector<std::vector<double>> means;
    double weighted = 0.0;
    double area = 0.0;
    for (const auto& stack : stacks_) {
        means.push_back(stack->block_means_c());
        for (std::size_t b = 0; b < means.back().size(); ++b) {
            const double own = stack->config().blocks[b].area.area();
            weighted += means.back()[b] * own;
            area += own;
        }
    }
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const std::vector<double>& stack = means[parts_[i].stack];
        temperature_[i] = stack[parts_[i].blocks.front()];
        for (const std::size_t block : parts_[i].blocks) {
            temperature_[i] = std::max(temperature_[i], stack[block]);
        }
    }
    mean_c_ = weighted / area;
    max_c_ = *std::max_element(temperature_.begin(), temperature_.end());
}

double StackThermal::energy_in_j() const {
    double sum = 0.0;
    for (const auto& stack : stacks_) {
        sum += stack->energy_in_j();
    }
    return sum;
}

double StackThermal::energy_error() {
    double worst = 0.0;
    for (const auto& stack : stacks_) {
        worst = std::max(worst, stack->energy_error());
    }
    return worst;
}

}  // namespace strata::models
