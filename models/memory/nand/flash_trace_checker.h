// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks an operation trace (flash_trace.h) against a device's data sheet, operation by operation.
//
// It shares no code with the device: what it knows follows from the records and FlashConfig alone.
// Checked: overlap on the buses and their least times; overlap of planes and dies; least times of
// the array, through suspends; erase before program before read, pages in order, word lines whole;
// data go out of the right register, after they came, and before it is overwritten; what may follow
// on what (cache operations, copyback, suspend, resume).
// Not checked: throttling, tags, which operation was chosen.
//
// Units: ps.

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "models/memory/nand/flash_config.h"
#include "models/memory/nand/flash_trace.h"

namespace strata::models {

class FlashTraceChecker : public FlashTraceSink {
   public:
    /// `preloaded`: every page counts as programmed at the start. `messages`: violations kept as
    /// text; all are counted.
    FlashTraceChecker(const FlashConfig& config, bool preloaded, std::size_t messages = 20);

    /// Records in order of bus_start; those of one operation together.
    void operation(const FlashTraceRecord& record) override;
    /// A block's state was set from outside: `programmed` pages.
    void set_block(std::int64_t block, std::int32_t programmed) {
        next_page_[static_cast<std::size_t>(block)] = programmed;
    }
    /// Checks the last operation.
    void finish();

    std::int64_t operations() const { return operations_; }
    std::int64_t violations() const { return violations_; }
    const std::vector<std::string>& messages() const { return messages_; }

   private:
    // One thing that the array of a plane was told to do.
    struct Run {
        FlashCommand command = FlashCommand::kStatus;  // nothing yet
        core::Ps start = 0;
        core::Ps end = 0;
        core::Ps waits = 0;  // behind another one, until then
        std::set<std::int64_t> planes;
        std::vector<PageNumber> pages;  // in this plane
    };
    // A page on its way out.
    struct Sensed {
        PageNumber page = -1;
        core::Ps sensed = 0;
        core::Ps ready = core::kNever;  // in the cache register from then on
    };
    struct Plane {
        Run run;                      // the newest
        Run before;                   // behind which `run` waits or waited
        Run stopped;                  // suspended; end - start is left, no planes: nothing is
        std::vector<Sensed> leaving;  // oldest first; at most two
        PageNumber held = -1;         // in the cache register, may go out again
        core::Ps held_ready = 0;
        PageNumber copyback = -1;
        bool chain = false;    // a cache read may follow
        core::Ps out_end = 0;  // of the last data-out
        core::Ps busy = 0;     // suspend, reset, set feature: until then
    };
    struct Bus {
        core::Ps command_end = 0;
        core::Ps data_end = 0;
    };

    void check();
    void check_command();
    void check_bus();
    void check_shape();
    void check_busy();
    bool may_overlap(const Run& run, std::int64_t plane) const;
    bool takes_die(FlashCommand command) const;
    std::vector<std::int64_t> scope(std::int64_t plane) const;
    std::vector<std::int64_t> die_planes(std::int64_t plane) const;

    // flash_trace_checker_pages.cpp
    void check_array(Plane& p, const FlashTraceRecord& r);
    void check_read(Plane& p, const FlashTraceRecord& r);
    void check_program(Plane& p, const FlashTraceRecord& r);
    void check_erase(const FlashTraceRecord& r);
    void check_registers_before_read(Plane& p, const FlashTraceRecord& r);
    void end_cache_read(Plane& p, const FlashTraceRecord& r);
    void check_data_out(const FlashTraceRecord& r);
    void page_left(Plane& p, core::Ps time);
    void check_suspend(const FlashTraceRecord& r);
    void check_resume(const FlashTraceRecord& r);
    void reset(const FlashTraceRecord& r);
    void tear(const Run& run, core::Ps time);
    void set_feature(const FlashTraceRecord& r);

    void violation(const std::string& what);
    bool is(FlashCommand command) const { return kind_ == static_cast<std::uint8_t>(command); }
    std::int64_t plane_of(const FlashTraceRecord& r) const;
    PageNumber page_of(const FlashTraceRecord& r) const;
    Plane& plane(std::int64_t index) { return planes_[static_cast<std::size_t>(index)]; }

    FlashConfig config_;
    std::vector<Plane> planes_;
    std::vector<Bus> buses_;
    std::vector<std::int32_t> next_page_;  // per block; -1: must be erased
    std::set<PageNumber> torn_;

    std::vector<FlashTraceRecord> group_;  // of the operation being collected
    std::uint8_t kind_ = 0;
    std::set<std::int64_t> group_planes_;
    std::int64_t operations_ = 0;
    std::int64_t violations_ = 0;
    std::size_t max_messages_;
    std::vector<std::string> messages_;
};

}  // namespace strata::models
