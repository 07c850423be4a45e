// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/noc_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/diagnostics.h"
#include "core/output_file.h"
#include "interconnect/network_check.h"
#include "interconnect/packet_network.h"
#include "platform/bench/noc_plot.h"
#include "platform/bench/noc_run.h"

namespace strata::platform {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

NocGrid grid_of(const interconnect::Topology& topology) {
    const interconnect::Group& group = topology.groups().front();
    const auto nodes = static_cast<int>(topology.ports().size());
    return {group.columns, nodes / group.columns};
}

ordered_json to_json(const LatencySummary& latency) {
    return {
        {"mean", latency.mean}, {"p50", latency.p50}, {"p99", latency.p99}, {"max", latency.max}};
}

/// What a level leaves out and this run may have needed.
std::vector<std::string> warnings(const NocCase& c, const std::vector<NocMeasurement>& points) {
    std::vector<std::string> result;
    const bool saturated = std::any_of(points.begin(), points.end(),
                                       [](const NocMeasurement& m) { return m.saturated; });
    if (c.noc.model == "ideal") {
        result.emplace_back("ideal: contention is not modelled");
    } else if (c.noc.model == "packet") {
        double busiest = 0.0;
        for (const NocMeasurement& m : points) {
            busiest = std::max(busiest, m.busiest() != nullptr ? m.busiest()->utilisation : 0.0);
        }
        interconnect::PacketLimits run;
        run.vcs = c.noc.vcs;
        run.buffer_flits = c.noc.buffer_flits;
        run.packet_flits = std::max(c.traffic.trace() ? 0 : c.traffic.packet_flits,
                                    c.traffic.closed_loop() ? c.traffic.reply_flits : 0);
        run.busiest_link = busiest;
        run.saturated = saturated;
        result = interconnect::packet_level_warnings(run);
    }
    return result;
}

void add_measurement(ordered_json& json, const NocMeasurement& m) {
    json["packet_latency_cycles"] = to_json(m.packet_latency);
    json["network_latency_cycles"] = to_json(m.network_latency);
    json["latency_breakdown_cycles"] = {{"source_queue", m.source_queue},
                                        {"head", m.head},
                                        {"serialisation", m.serialisation},
                                        {"contention", m.contention}};
    json["hops_mean"] = m.hops_mean;
    json["accepted_rate"] = m.accepted_rate;
    json["offered_rate"] = m.offered_rate;
    json["saturated"] = m.saturated;
    json["packets"] = m.packets;
    json["flit_hops"] = m.flit_hops;
    if (m.round_trips > 0) {
        json["round_trips"] = m.round_trips;
        json["round_trip_cycles_mean"] = m.round_trip_mean;
    }
}

void add_loads(ordered_json& json, const NocMeasurement& m) {
    double sum = 0.0;
    for (const NocLinkLoad& link : m.links) {
        sum += link.utilisation;
    }
    double buffered = 0.0;
    double fullest = 0.0;
    for (const NocRouterLoad& router : m.routers) {
        buffered += router.occupancy;
        fullest = std::max(fullest, router.occupancy);
    }
    const auto mean = [](double total, std::size_t count) {
        return total / std::max(1.0, static_cast<double>(count));
    };
    const NocLinkLoad* busiest = m.busiest();
    json["link_utilisation"] = {{"mean", mean(sum, m.links.size())},
                                {"max", busiest != nullptr ? busiest->utilisation : 0.0},
                                {"busiest", busiest != nullptr ? busiest->name : ""}};
    json["buffered_flits_per_router"] = {{"mean", mean(buffered, m.routers.size())},
                                         {"max", fullest}};
    json["energy_pj"] = {
        {"router", m.router_pj}, {"link", m.link_pj}, {"total", m.router_pj + m.link_pj}};
}

/// Where the mean latency passes three times that of the first point, between two points of a
/// sweep on the logarithm of the latency; none when it does not.
std::optional<double> saturation_rate(const std::vector<NocMeasurement>& points) {
    constexpr double kFactor = 3.0;
    const double limit = kFactor * points.front().packet_latency.mean;
    for (std::size_t i = 1; i < points.size(); ++i) {
        const double before = points[i - 1].packet_latency.mean;
        const double after = points[i].packet_latency.mean;
        if (after > limit && before > 0.0) {
            const double share = std::log(limit / before) / std::log(after / before);
            return points[i - 1].rate + share * (points[i].rate - points[i - 1].rate);
        }
    }
    return {};
}

ordered_json sweep_json(const std::vector<NocMeasurement>& points) {
    ordered_json list = ordered_json::array();
    for (const NocMeasurement& m : points) {
        ordered_json point;
        point["rate"] = m.rate;
        add_measurement(point, m);
        list.push_back(point);
    }
    return list;
}

void write_files(const NocCase& c, const interconnect::Topology& topology,
                 const std::vector<NocMeasurement>& points, const NocMeasurement& headline,
                 const std::string& out) {
    const auto write = [&](const char* name, const std::string& text) {
        core::write_file((fs::path(out) / name).string(), text);
    };
    write("links.csv", noc_links_csv(headline));
    write("routers.csv", noc_routers_csv(headline));
    write("heat_map.svg", noc_heat_map_svg(c.name, topology, headline));
    if (!c.traffic.sweep.empty()) {
        write("sweep.csv", noc_sweep_csv(points));
        write("sweep.svg", noc_sweep_svg(c.name + ", " + c.noc.model + " level", points));
    }
}

/// All rates in turn; two saturated points end a sweep.
std::vector<NocMeasurement> run_points(const NocCase& c, const interconnect::Topology& topology) {
    const interconnect::RoutingTable routing = make_routing(topology, c.noc);
    const std::vector<double> rates =
        c.traffic.sweep.empty() ? std::vector<double>{c.traffic.rate} : c.traffic.sweep;
    std::vector<NocMeasurement> points;
    int saturated = 0;
    for (const double rate : rates) {
        points.push_back(run_noc(c.noc, topology, routing, c.traffic, grid_of(topology), rate));
        saturated += points.back().saturated ? 1 : 0;
        if (saturated == 2) {
            break;
        }
    }
    return points;
}

}  // namespace

NocCase NocCase::parse(core::Section root) {
    NocCase result;
    result.name = fs::path(root.location().file).stem().string();
    core::Section noc = root.required_section("noc");
    core::Section traffic = root.section("traffic");
    result.collective = NocCollective::parse(traffic);
    const bool collective = result.collective.kind != NocCollective::Kind::kNone;
    if (!collective) {
        result.traffic = NocTraffic::parse(traffic);
    }
    const std::size_t errors = root.diagnostics().messages().size();
    result.noc = interconnect::NocConfig::read_alone(noc, result.traffic.message_classes());
    if (collective) {
        result.collective.reduce_cycles =
            noc.integer("reduce_cycles", result.collective.reduce_cycles, {0, 1000});
        result.collective.reduce_rounds =
            noc.integer("reduce_rounds", result.collective.reduce_rounds, {1, 1 << 20});
    }
    noc.finish();
    if (root.diagnostics().messages().size() == errors && collective) {
        result.collective.check(traffic, result.noc);
    } else if (root.diagnostics().messages().size() == errors) {
        result.traffic.check(traffic, grid_of(interconnect::make_topology(result.noc)));
    }
    traffic.finish();
    root.finish();
    return result;
}

ordered_json run_noc_bench(const std::string& file, const std::vector<std::string>& overrides,
                           const std::string& out) {
    core::Diagnostics diagnostics;
    core::ConfigDocument document = core::ConfigDocument::load(file, overrides, diagnostics);
    diagnostics.throw_if_any();
    const NocCase c = NocCase::parse(document.root());
    diagnostics.throw_if_any();
    const interconnect::Topology topology = make_topology(c.noc);
    if (c.collective.kind != NocCollective::Kind::kNone) {
        ordered_json result = {{"kind", "noc"},
                               {"case", c.name},
                               {"model", c.noc.model},
                               {"nodes", topology.ports().size()}};
        result.update(run_collective(c.collective, c.noc, topology, make_routing(topology, c.noc)));
        if (!out.empty()) {
            core::write_file((fs::path(out) / "config.resolved.yaml").string(),
                             document.resolved_yaml());
        }
        return result;
    }
    const std::vector<NocMeasurement> points = run_points(c, topology);
    // A sweep's headline is its last point below saturation.
    const auto last = std::find_if(points.rbegin(), points.rend(),
                                   [](const NocMeasurement& m) { return !m.saturated; });
    const NocMeasurement& headline = last == points.rend() ? points.front() : *last;

    double cpu = 0.0;
    std::int64_t cycles = 0;
    std::int64_t flit_hops = 0;
    for (const NocMeasurement& m : points) {
        cpu += m.run_cpu_s;
        cycles += m.cycles;
        flit_hops += m.flit_hops;
    }
    ordered_json result;
    result["kind"] = "noc";
    result["case"] = c.name;
    result["model"] = c.noc.model;
    result["nodes"] = topology.ports().size();
    result["sim_time_ns"] = static_cast<double>(c.noc.clock.cycles(cycles)) * 1e-3;
    result["rate"] = headline.rate;
    add_measurement(result, headline);
    add_loads(result, headline);
    if (!c.traffic.sweep.empty()) {
        const std::optional<double> saturation = saturation_rate(points);
        result["saturation_rate"] = saturation ? ordered_json(*saturation) : ordered_json();
        result["points"] = sweep_json(points);
    }
    result["warnings"] = warnings(c, points);
    cpu = std::max(cpu, 1e-6);
    result["cycles"] = cycles;
    result["flit_hops_per_cpu_s"] = static_cast<double>(flit_hops) / cpu;
    result["cycles_per_cpu_s"] = static_cast<double>(cycles) / cpu;
    if (!out.empty()) {
        core::write_file((fs::path(out) / "config.resolved.yaml").string(),
                         document.resolved_yaml());
        write_files(c, topology, points, headline, out);
    }
    return result;
}

std::string noc_text(const ordered_json& result) {
    if (result.contains("collective")) {
        return collective_text(result);
    }
    const auto& latency = result["packet_latency_cycles"];
    const auto& parts = result["latency_breakdown_cycles"];
    const auto& links = result["link_utilisation"];
    std::string text;
    if (result.contains("points")) {
        text += "    rate  accepted  latency     p99\n";
        for (const auto& p : result["points"]) {
            text += fmt::format("{:8.4f}  {:8.4f}  {:7.1f}  {:6.0f}{}\n", p["rate"].get<double>(),
                                p["accepted_rate"].get<double>(),
                                p["packet_latency_cycles"]["mean"].get<double>(),
                                p["packet_latency_cycles"]["p99"].get<double>(),
                                p["saturated"].get<bool>() ? "  saturated" : "");
        }
        if (!result["saturation_rate"].is_null()) {
            text += fmt::format("latency triples at {:.3f} flits per node and cycle\n",
                                result["saturation_rate"].get<double>());
        }
    }
    text += fmt::format(
        "{}, {} level, {} nodes: {:.4f} of {:.4f} flits per node and cycle accepted{}\n"
        "latency: mean {:.2f}, p50 {:.0f}, p99 {:.0f}, max {:.0f} cycles over {} packets, "
        "{:.2f} hops\n"
        "       = source queue {:.2f} + head {:.2f} + serialisation {:.2f} + contention {:.2f}\n",
        result["case"].get<std::string>(), result["model"].get<std::string>(),
        result["nodes"].get<int>(), result["accepted_rate"].get<double>(),
        result["offered_rate"].get<double>(), result["saturated"].get<bool>() ? " (saturated)" : "",
        latency["mean"].get<double>(), latency["p50"].get<double>(), latency["p99"].get<double>(),
        latency["max"].get<double>(), result["packets"].get<std::int64_t>(),
        result["hops_mean"].get<double>(), parts["source_queue"].get<double>(),
        parts["head"].get<double>(), parts["serialisation"].get<double>(),
        parts["contention"].get<double>());
    if (result.contains("round_trips")) {
        text += fmt::format("round trips: {}, mean {:.2f} cycles\n",
                            result["round_trips"].get<std::int64_t>(),
                            result["round_trip_cycles_mean"].get<double>());
    }
    text += fmt::format(
        "links: {:.1f} % busy, {} {:.1f} %; energy {:.3f} uJ; {:.2e} flit-hops and {:.2e} cycles "
        "per CPU second\n",
        100.0 * links["mean"].get<double>(), links["busiest"].get<std::string>(),
        100.0 * links["max"].get<double>(), result["energy_pj"]["total"].get<double>() * 1e-6,
        result["flit_hops_per_cpu_s"].get<double>(), result["cycles_per_cpu_s"].get<double>());
    for (const auto& warning : result["warnings"]) {
        text += "warning: " + warning.get<std::string>() + '\n';
    }
    return text;
}

}  // namespace strata::platform
