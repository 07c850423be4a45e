// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/report.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "interconnect/packet_network.h"
#include "models/memory/nand/full_nand_config.h"

namespace strata::platform {

using core::EnergyCategory;
using nlohmann::ordered_json;

namespace {

constexpr double kPsToNs = 1e-3;

double ns(core::Ps time) {
    return static_cast<double>(time) * kPsToNs;
}

double gbps(core::Bytes bytes, double seconds) {
    return seconds > 0.0 ? static_cast<double>(bytes) * 1e-9 / seconds : 0.0;
}

double share(core::Ps busy, std::int64_t parts, double seconds) {
    return parts > 0 && seconds > 0.0
               ? static_cast<double>(busy) * 1e-12 / (static_cast<double>(parts) * seconds)
               : 0.0;
}

std::string human_bytes(core::Bytes bytes) {
    const double value = static_cast<double>(bytes);
    if (value >= 1e9) return fmt::format("{:.2f} GB", value * 1e-9);
    if (value >= 1e6) return fmt::format("{:.2f} MB", value * 1e-6);
    if (value >= 1e3) return fmt::format("{:.2f} kB", value * 1e-3);
    return fmt::format("{} B", bytes);
}

std::string human_time(double value_ns) {
    if (value_ns >= 1e6) return fmt::format("{:.3f} ms", value_ns * 1e-6);
    if (value_ns >= 1e3) return fmt::format("{:.3f} us", value_ns * 1e-3);
    return fmt::format("{:.3f} ns", value_ns);
}

void add_full_nand(const models::FullNandConfig& nand, std::vector<std::string>& list) {
    list.push_back("partial-page writes, the flash controller's computing time (nand.model: full)");
    if (!nand.reliability.enabled) {
        list.push_back("bit errors of the NAND and read retry (nand.reliability.enabled: false)");
    }
    if (!nand.ecc.on()) {
        list.push_back("decoding of the NAND's ECC (nand.ecc.placement: none)");
    }
}

void add_packet_level(const interconnect::NocConfig& noc, double busiest_link,
                      std::vector<std::string>& list) {
    list.push_back("finite router buffers, input conflicts, priorities (noc.model: packet)");
    interconnect::PacketLimits run;
    run.vcs = noc.vcs / noc.classes;
    run.buffer_flits = noc.buffer_flits;
    run.packet_flits = 1 + core::ceil_div(noc.max_packet, noc.flit);
    run.busiest_link = busiest_link;
    for (const std::string& warning : interconnect::packet_level_warnings(run)) {
        list.push_back(warning);
    }
}

}  // namespace

std::vector<std::string> not_modelled(const PlatformConfig& config, double busiest_link) {
    std::vector<std::string> list;
    if (config.dram.model == "simple") {
        list.push_back(
            "DRAM command scheduling, bank groups, tFAW, write turnaround (dram.model: simple)");
    }
    if (config.nand && config.nand->model == "simple") {
        list.push_back(
            "NAND flash translation, garbage collection, wear, ECC and read retry "
            "(nand.model: simple)");
    }
    if (config.nand && config.nand->full) {
        add_full_nand(*config.nand->full, list);
    }
    if (config.noc.model == "packet") {
        add_packet_level(config.noc, busiest_link, list);
    } else if (config.noc.model == "ideal") {
        list.push_back("contention in the network (noc.model: ideal)");
    }
    list.push_back("instructions of the control processors (fixed cycles per message)");
    if (config.thermal.model == "lumped") {
        list.push_back("heat flow between blocks (thermal.model: lumped)");
    }
    if (config.thermal.accelerate == "steady") {
        list.push_back(
            "heating up: temperatures are the steady state of the mean power so far "
            "(thermal.accelerate: steady)");
    }
    if (config.thermal.accelerate == "periodic") {
        list.push_back(
            "governor and refresh at the temperatures reported, which are those of the run's power "
            "repeated until they recur (thermal.accelerate: periodic)");
    }
    list.push_back("time and energy of a DVFS level change");
    return list;
}

Report::Report(const Platform& platform, const Monitor& monitor,
               const runtime::PreparedWorkload& workload, const runtime::WorkloadResult& result,
               const core::RunResult& run, std::uint64_t seed)
    : platform_(platform),
      monitor_(monitor),
      workload_(workload),
      result_(result),
      run_(run),
      seed_(seed),
      activity_(platform.activity()) {
    if (workload.lowered.code) {
        roofline_ = runtime::roofline(*workload.lowered.code, workload.compiled.mapping,
                                      platform.machine());
    }
}

double Report::seconds() const {
    return static_cast<double>(run_.end) * 1e-12;
}

ordered_json Report::traffic() const {
    return {{"dram_read", activity_.dram.read}, {"dram_write", activity_.dram.written},
            {"nand_read", activity_.nand.read}, {"nand_write", activity_.nand.written},
            {"sram_read", activity_.sram.read}, {"sram_write", activity_.sram.written},
            {"noc", activity_.noc_bytes}};
}

ordered_json Report::bandwidth() const {
    return {{"dram", gbps(activity_.dram.bytes(), seconds())},
            {"nand", gbps(activity_.nand.bytes(), seconds())},
            {"sram", gbps(activity_.sram.bytes(), seconds())}};
}

ordered_json Report::energy() const {
    ordered_json energy;
    energy["total"] = platform_.energy().total_pj(run_.end);
    for (int c = 0; c < core::kEnergyCategories; ++c) {
        const auto category = static_cast<EnergyCategory>(c);
        energy[core::to_string(category)] = platform_.energy().category_pj(category, run_.end);
    }
    return energy;
}

ordered_json Report::utilisation() const {
    return {{"pe", share(activity_.pe_busy, activity_.pes, seconds())},
            {"dram", share(activity_.dram.busy, activity_.dram.channels, seconds())},
            {"nand", share(activity_.nand.busy, activity_.nand.channels, seconds())},
            {"noc", share(activity_.noc_busy, activity_.noc_links, seconds())}};
}

ordered_json Report::roofline() const {
    return {{"bound_ns", ns(roofline_.bound)},  {"limiter", roofline_.limiter},
            {"nand_ns", ns(roofline_.nand)},    {"dram_ns", ns(roofline_.dram)},
            {"sram_ns", ns(roofline_.sram)},    {"matrix_ns", ns(roofline_.matrix)},
            {"vector_ns", ns(roofline_.vector)}};
}

ordered_json Report::summary() const {
    const double per_token = result_.ns_per_token();
    ordered_json json;
    json["platform"] = platform_.config().name;
    json["workload"] = workload_.config.name;
    json["seed"] = seed_;
    json["completed"] = run_.completed() && result_.completed;
    json["stop"] = core::to_string(run_.reason);
    if (run_.reason == core::StopReason::kShutdown) {
        json["stop_message"] = run_.report;
    }
    json["sim_time_ns"] = ns(run_.end);
    json["sim_events"] = run_.events;
    json["setup_ns"] = ns(result_.setup);
    json["tokens"] = result_.tokens;
    json["ns_per_token"] = per_token;
    json["tokens_per_s"] = per_token > 0.0 ? 1e9 / per_token : 0.0;
    json["roofline"] = roofline();
    json["traffic_bytes"] = traffic();
    json["bandwidth_gbps"] = bandwidth();
    json["energy_pj"] = energy();
    json["energy_per_token_pj"] = result_.tokens > 0 ? platform_.energy().total_pj(run_.end) /
                                                           static_cast<double>(result_.tokens)
                                                     : 0.0;
    json["temperature_c"] = {{"peak", monitor_.peak_c()}, {"mean", monitor_.mean_c()}};
    json["thermal"] = monitor_.summary();
    json["utilisation"] = utilisation();
    if (result_.functional) {
        json["functional"] = {{"compared", result_.comparison.compared},
                              {"mismatches", result_.comparison.mismatches},
                              {"max_abs_error", result_.comparison.max_abs_error}};
    }
    json["errors"] = result_.errors;
    json["notes"] = result_.notes;
    json["not_modelled"] = not_modelled(platform_.config(), platform_.busiest_noc_link());
    json["wall_s"] = run_.wall_s;
    json["host"] = {{"not_deterministic", {"wall_s", "host"}},
                    {"wall_s", run_.wall_s},
                    {"simulated_ns_per_wall_s", run_.wall_s > 0 ? ns(run_.end) / run_.wall_s : 0},
                    {"monitor_cpu_s", monitor_.cpu_s()},
                    {"heat_cpu_s", monitor_.heat_cpu_s()},
                    {"memory_traffic_gb_per_wall_s",
                     gbps(activity_.dram.bytes() + activity_.nand.bytes() + activity_.sram.bytes(),
                          run_.wall_s)}};
    return json;
}

std::string Report::text(const std::string& directory) const {
    std::string out;
    const auto line = [&out](const char* label, const std::string& value) {
        fmt::format_to(std::back_inserter(out), "  {:<14}{}\n", label, value);
    };
    fmt::format_to(
        std::back_inserter(out), "\n{} · {} · seed {}{}\n\n", platform_.config().name,
        workload_.config.name, seed_,
        run_.completed() ? "" : fmt::format(" · PARTIAL ({})", core::to_string(run_.reason)));
    if (const double token = result_.ns_per_token(); token > 0.0 && workload_.lowered.code) {
        const bool tokens =
            std::holds_alternative<runtime::DecodeWorkload>(workload_.config.kind) ||
            std::holds_alternative<runtime::ProgramWorkload>(workload_.config.kind);
        line("time",
             fmt::format("{} per {}, after {} of set-up", human_time(token),
                         tokens ? fmt::format("token, {:.1f} tokens/s", 1e9 / token) : "launch",
                         human_time(ns(result_.setup))));
        line("limit", fmt::format("{} by {} alone; this run needs {:.3f} times that",
                                  human_time(ns(roofline_.bound)), roofline_.limiter,
                                  token / ns(roofline_.bound)));
    }
    line("simulated", fmt::format("{} in {:.2f} s of wall time, {} moments",
                                  human_time(ns(run_.end)), run_.wall_s, run_.events));
    const auto memory = [&](const char* name, const Activity::Memory& m) {
        line(name,
             fmt::format("{:>10} read  {:>10} written  {:>8.1f} GB/s mean  {:5.1f} % busy",
                         human_bytes(m.read), human_bytes(m.written), gbps(m.bytes(), seconds()),
                         100.0 * share(m.busy, m.channels, seconds())));
    };
    if (activity_.nand.channels > 0) {
        memory("NAND", activity_.nand);
    }
    memory("DRAM", activity_.dram);
    memory("SRAM", activity_.sram);
    line("NoC", fmt::format("{:>10} carried, links {:.1f} % busy", human_bytes(activity_.noc_bytes),
                            100.0 * share(activity_.noc_busy, activity_.noc_links, seconds())));
    line("PEs", fmt::format("matrix engines {:.1f} % busy",
                            100.0 * share(activity_.pe_busy, activity_.pes, seconds())));
    const double total_pj = platform_.energy().total_pj(run_.end);
    std::string parts;
    for (int c = 0; c < core::kEnergyCategories; ++c) {
        const auto category = static_cast<EnergyCategory>(c);
        const double pj = platform_.energy().category_pj(category, run_.end);
        fmt::format_to(std::back_inserter(parts), "{}{} {:.1f} %", parts.empty() ? "" : ", ",
                       core::to_string(category), total_pj > 0.0 ? 100.0 * pj / total_pj : 0.0);
    }
    line("energy", fmt::format("{:.3f} mJ ({})", total_pj * 1e-9, parts));
    line("power", fmt::format("{:.1f} W mean", seconds() > 0 ? total_pj * 1e-12 / seconds() : 0));
    line("temperature",
         fmt::format("{:.1f} C peak, {:.1f} C mean", monitor_.peak_c(), monitor_.mean_c()));
    if (result_.functional) {
        line("functional", fmt::format("{} values compared, {} mismatches",
                                       result_.comparison.compared, result_.comparison.mismatches));
    }
    for (const std::string& error : result_.errors) {
        line("ERROR", error);
    }
    out += "\n  not modelled:\n";
    for (const std::string& item : not_modelled(platform_.config(), platform_.busiest_noc_link())) {
        out += "    " + item + '\n';
    }
    out += "\n  results in " + directory + "/\n";
    return out;
}

}  // namespace strata::platform
