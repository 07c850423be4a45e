// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What watches a NAND bench: its operations (checked, written to a file), its activity over time,
// its waveform; and what all results of a NAND bench have.

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/energy.h"
#include "core/vcd_writer.h"
#include "models/memory/nand/flash_trace.h"
#include "models/memory/nand/flash_trace_checker.h"
#include "models/memory/nand/full_nand.h"

namespace strata::platform {

struct NandBenchOptions;

/// Passes operations on to a checker and to a file, either of which may be absent.
class NandOperationTap : public models::FlashTraceSink {
   public:
    /// As the options want it; the blocks are as they are now.
    NandOperationTap(const models::FlashDevice& device, const NandBenchOptions& options);
    bool wanted() const { return checker_ || file_; }
    void operation(const models::FlashTraceRecord& record) override;
    void add_to(nlohmann::ordered_json& result);

   private:
    std::unique_ptr<models::FlashTraceChecker> checker_;
    std::unique_ptr<models::FlashTraceFile> file_;
};

/// `trace.vcd` and `trace.gtkw` in the output directory, when the options want them.
class NandWaveform {
   public:
    explicit NandWaveform(const NandBenchOptions& options);
    core::TraceSink* sink() { return vcd_.get(); }
    /// Nothing will change before `now` any more.
    void flush(core::Ps now) {
        if (vcd_) {
            vcd_->flush(now);
        }
    }
    void close(core::Ps end);

   private:
    std::string directory_;
    std::unique_ptr<core::VcdWriter> vcd_;
};

/// Rows of equal length over the run; when there are too many, two and two are joined.
class NandTimeline {
   public:
    NandTimeline(core::Ps window, const models::FlashGeometry& geometry)
        : window_(window), channels_(geometry.channels), planes_(geometry.total_planes()) {}

    core::Ps next() const { return (static_cast<core::Ps>(rows_.size()) + 1) * window_; }
    /// The window that ends at next(), which is not after the device's next event.
    void add(const models::FlashDevice& device);
    std::string csv() const;

   private:
    // What the device has done up to a moment.
    struct Activity {
        core::Ps bus = 0;  // sum over channels
        core::Ps planes = 0;
        std::int64_t senses = 0;
        std::int64_t programs = 0;
        std::int64_t erases = 0;
    };

    core::Ps window_;
    std::int64_t channels_;
    std::int64_t planes_;
    std::vector<Activity> rows_;  // at the end of each window
};

/// pJ by kind of event, and `total`, which holds idle power, too.
nlohmann::ordered_json nand_energy(const core::EnergyLedger& ledger, core::Ps end);
/// The checker's verdict for reading; empty without one.
std::string nand_trace_text(const nlohmann::ordered_json& result);

}  // namespace strata::platform
