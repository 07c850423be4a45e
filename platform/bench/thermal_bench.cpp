// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/thermal_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <iterator>

#include "core/output_file.h"
#include "models/thermal/grid_choice.h"
#include "models/thermal/heat_map.h"
#include "models/thermal/stack_export.h"
#include "models/thermal/stack_model.h"
#include "platform/config_files.h"

namespace strata::platform {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

double cpu_s() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// One run of a case: the model, and what is collected on the way.
class ThermalRun {
   public:
    ThermalRun(const ThermalCase& config, const models::GridChoice& grid);

    void run();
    ordered_json result();
    void write(const fs::path& directory);

   private:
    void start();
    void step(std::int64_t index);
    void record(double time_s, const std::vector<double>& power_w);
    double end_s() const { return static_cast<double>(case_.steps) * case_.step_s; }
    std::vector<double> mean_power() const { return case_.schedule.mean(0.0, end_s()); }
    void write_export(const fs::path& directory, const models::ExportedFiles& files) const;

    const ThermalCase& case_;
    models::GridChoice grid_;
    double setup_cpu_s_;
    models::StackModel model_;
    double step_cpu_s_ = 0.0;
    double power_w_ = 0.0;                     // of the last window, without leakage
    std::vector<std::vector<double>> powers_;  // of every window
    ordered_json transient_ = ordered_json::array();
    std::string layers_csv_, blocks_csv_;
};

double total(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double value : values) {
        sum += value;
    }
    return sum;
}

ThermalRun::ThermalRun(const ThermalCase& config, const models::GridChoice& grid)
    : case_(config), grid_(grid), setup_cpu_s_(cpu_s()), model_(config.stack, grid.nx, grid.ny) {
    layers_csv_ = blocks_csv_ = "t_s";
    for (const models::StackLayer& layer : config.stack.layers) {
        layers_csv_ += fmt::format(",{0}_max_c,{0}_mean_c", layer.name);
    }
    for (const models::FloorplanBlock& block : config.stack.blocks) {
        blocks_csv_ += ',' + block.name;
    }
    layers_csv_ += '\n';
    blocks_csv_ += '\n';
}

void ThermalRun::run() {
    if (!case_.is_transient) {
        const std::vector<double> power_w = mean_power();
        setup_cpu_s_ = cpu_s() - setup_cpu_s_;
        const double before = cpu_s();
        model_.steady(power_w);
        step_cpu_s_ = cpu_s() - before;
        powers_.push_back(power_w);
        record(0.0, power_w);
        return;
    }
    start();
    setup_cpu_s_ = cpu_s() - setup_cpu_s_;
    record(0.0, std::vector<double>(case_.stack.blocks.size(), 0.0));
    for (std::int64_t i = 0; i < case_.steps; ++i) {
        step(i);
    }
}

/// The start state; and one step that is taken back, so that what is done once counts as set-up.
void ThermalRun::start() {
    const std::vector<double> none(case_.stack.blocks.size(), 0.0);
    model_.set_temperature(case_.stack.ambient_c);
    model_.step(case_.step_s, none);
    if (case_.start == "steady") {
        model_.steady(mean_power());
    } else {
        model_.set_temperature(case_.start_c);
    }
}

void ThermalRun::step(std::int64_t index) {
    const double from = static_cast<double>(index) * case_.step_s;
    const double to = static_cast<double>(index + 1) * case_.step_s;
    powers_.push_back(case_.schedule.mean(from, to));
    const double before = cpu_s();
    model_.step(case_.step_s, powers_.back());
    record(to, powers_.back());
    step_cpu_s_ += (cpu_s() - before) / static_cast<double>(case_.steps);
}

void ThermalRun::record(double time_s, const std::vector<double>& power_w) {
    power_w_ = total(power_w);
    ordered_json row;
    row["t_s"] = time_s;
    double peak = -1e300;
    double heat = 0.0;
    double volume = 0.0;
    ordered_json maxima = ordered_json::array();
    layers_csv_ += fmt::format("{:.9g}", time_s);
    for (std::size_t i = 0; i < case_.stack.layers.size(); ++i) {
        const models::StackModel::Summary layer = model_.layer(i);
        const models::StackLayer& shape = case_.stack.layers[i];
        peak = std::max(peak, layer.max_c);
        heat += layer.mean_c * shape.thickness * shape.area.area();
        volume += shape.thickness * shape.area.area();
        maxima.push_back(layer.max_c);
        fmt::format_to(std::back_inserter(layers_csv_), ",{:.6f},{:.6f}", layer.max_c,
                       layer.mean_c);
    }
    blocks_csv_ += fmt::format("{:.9g}", time_s);
    for (const double celsius : model_.block_means_c()) {
        fmt::format_to(std::back_inserter(blocks_csv_), ",{:.6f}", celsius);
    }
    layers_csv_ += '\n';
    blocks_csv_ += '\n';
    row["max_c"] = peak;
    row["mean_c"] = heat / volume;
    row["power_w"] = power_w_;
    row["leakage_w"] = model_.leakage_w();
    row["layers_max_c"] = maxima;
    if (case_.is_transient) {
        transient_.push_back(row);
    }
}

ordered_json ThermalRun::result() {
    const models::StackGrid& grid = model_.grid();
    ordered_json result;
    result["kind"] = "thermal";
    result["case"] = case_.name;
    result["sim_time_ns"] = case_.is_transient ? end_s() * 1e9 : 0.0;
    result["mode"] = case_.is_transient ? "transient" : "steady";
    result["solver"] = model_.solver_name();
    result["grid"] = {{"nx", grid.nx}, {"ny", grid.ny}, {"nz", grid.nz}};
    ordered_json levels = ordered_json::array();
    for (const auto& level : grid_.levels) {
        levels.push_back({{"nx", level.nx}, {"ny", level.ny}, {"max_c", level.max_c}});
    }
    result["discretisation"] = {
        {"estimate_k", grid_.estimate_k ? ordered_json(*grid_.estimate_k) : ordered_json()},
        {"levels", levels}};
    result["power_w"] = power_w_;
    result["leakage_w"] = model_.leakage_w();
    result["leakage_gain"] = model_.leakage_gain();
    result["layers"] = ordered_json::array();
    for (std::size_t i = 0; i < case_.stack.layers.size(); ++i) {
        const models::StackModel::Summary layer = model_.layer(i);
        result["layers"].push_back({{"name", case_.stack.layers[i].name},
                                    {"max_c", layer.max_c},
                                    {"mean_c", layer.mean_c},
                                    {"min_c", layer.min_c}});
    }
    result["blocks"] = ordered_json::array();
    for (std::size_t i = 0; i < case_.stack.blocks.size(); ++i) {
        const models::StackModel::Summary block = model_.block(i);
        result["blocks"].push_back({{"name", case_.stack.blocks[i].name},
                                    {"layer", case_.stack.blocks[i].layer},
                                    {"power_w", powers_.back()[i]},
                                    {"mean_c", block.mean_c},
                                    {"max_c", block.max_c}});
    }
    result["transient"] = transient_;
    result["energy_in_j"] = model_.energy_in_j();
    result["energy_error"] = model_.energy_error();
    result["step_cpu_s"] = step_cpu_s_;
    result["setup_cpu_s"] = setup_cpu_s_;
    return result;
}

void ThermalRun::write(const fs::path& directory) {
    const auto put = [&](const std::string& name, const std::string& text) {
        core::write_file((directory / name).string(), text);
    };
    put("maps.svg", models::map_svg(model_, case_.name));
    const auto& layer_of = model_.grid().layer;
    for (std::size_t i = 0; i < case_.stack.layers.size(); ++i) {
        const models::StackLayer& layer = case_.stack.layers[i];
        const auto first = std::find(layer_of.begin(), layer_of.end(), i) - layer_of.begin();
        for (std::size_t k = 0; k < layer.cells; ++k) {
            const std::string part = layer.cells > 1 ? fmt::format("_{}", k) : "";
            put("map_" + layer.name + part + ".csv",
                models::map_csv(model_, static_cast<std::size_t>(first) + k));
        }
    }
    put("layers.csv", layers_csv_);
    put("blocks.csv", blocks_csv_);
    put("floorplan.csv", models::to_csv(case_.stack.blocks));
    if (models::not_exportable(case_.stack).empty()) {
        write_export(
            directory / "hotspot",
            models::export_hotspot(case_.stack, powers_, case_.step_s, grid_.nx, grid_.ny));
        write_export(directory / "3dice",
                     models::export_3dice(case_.stack, powers_, case_.step_s, grid_.nx, grid_.ny));
    }
}

void ThermalRun::write_export(const fs::path& directory, const models::ExportedFiles& files) const {
    fs::create_directories(directory);
    for (const auto& [name, text] : files) {
        core::write_file((directory / name).string(), text);
    }
}

}  // namespace

ThermalCase ThermalCase::parse(core::Section root) {
    ThermalCase result;
    result.name = fs::path(root.location().file).stem().string();
    result.stack = models::StackConfig::parse(root.required_section("thermal"));
    core::Section run = root.section("run");
    result.is_transient = run.choice("mode", {"steady", "transient"}, "steady") == "transient";
    constexpr core::Range kStep{1.0, 1e18};  // ps: above zero, at most days
    result.step_s = static_cast<double>(run.time("step", core::kMillisecond, kStep)) * 1e-12;
    result.steps = run.integer("steps", 100, core::Range{1, 1e8});
    result.start = run.raw("start", "ambient");
    result.start_c = result.stack.ambient_c;
    if (result.start != "ambient" && result.start != "steady") {
        result.start_c = run.temperature_c("start", {}, core::Range{-273.15, 2000.0});
    }
    const double interval_s =
        run.has("trace_interval")
            ? static_cast<double>(run.time("trace_interval", {}, kStep)) * 1e-12
            : result.step_s;
    result.schedule = models::PowerSchedule::parse(run, result.stack, interval_s);
    if ((!result.is_transient || result.start == "steady") && root.diagnostics().ok() &&
        !result.stack.has_path_to_ambient()) {
        run.error("mode", "no steady state: top and bottom are both adiabatic");
    }
    run.finish();
    root.finish();
    return result;
}

core::ConfigDocument load_thermal_case(const std::string& file,
                                       const std::vector<std::string>& overrides,
                                       core::Diagnostics& diagnostics) {
    core::Diagnostics ignored;
    core::ConfigDocument probe = core::ConfigDocument::load(file, overrides, ignored);
    core::Section thermal = probe.root().section("thermal");
    if (!ignored.ok() || !thermal.has("preset")) {
        return core::ConfigDocument::load(file, overrides, diagnostics);
    }
    const std::string preset = find_config("presets/thermal", thermal.string("preset"));
    const ordered_json bases = {fs::absolute(preset).string(), fs::absolute(file).string()};
    // A name of its own, as the file is one of its bases.
    return core::ConfigDocument::parse("base: " + bases.dump(), file + ":preset", overrides,
                                       diagnostics);
}

ordered_json run_thermal_bench(const std::string& file, const std::vector<std::string>& overrides,
                               const std::string& out) {
    core::Diagnostics diagnostics;
    core::ConfigDocument document = load_thermal_case(file, overrides, diagnostics);
    diagnostics.throw_if_any();
    const ThermalCase config = ThermalCase::parse(document.root());
    diagnostics.throw_if_any();
    ThermalRun run(config, models::choose_grid(config.stack));
    run.run();
    ordered_json result = run.result();
    if (!out.empty()) {
        run.write(out);
        core::write_file((fs::path(out) / "config.resolved.yaml").string(),
                         document.resolved_yaml());
    }
    return result;
}

std::string thermal_text(const ordered_json& result) {
    std::string text =
        fmt::format("{}: {} with {}, {}x{}x{} cells, {:.4g} W + {:.4g} W leakage\n",
                    result["case"].get<std::string>(), result["mode"].get<std::string>(),
                    result["solver"].get<std::string>(), result["grid"]["nx"].get<int>(),
                    result["grid"]["ny"].get<int>(), result["grid"]["nz"].get<int>(),
                    result["power_w"].get<double>(), result["leakage_w"].get<double>());
    text += fmt::format("{:<16} {:>10} {:>10} {:>10}\n", "layer", "max_c", "mean_c", "min_c");
    const auto& layers = result["layers"];
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        text += fmt::format("{:<16} {:>10.3f} {:>10.3f} {:>10.3f}\n",
                            (*layer)["name"].get<std::string>(), (*layer)["max_c"].get<double>(),
                            (*layer)["mean_c"].get<double>(), (*layer)["min_c"].get<double>());
    }
    const auto& estimate = result["discretisation"]["estimate_k"];
    if (!estimate.is_null()) {
        text += fmt::format("grid error of the peak: about {:.3g} K\n", estimate.get<double>());
    }
    return text + fmt::format("energy error {:.2g}; {:.3g} s per step, {:.3g} s set-up (CPU)\n",
                              result["energy_error"].get<double>(),
                              result["step_cpu_s"].get<double>(),
                              result["setup_cpu_s"].get<double>());
}

}  // namespace strata::platform
