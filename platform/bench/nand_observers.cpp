// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/nand_observers.h"

#include <fmt/format.h>

#include <numeric>

namespace strata::platform {

namespace {

constexpr std::size_t kWindows = 200;  // rows of utilisation.csv, at most twice as many
constexpr double kPsPerUs = 1e6;

std::int64_t total(const std::array<std::int64_t, models::kFlashSources>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

}  // namespace

void NandOperationTap::check(const models::FullNand& nand) {
    const models::FlashConfig& device = nand.device().config();
    checker_ = std::make_unique<models::FlashTraceChecker>(device, false);
    for (std::int64_t block = 0; block < device.geometry.total_blocks(); ++block) {
        checker_->set_block(block, nand.device().blocks().at(block).programmed);
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

void NandTimeline::add(const models::FullNand& nand) {
    const models::FlashDevice::Counts& c = nand.device().counts();
    rows_.push_back(
        {nand.busy_time(), c.plane_time, total(c.senses), total(c.programs), total(c.erases)});
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
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Activity& row = rows_[i];
        text += fmt::format(
            "{:.3f},{:.6f},{:.6f},{},{},{}\n", static_cast<double>(i + 1) * length / kPsPerUs,
            static_cast<double>(row.bus - before.bus) / length,
            static_cast<double>(row.planes - before.planes) / length / static_cast<double>(planes_),
            row.senses - before.senses, row.programs - before.programs, row.erases - before.erases);
        before = row;
    }
    return text;
}

}  // namespace strata::platform
