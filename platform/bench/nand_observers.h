// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What watches a NAND bench: its operations (checked, written to a file) and its activity over
// time.

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/memory/nand/flash_trace.h"
#include "models/memory/nand/flash_trace_checker.h"
#include "models/memory/nand/full_nand.h"

namespace strata::platform {

/// Passes operations on to a checker and to a file, either of which may be absent.
class NandOperationTap : public models::FlashTraceSink {
   public:
    void check(const models::FullNand& nand);
    void write(const std::string& path) { file_ = std::make_unique<models::FlashTraceFile>(path); }
    void operation(const models::FlashTraceRecord& record) override;
    void add_to(nlohmann::ordered_json& result);

   private:
    std::unique_ptr<models::FlashTraceChecker> checker_;
    std::unique_ptr<models::FlashTraceFile> file_;
};

/// Rows of equal length over the run; when there are too many, two and two are joined.
class NandTimeline {
   public:
    NandTimeline(core::Ps window, std::int64_t planes) : window_(window), planes_(planes) {}

    core::Ps next() const { return (static_cast<core::Ps>(rows_.size()) + 1) * window_; }
    void add(const models::FullNand& nand);
    std::string csv() const;

   private:
    // What the device has done up to a moment.
    struct Activity {
        core::Ps bus = 0;
        core::Ps planes = 0;
        std::int64_t senses = 0;
        std::int64_t programs = 0;
        std::int64_t erases = 0;
    };

    core::Ps window_;
    std::int64_t planes_;
    std::vector<Activity> rows_;  // at the end of each window
};

}  // namespace strata::platform
