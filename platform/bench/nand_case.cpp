// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What goes into a NAND bench, and its result for a reader.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "platform/bench/nand_bench.h"
#include "platform/bench/nand_observers.h"
#include "platform/config_files.h"

namespace strata::platform {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

constexpr double kMostWritesAhead = 1e9;  // pages; minutes of CPU time

/// Zones are written in order and once between erases, and read only after that.
void check_zones(core::Section& s, const NandCase& c) {
    const NandTraffic& t = c.traffic;
    const models::FlashGeometry& g = c.nand.device.geometry;
    const core::Bytes zone = g.total_planes() * g.block_bytes();
    if (s.has("over_provisioning") || s.has("overwrites")) {
        s.error(s.has("overwrites") ? "overwrites" : "over_provisioning",
                "belongs to policy.mapping: page");
    }
    if (t.pattern == NandTraffic::Pattern::kTrace) {
        return;  // the device tells
    }
    if (t.op == NandTraffic::Op::kRead) {
        if (!c.nand.preloaded) {
            s.error("op", "nothing is there to be read from zones without nand.preloaded: all");
        }
        return;
    }
    if (t.op == NandTraffic::Op::kMix || t.pattern == NandTraffic::Pattern::kRandom) {
        s.error(t.op == NandTraffic::Op::kMix ? "op" : "pattern",
                "zones are written in order: sequential writes alone, or policy.mapping: page");
    } else if (c.nand.preloaded) {
        s.error("op", "every zone is written already: nand.preloaded: none");
    } else if (t.start % zone != 0) {
        s.error("start", "must be the begin of a zone of " + core::format_size(zone));
    } else if (t.requests > (t.span - t.start) / t.request) {
        s.error("requests", fmt::format("zones are written once: expected at most {} up to the end "
                                        "of the span",
                                        (t.span - t.start) / t.request));
    }
}

void check_pages(core::Section& s, const NandCase& c) {
    const NandTraffic& t = c.traffic;
    const auto page = static_cast<double>(c.nand.device.geometry.page_bytes);
    const bool fills = t.op != NandTraffic::Op::kWrite || t.overwrites > 0.0;
    const double pages = c.nand.preloaded ? static_cast<double>(c.nand.capacity()) / page
                         : fills          ? static_cast<double>(t.span) / page
                                          : 0.0;
    const double writes = pages + t.overwrites * static_cast<double>(t.span) / page;
    if (writes > kMostWritesAhead) {
        s.error(t.overwrites > 0.0 ? "overwrites" : "span",
                fmt::format("{:.3g} pages would be written before the run, more than {:.3g}: "
                            "expected a smaller span or device",
                            writes, kMostWritesAhead));
    }
}

}  // namespace

NandCase NandCase::parse(core::Section root) {
    NandCase result;
    result.name = fs::path(root.location().file).stem().string();
    core::Section nand = root.required_section("nand");
    nand.choice("model", {"full"}, "full");
    const auto find = [](const std::string& preset) { return find_config("presets/nand", preset); };
    const bool alone = root.has("commands");
    if (alone) {
        result.nand.device = models::parse_flash_config(nand, find);
    } else {
        result.nand = models::FullNandConfig::parse(nand, find);
    }
    const std::string preloaded = nand.choice("preloaded", {"all", "none"}, "none");
    result.nand.preloaded = preloaded == "all";
    result.celsius = root.temperature_c("temperature", result.celsius, models::kFlashCelsius);
    if (alone) {
        result.commands = parse_nand_commands(root, result.nand.device);
        nand.finish();
        root.finish();
        return result;
    }
    core::Section traffic = root.section("traffic");
    if (traffic.has("over_provisioning")) {
        result.nand.ftl.over_provisioning = traffic.number("over_provisioning", {}, {0.0, 0.95});
        result.nand.ftl.check(traffic, result.nand.device.geometry);
    }
    nand.finish();
    const bool sound = root.diagnostics().ok();
    // After an error the capacity says nothing about the traffic.
    result.traffic = NandTraffic::parse(traffic, sound ? result.nand.capacity() : 1024 * core::kGiB,
                                        result.nand.device.geometry.page_bytes);
    result.nand.queue_depth = result.traffic.queue_depth + (result.traffic.refresh > 0 ? 1 : 0);
    if (sound && result.traffic.pattern != NandTraffic::Pattern::kTrace) {
        (result.nand.ftl.mapping == "zone" ? check_zones : check_pages)(traffic, result);
    }
    root.finish();
    return result;
}

std::string nand_text(const ordered_json& result) {
    if (result.contains("operations")) {
        return nand_commands_text(result);
    }
    const auto number = [&result](const char* key) { return result[key].get<double>(); };
    const ordered_json& latency = result["latency_us"];
    std::string text = fmt::format(
        "{}: {:.3f} MB/s, {} requests in {:.1f} us\n"
        "latency: mean {:.3f}, p50 {:.3f}, p99 {:.3f}, max {:.3f} us\n",
        result["case"].get<std::string>(), number("bandwidth_mbps"),
        result["requests"].get<std::int64_t>(), number("sim_time_ns") * 1e-3,
        latency["mean"].get<double>(), latency["p50"].get<double>(), latency["p99"].get<double>(),
        latency["max"].get<double>());
    for (const char* op : {"read", "write"}) {
        const ordered_json& b = result["page_latency_us"][op];
        if (b["pages"].get<std::int64_t>() > 0) {
            text += fmt::format(
                "a page {}: queue {:.3f} + sense {:.3f} + ecc {:.3f} + bus {:.3f} + host {:.3f} = "
                "{:.3f} us\n",
                op, b["queue"].get<double>(), b["sense"].get<double>(), b["ecc"].get<double>(),
                b["bus"].get<double>(), b["host"].get<double>(), b["total"].get<double>());
        }
    }
    text += fmt::format(
        "{} reads, {} programs, {} erases, {} pages moved, write amplification {:.3f}\n"
        "bus {:.1f} % busy, planes {:.1f} %; {:.2f} pJ/bit\n",
        result["reads"].get<std::int64_t>(), result["programs"].get<std::int64_t>(),
        result["erases"].get<std::int64_t>(), result["gc_moves"].get<std::int64_t>(), number("waf"),
        100.0 * number("bus_utilisation"), 100.0 * number("plane_utilisation"),
        number("energy_pj_per_bit"));
    if (const auto faults = result["faults"].get<std::int64_t>(); faults > 0) {
        const ordered_json& first = result["first_faults"].front();
        text +=
            fmt::format("{} requests failed, first at byte {}: {}\n", faults,
                        first["address"].get<std::uint64_t>(), first["rule"].get<std::string>());
    }
    return text + nand_trace_text(result);
}

}  // namespace strata::platform
