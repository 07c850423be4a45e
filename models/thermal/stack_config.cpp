// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/stack_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

namespace strata::models {

namespace {

using core::kNotNegative;
using core::kPositive;
using core::Range;

const Range kCelsius{-273.15, 2000.0};

// Bulk silicon at 85 C, and the range of anything that is sold as a solid.
constexpr double kSiliconK = 120.0;
constexpr double kSiliconRhoC = 1.75e6;
// Copper, for pillars, spreader and sink.
constexpr double kCopperK = 400.0;
constexpr double kCopperRhoC = 3.55e6;
const Range kConductivity{1e-4, 1e5};
const Range kHeatCapacity{1.0, 1e8};

class StackParser {
   public:
    explicit StackParser(core::Section section)
        : section_(std::move(section)), diagnostics_(section_.diagnostics()) {}

    StackConfig parse();

   private:
    void parse_grid();
    void parse_layers();
    void parse_layer(core::Section section);
    void parse_cap(const std::string& key, double thickness);
    void parse_power(core::Section& layer, const std::string& name);
    void parse_power_map(core::Section power, const std::string& name);
    void add_floorplan(const std::string& file, const std::string& layer,
                       const core::SourceLocation& from);
    void add_uniform(core::Section& section, const std::string& key, const std::string& text,
                     const std::string& layer);
    void add_tiles(core::Section& power, const std::string& layer);
    void add_trace(const std::string& file, const std::string& layer,
                   const core::SourceLocation& from);
    void spread_leakage();
    Material material(core::Section& section, const Material& fallback);
    StackBoundary boundary(const std::string& key);
    Rectangle area(core::Section& section);

    core::Section section_;
    core::Diagnostics& diagnostics_;
    StackConfig config_;
    std::set<std::string> files_;  // floorplans read
    std::map<std::string, double> leakage_w_;
};

std::string beside(const std::string& file, const core::SourceLocation& from) {
    const auto directory = std::filesystem::path(from.file).parent_path();
    return (directory / file).lexically_normal().string();
}

bool ends_with(const std::string& text, const std::string& tail) {
    return text.size() >= tail.size() &&
           text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

StackConfig StackParser::parse() {
    if (section_.has("preset")) {
        section_.string("preset");  // laid below this section by whoever read the file
    }
    core::Section die = section_.required_section("die");
    config_.die = {0.0, 0.0, die.length_m("width", {}, Range{1e-6, 1.0}),
                   die.length_m("height", {}, Range{1e-6, 1.0})};
    die.finish();
    config_.ambient_c = section_.temperature_c("ambient", 45.0, kCelsius);  // assumption
    parse_grid();
    config_.top = boundary("top");
    config_.bottom = boundary("bottom");
    config_.solver = section_.choice("solver", {"auto", "dct", "cholesky", "cg"}, "auto");
    config_.scheme = section_.choice("scheme", {"sdirk2", "euler"}, "sdirk2");
    core::Section leakage = section_.section("leakage");
    config_.leakage.beta = leakage.number("beta", 0.03, Range{0.0, 1.0});  // x2 per 23 K
    config_.leakage.reference_c = leakage.temperature_c("reference", 85.0, kCelsius);
    config_.leakage.limit_c = leakage.temperature_c("limit", 300.0, kCelsius);
    leakage.finish();
    parse_layers();
    section_.finish();

    std::vector<std::string> names;
    for (const StackLayer& layer : config_.layers) {
        names.push_back(layer.name);
    }
    check_floorplan(config_.blocks, names, config_.die, diagnostics_);
    spread_leakage();
    if (config_.solver == "dct" && !config_.uniform_layers()) {
        section_.error("solver", "dct needs layers without regions, as large as the die; use auto");
    }
    return config_;
}

void StackParser::parse_grid() {
    config_.grid_tolerance_k = section_.number("grid_tolerance_k", 0.5, kPositive);
    if (!section_.has_list("grid")) {
        section_.choice("grid", {"auto"}, "auto");
        return;
    }
    const auto cells = section_.integers("grid", std::nullopt, Range{1, 1024});
    if (cells.size() == 2) {
        config_.grid_auto = false;
        config_.nx = static_cast<std::size_t>(cells[0]);
        config_.ny = static_cast<std::size_t>(cells[1]);
    } else {
        section_.error("grid", "expected auto or two sizes such as [64, 64], each 1..1024");
    }
}

StackBoundary StackParser::boundary(const std::string& key) {
    StackBoundary result;
    result.temperature_c = config_.ambient_c;
    if (!section_.has_mapping(key)) {
        section_.choice(key, {"adiabatic"}, "adiabatic");
        return result;
    }
    core::Section side = section_.section(key);
    if (side.has("h")) {
        result.kind = StackBoundary::Kind::kConvection;
        result.h = side.number("h", {}, Range{1e-3, 1e9});
    } else {
        result.kind = StackBoundary::Kind::kFixed;
    }
    if (!side.has("h") && !side.has("temperature")) {
        section_.error(key,
                       "expected adiabatic, {h: …} with an optional temperature, or "
                       "{temperature: …}");
    }
    result.temperature_c = side.temperature_c("temperature", config_.ambient_c, kCelsius);
    side.finish();
    return result;
}

Material StackParser::material(core::Section& section, const Material& fallback) {
    Material result = fallback;
    if (section.has_mapping("k")) {
        core::Section k = section.section("k");
        result.kx = k.number("kx", {}, kConductivity);
        result.ky = k.number("ky", {}, kConductivity);
        result.kz = k.number("kz", {}, kConductivity);
        k.finish();
    } else {
        result.kx = section.number("k", fallback.kx, kConductivity);
        if (section.has("k")) {
            result.ky = result.kz = result.kx;
        }
    }
    result.rho_c = section.number("rho_c", fallback.rho_c, kHeatCapacity);
    if (section.has("tsv")) {
        core::Section tsv = section.section("tsv");
        const double diameter = tsv.length_m("diameter", {}, kPositive);
        const double pitch = tsv.length_m("pitch", {}, kPositive);
        const double k = tsv.number("k", kCopperK, kConductivity);
        const double rho_c = tsv.number("rho_c", kCopperRhoC, kHeatCapacity);
        tsv.finish();
        if (diameter > pitch) {
            tsv.error("diameter", "expected at most the pitch");
        } else if (diameter > 0.0) {
            result = with_pillars(result, diameter, pitch, k, rho_c);
        }
    }
    return result;
}

Rectangle StackParser::area(core::Section& section) {
    return {section.length_m("x", 0.0, Range{-1.0, 1.0}),
            section.length_m("y", 0.0, Range{-1.0, 1.0}), section.length_m("width", {}, kPositive),
            section.length_m("height", {}, kPositive)};
}

void StackParser::parse_layers() {
    std::vector<core::Section> layers = section_.list("layers");
    if (layers.empty()) {
        section_.error("layers", "expected at least one layer, bottom to top");
    }
    for (core::Section& layer : layers) {
        parse_layer(layer);
    }
    if (section_.has("floorplan")) {
        add_floorplan(section_.string("floorplan"), "", section_.location("floorplan"));
    }
    parse_cap("spreader", 1e-3);  // HotSpot's default spreader: 1 mm of copper
    parse_cap("sink", 6.9e-3);    // HotSpot's default sink
}

void StackParser::parse_layer(core::Section section) {
    StackLayer layer;
    layer.name = section.string("name");
    const auto same = [&](const StackLayer& other) { return other.name == layer.name; };
    if (std::any_of(config_.layers.begin(), config_.layers.end(), same)) {
        section.error("name", "a layer '" + layer.name + "' exists already");
    }
    layer.thickness = section.length_m("thickness", {}, Range{1e-9, 1.0});
    layer.material = material(section, {kSiliconK, kSiliconK, kSiliconK, kSiliconRhoC});
    layer.interface = section.number("interface", 0.0, Range{0.0, 1.0});
    layer.cells = static_cast<std::size_t>(section.integer("cells", 1, Range{1, 1000}));
    layer.area = config_.die;
    for (core::Section region : section.list("regions")) {
        Region part;
        part.area = area(region);
        part.material = material(region, layer.material);
        region.finish();
        layer.regions.push_back(part);
    }
    const double leakage = section.power_w("leakage", 0.0);
    if (leakage > 0.0) {
        leakage_w_[layer.name] = leakage;
    }
    config_.layers.push_back(layer);
    parse_power(section, layer.name);
    section.finish();
}

void StackParser::parse_cap(const std::string& key, double thickness) {
    if (!section_.has(key)) {
        return;
    }
    core::Section cap = section_.section(key);
    StackLayer layer;
    layer.name = key;
    const double width = cap.length_m("width", config_.die.width, Range{config_.die.width, 1.0});
    const double height =
        cap.length_m("height", config_.die.height, Range{config_.die.height, 1.0});
    layer.area = {(config_.die.width - width) / 2, (config_.die.height - height) / 2, width,
                  height};
    layer.thickness = cap.length_m("thickness", thickness, Range{1e-9, 1.0});
    layer.material = material(cap, {kCopperK, kCopperK, kCopperK, kCopperRhoC});
    layer.interface = cap.number("interface", 0.0, Range{0.0, 1.0});
    layer.cells = static_cast<std::size_t>(cap.integer("cells", 1, Range{1, 1000}));
    cap.finish();
    config_.layers.push_back(layer);
}

void StackParser::parse_power(core::Section& layer, const std::string& name) {
    if (!layer.has("power")) {
        return;
    }
    if (layer.has_mapping("power")) {
        parse_power_map(layer.section("power"), name);
        return;
    }
    const std::string text = layer.string("power");
    if (text.rfind("uniform ", 0) == 0) {
        add_uniform(layer, "power", text.substr(8), name);
    } else if (ends_with(text, ".csv") || ends_with(text, ".flp")) {
        add_floorplan(text, name, layer.location("power"));
    } else if (text == "uniform") {
        layer.error("power", "expected the watts too, such as uniform 5W");
    } else {
        add_uniform(layer, "power", text, name);
    }
}

/// `{uniform: 5W}`, `{tiles: [8, 8], name: core, total: 40W}`, `{floorplan: file.csv}` or
/// `{floorplan: file.flp, trace: file.ptrace}`.
void StackParser::parse_power_map(core::Section power, const std::string& name) {
    if (power.has("uniform")) {
        add_uniform(power, "uniform", power.string("uniform"), name);
    } else if (power.has("tiles")) {
        add_tiles(power, name);
    } else {
        add_floorplan(power.string("floorplan"), name, power.location("floorplan"));
        if (power.has("trace")) {
            add_trace(power.string("trace"), name, power.location("trace"));
        }
    }
    power.finish();
}

void StackParser::add_uniform(core::Section& section, const std::string& key,
                              const std::string& text, const std::string& layer) {
    std::string error;
    core::Diagnostics ignored;
    core::ConfigDocument document =
        core::ConfigDocument::parse("power: \"" + text + "\"", "power", {}, ignored);
    const double watts = document.root().power_w("power", 0.0);
    if (!ignored.ok()) {
        section.error(key,
                      "expected a floorplan (.csv, .flp) or a power that is not negative, "
                      "such as uniform 5W, got '" +
                          text + "'");
        return;
    }
    config_.blocks.push_back({layer, layer, config_.die, watts, 0.0, section.location(key)});
}

/// Equal blocks `<name>_<x>_<y>` that cover the die.
void StackParser::add_tiles(core::Section& power, const std::string& layer) {
    const auto counts = power.integers("tiles", std::nullopt, Range{1, 1024});
    const std::string name = power.string("name", layer);
    const double total = power.power_w("total");
    if (counts.size() != 2) {
        power.error("tiles", "expected two counts such as [8, 8]");
        return;
    }
    const auto nx = static_cast<double>(counts[0]);
    const auto ny = static_cast<double>(counts[1]);
    for (std::int64_t iy = 0; iy < counts[1]; ++iy) {
        for (std::int64_t ix = 0; ix < counts[0]; ++ix) {
            const Rectangle tile{config_.die.width * static_cast<double>(ix) / nx,
                                 config_.die.height * static_cast<double>(iy) / ny,
                                 config_.die.width / nx, config_.die.height / ny};
            config_.blocks.push_back({fmt::format("{}_{}_{}", name, ix, iy), layer, tile,
                                      total / (nx * ny), 0.0, power.location("tiles")});
        }
    }
}

void StackParser::add_floorplan(const std::string& file, const std::string& layer,
                                const core::SourceLocation& from) {
    const std::string path = beside(file, from);
    std::vector<FloorplanBlock> blocks;
    if (ends_with(file, ".flp")) {
        blocks = read_flp(path, layer, diagnostics_);
    } else if (files_.insert(path).second) {  // one file may serve several layers
        blocks = read_floorplan_csv(path, diagnostics_);
    }
    config_.blocks.insert(config_.blocks.end(), blocks.begin(), blocks.end());
}

void StackParser::add_trace(const std::string& file, const std::string& layer,
                            const core::SourceLocation& from) {
    const PowerTable table = read_ptrace(beside(file, from), diagnostics_);
    StackConfig::Trace trace;
    trace.rows = table.rows;
    for (std::size_t i = 0; i < table.names.size(); ++i) {
        const auto block =
            std::find_if(config_.blocks.begin(), config_.blocks.end(), [&](const auto& candidate) {
                return candidate.layer == layer && candidate.name == table.names[i];
            });
        if (block == config_.blocks.end()) {
            diagnostics_.error(table.places[i], "",
                               fmt::format("power for a block '{}' that layer '{}' does not have",
                                           table.names[i], layer));
            continue;
        }
        double sum = 0.0;
        for (const std::vector<double>& row : table.rows) {
            sum += row[i];
        }
        // A steady run uses the mean.
        block->power_w = table.rows.empty() ? 0.0 : sum / static_cast<double>(table.rows.size());
        trace.blocks.push_back(static_cast<std::size_t>(block - config_.blocks.begin()));
    }
    if (trace.blocks.size() == table.names.size() && !table.rows.empty()) {
        config_.traces.push_back(std::move(trace));
    }
}

/// A layer's own leakage goes to its blocks by area; without blocks it is a block itself.
void StackParser::spread_leakage() {
    for (const auto& [layer, watts] : leakage_w_) {
        double area = 0.0;
        for (const FloorplanBlock& block : config_.blocks) {
            area += block.layer == layer ? block.area.area() : 0.0;
        }
        if (area == 0.0) {
            config_.blocks.push_back({layer, layer, config_.die, 0.0, watts, section_.location()});
            continue;
        }
        for (FloorplanBlock& block : config_.blocks) {
            block.leakage_w += block.layer == layer ? watts * block.area.area() / area : 0.0;
        }
    }
}

}  // namespace

Material with_pillars(const Material& host, double diameter, double pitch, double k, double rho_c) {
    const double fill = std::acos(-1.0) * diameter * diameter / (4.0 * pitch * pitch);
    const auto across = [&](double k_host) {
        return k_host * ((1.0 + fill) * k + (1.0 - fill) * k_host) /
               ((1.0 - fill) * k + (1.0 + fill) * k_host);
    };
    return {across(host.kx), across(host.ky), fill * k + (1.0 - fill) * host.kz,
            fill * rho_c + (1.0 - fill) * host.rho_c};
}

bool StackConfig::uniform_layers() const {
    return std::all_of(layers.begin(), layers.end(), [this](const StackLayer& layer) {
        return layer.regions.empty() && layer.area.width == die.width &&
               layer.area.height == die.height;
    });
}

bool StackConfig::has_path_to_ambient() const {
    return top.kind != StackBoundary::Kind::kAdiabatic ||
           bottom.kind != StackBoundary::Kind::kAdiabatic;
}

StackConfig StackConfig::parse(core::Section section) {
    return StackParser(std::move(section)).parse();
}

}  // namespace strata::models
