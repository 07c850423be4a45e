// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What goes into a NAND bench, and its result for a reader.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "platform/bench/nand_bench.h"
#include "platform/config_files.h"

namespace strata::platform {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

NandCase NandCase::parse(core::Section root) {
    NandCase result;
    result.name = fs::path(root.location().file).stem().string();
    core::Section nand = root.required_section("nand");
    nand.choice("model", {"full"}, "full");
    result.nand = models::FullNandConfig::parse(
        nand, [](const std::string& preset) { return find_config("presets/nand", preset); });
    const std::string preloaded = nand.choice("preloaded", {"all", "none"}, "none");
    result.nand.preloaded = preloaded == "all";
    core::Section traffic = root.section("traffic");
    if (traffic.has("over_provisioning")) {
        result.nand.ftl.over_provisioning = traffic.number("over_provisioning", {}, {0.0, 0.95});
        result.nand.ftl.check(traffic, result.nand.device.geometry);
    }
    nand.finish();
    result.celsius = root.temperature_c("temperature", result.celsius);
    const core::Bytes capacity = std::max<core::Bytes>(1, result.nand.capacity());
    result.traffic = NandTraffic::parse(traffic, capacity, result.nand.device.geometry.page_bytes);
    result.nand.queue_depth = result.traffic.queue_depth;
    root.finish();
    return result;
}

std::string nand_text(const ordered_json& result) {
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
    if (result.contains("trace_violations")) {
        text += fmt::format("trace: {} operations, {} violations\n",
                            result["trace_commands"].get<std::int64_t>(),
                            result["trace_violations"].get<std::int64_t>());
        for (const auto& message : result["trace_messages"]) {
            text += "  " + message.get<std::string>() + '\n';
        }
    }
    return text;
}

}  // namespace strata::platform
