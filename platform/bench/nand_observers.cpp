// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/nand_observers.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "core/diagnostics.h"
#include "core/gtkw_writer.h"
#include "platform/bench/nand_bench.h"

namespace strata::platform {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kWindows = 200;  // rows of utilisation.csv, at most twice as many
constexpr double kPsPerUs = 1e6;

std::int64_t total(const std::array<std::int64_t, models::kFlashSources>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

}  // namespace

NandOperationTap::NandOperationTap(const models::FlashDevice& device,
                                   const NandBenchOptions& options) {
    if (options.check_trace) {
        checker_ = std::make_unique<models::FlashTraceChecker>(device.config(), false);
        const std::int64_t blocks = device.config().geometry.total_blocks();
        for (std::int64_t block = 0; block < blocks; ++block) {
            checker_->set_block(block, device.blocks().at(block).programmed);
        }
    }
    if (options.write_commands && !options.out.empty()) {
        file_ = std::make_unique<models::FlashTraceFile>(
            (fs::path(options.out) / "commands.csv").string());
    }
}

void NandOperationTap::operation(const models::FlashTraceRecord& record) {
    if (checker_) {
        checker_->operation(record);
    }
    if (file_) {
        file_->operation(record);
    }
}

void NandOperationTap::add_to(nlohmann::ordered_json& result) {
    if (file_) {
        file_->commit();
    }
    if (checker_) {
        checker_->finish();
        result["trace_commands"] = checker_->operations();
        result["trace_violations"] = checker_->violations();
        result["trace_messages"] = checker_->messages();
    }
}

NandWaveform::NandWaveform(const NandBenchOptions& options) : directory_(options.out) {
    if (!options.waveform) {
        return;
    }
    if (directory_.empty()) {
        throw core::UserError("--vcd needs --out, the directory for trace.vcd");
    }
    vcd_ = std::make_unique<core::VcdWriter>((fs::path(directory_) / "trace.vcd").string());
}

void NandWaveform::close(core::Ps end) {
    if (vcd_) {
        vcd_->close(end);
        core::write_gtkw((fs::path(directory_) / "trace.gtkw").string(), "trace.vcd",
                         vcd_->signals(), end);
    }
}

void NandTimeline::add(const models::FlashDevice& device) {
    const models::FlashDevice::Counts& c = device.counts();
    const core::Ps now = next();
    core::Ps bus = 0;
    for (std::int64_t i = 0; i < channels_; ++i) {
        bus += device.bus_time(i) - std::max<core::Ps>(0, device.data_bus_free(i) - now);
    }
    rows_.push_back(
        {bus, device.plane_time(now), total(c.senses), total(c.programs), total(c.erases)});
    if (rows_.size() == 2 * kWindows) {
        for (std::size_t i = 0; i < kWindows; ++i) {
            rows_[i] = rows_[2 * i + 1];
        }
        rows_.resize(kWindows);
        window_ *= 2;
    }
}

std::string NandTimeline::csv() const {
    std::string text = "t_us,bus_utilisation,plane_utilisation,senses,programs,erases\n";
    Activity before;
    const auto length = static_cast<double>(window_);
    const auto share = [length](core::Ps time, std::int64_t resources) {
        return static_cast<double>(time) / length / static_cast<double>(resources);
    };
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Activity& row = rows_[i];
        text += fmt::format(
            "{:.3f},{:.6f},{:.6f},{},{},{}\n", static_cast<double>(i + 1) * length / kPsPerUs,
            share(row.bus - before.bus, channels_), share(row.planes - before.planes, planes_),
            row.senses - before.senses, row.programs - before.programs, row.erases - before.erases);
        before = row;
    }
    return text;
}

nlohmann::ordered_json nand_energy(const core::EnergyLedger& ledger, core::Ps end) {
    nlohmann::ordered_json energy = nlohmann::ordered_json::object();
    for (const core::EnergyLedger::EventTotal& event : ledger.events()) {
        energy[event.name] = event.pj;
    }
    energy["total"] = ledger.total_pj(end);
    return energy;
}

std::string nand_trace_text(const nlohmann::ordered_json& result) {
    if (!result.contains("trace_violations")) {
        return {};
    }
    std::string text = fmt::format("trace: {} operations, {} violations\n",
                                   result["trace_commands"].get<std::int64_t>(),
                                   result["trace_violations"].get<std::int64_t>());
    for (const auto& message : result["trace_messages"]) {
        text += "  " + message.get<std::string>() + '\n';
    }
    return text;
}

}  // namespace strata::platform
