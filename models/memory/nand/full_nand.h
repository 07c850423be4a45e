// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A flash controller with everything behind it: translation layer, scheduler, error correction and
// the flash itself. In a platform one channel of a stack, with its base die; in a bench any number
// of channels under one translation layer.
//
// Modelled: requests of any size as their pages, each on its own way; the host link, a lane per
// channel for reads and one of the same total rate for writes, page by page; the translation layer
// with all its traffic (ftl.h); the scheduler (flash_scheduler.h); decoding and retries
// (flash_ecc.h) with error rates from wear, retention and reads (flash_errors.h); the device to the
// last command (flash_device.h); throttling and retention by temperature; where the time of every
// page went. Not modelled: partial-page writes (refused as misaligned), the controller's own
// computing time, requests ordered against each other beyond what the translation layer promises
// (operations on one page take effect in order). A write of several pages that fails half-way has
// written what came before.
//
// Timings: FullNandConfig. Refresh and reclaim are looked at when traffic comes and do not by
// themselves keep an idle controller awake; collection in idle time (`gc.idle`) does until its goal
// is reached. Units: ps, bytes, pJ.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/energy.h"
#include "models/memory/memory_controller.h"
#include "models/memory/nand/flash_device.h"
#include "models/memory/nand/flash_errors.h"
#include "models/memory/nand/flash_scheduler.h"
#include "models/memory/nand/ftl.h"
#include "models/memory/nand/ftl_data_check.h"
#include "models/memory/nand/full_nand_config.h"
#include "models/memory/nand/nand_blocks.h"

namespace strata::models {

/// Hears of every flash task that is over: what a model of the data needs. Tests use it.
class FlashTaskObserver {
   public:
    virtual ~FlashTaskObserver() = default;
    virtual void task_done(core::Ps time, const FlashTask& task, FlashStatus status) = 0;
};

class FullNand : public MemoryController {
   public:
    explicit FullNand(const FullNandConfig& config);

    bool can_accept(const MemoryRequest&) const override {
        return outstanding_ < config_.queue_depth;
    }
    core::Fault submit(core::Ps now, const MemoryRequest& request) override;
    /// Host-issued refresh of the zone (page map: of the block) at an address: its data move to a
    /// new place. Ends as a request does, with the identifier given.
    void refresh(core::Ps now, std::uint64_t address, std::uint64_t id);
    core::Ps next_event() const override;
    void advance(core::Ps now, std::vector<MemoryCompletion>& done) override;

    core::Bytes capacity() const override { return ftl_->logical_pages() * page_bytes_; }
    core::Bytes granule() const override { return page_bytes_; }
    core::Ps busy_time() const override;
    bool idle() const override { return outstanding_ == 0 && scheduler_.idle(); }
    std::string describe_state() const override;
    void register_stats(core::StatGroup& stats) override;
    void register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) override;
    void set_temperature(double celsius) override;
    /// Not for `mapping: mqsim`, whose tasks do not say which data they move.
    void check_data() override;
    void register_trace(core::TraceSink* sink, const std::string& path) override {
        device_.register_waveform(sink, path);
    }

    /// Where the time of the host's pages went: sums over pages in ps. The parts add up to
    /// `latency`, which runs from the submission of the request to the end of the page.
    struct Breakdown {
        std::int64_t pages = 0;
        core::Ps queue = 0;  ///< translation, write buffer, queues of the scheduler
        core::Ps array = 0;
        core::Ps ecc = 0;
        core::Ps bus = 0;
        core::Ps host = 0;  ///< link and base die
        core::Ps latency = 0;
    };
    const Breakdown& reads() const { return breakdown_[0]; }
    const Breakdown& writes() const { return breakdown_[1]; }
    const FlashDevice& device() const { return device_; }
    FlashDevice& device() { return device_; }
    const FlashScheduler& scheduler() const { return scheduler_; }
    const Ftl& ftl() const { return *ftl_; }
    const FullNandConfig& config() const { return config_; }
    /// The first errors, at most kKeptErrors.
    const std::vector<NandError>& errors() const { return errors_; }
    static constexpr std::size_t kKeptErrors = 16;
    void set_observer(FlashTaskObserver* observer) { observer_ = observer; }

    /// Writes a page without time, traffic or energy, collection included: preconditioning. Only
    /// while the controller is idle.
    void write_at_once(LogicalPage page);
    /// Ends preconditioning: word lines that it left incomplete get their padding at once, too. The
    /// first request does so by itself.
    void end_preconditioning();

   private:
    static constexpr std::int32_t kNone = -1;
    static constexpr std::uint32_t kNoTask = ~std::uint32_t{0};

    struct Request {
        std::int32_t next_free = kNone;
        std::int64_t pages_left = 0;
        std::uint64_t sequence = 0;
        MemoryCompletion completion;
    };
    // A page of a request; an erase has one for its whole range.
    struct HostPage {
        std::int32_t next = kNone;  // free list
        std::int32_t request = kNone;
        core::MemoryOp op = core::MemoryOp::kRead;
        core::Bytes bytes = 0;
        LogicalPage page = 0;
        core::Ps submitted = 0;
        core::Ps begin = core::kNever;
        std::uint32_t task = kNoTask;  // the host task that serves it
        std::int64_t channel = 0;      // that it is read from
        FlashJobTimes times;
    };
    struct Timed {
        core::Ps time = 0;
        std::uint64_t sequence = 0;
        std::int32_t request = 0;
        bool operator>(const Timed& other) const {
            return time != other.time ? time > other.time : sequence > other.sequence;
        }
    };
    // Pages of writes, with the time at which each has crossed the link; first in, first out.
    struct Arrival {
        core::Ps time = 0;
        std::int32_t page = 0;
    };
    class Arrivals {
       public:
        bool empty() const { return head_ == items_.size(); }
        const Arrival& front() const { return items_[head_]; }
        void push(Arrival item) { items_.push_back(item); }
        void pop() {
            if (++head_ * 2 > items_.size()) {  // amortised: as many moves as pops
                items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
                head_ = 0;
            }
        }

       private:
        std::vector<Arrival> items_;
        std::size_t head_ = 0;
    };

    void preload();
    void run_at_once(const FlashTask& task);
    void run_at_once(FtlOutput& output);
    void add_reads(core::Ps now, const MemoryRequest& request, std::int32_t index);
    void add_writes(core::Ps now, const MemoryRequest& request, std::int32_t index);
    void add_trim(core::Ps now, const MemoryRequest& request, std::int32_t index);
    void accept_writes(core::Ps now);
    core::Ps next_background() const;
    void work_in_background(core::Ps now);
    void collect_when_idle(core::Ps now);
    void work(core::Ps now);
    void drain_output(core::Ps now);
    FlashJob job_of(core::Ps now, const FlashTask& task);
    bool serves(const FlashTask& task, const HostPage& page) const;
    /// Of operations of the translation layer: slot of the page, and the version that a write or a
    /// trim makes.
    std::uint64_t tag_of(std::int32_t slot) {
        return std::uint64_t{++version_} << 32 | static_cast<std::uint32_t>(slot);
    }
    static std::uint32_t version_of(std::uint64_t tag) {
        return static_cast<std::uint32_t>(tag >> 32);
    }
    static std::uint32_t slot_of(std::uint64_t tag) { return static_cast<std::uint32_t>(tag); }
    void note_data(const HostPage& page, std::uint32_t version);
    void acknowledge(core::Ps now, const FtlAck& ack);
    void job_done(const FlashJobDone& job);
    void end_page(HostPage& page, core::Ps time, core::Fault fault);
    void account(const HostPage& page, core::Ps acknowledged, core::Ps end);
    void note_error(core::Fault fault, LogicalPage page);
    std::int32_t take_request();
    std::int32_t take_page(std::int32_t request, core::MemoryOp op, LogicalPage page,
                           core::Bytes bytes, core::Ps now);
    core::Bytes on_link(core::Bytes bytes) const;
    core::Ps link_time(core::Bytes bytes) const;
    HostPage& page(std::int32_t index) { return pages_[static_cast<std::size_t>(index)]; }
    Request& request(std::int32_t index) { return requests_[static_cast<std::size_t>(index)]; }

    FullNandConfig config_;
    core::Bytes page_bytes_;
    std::int64_t channels_;
    core::Ps page_on_link_;
    core::Ps page_into_link_;  // of a write: all channels' links together
    FlashDevice device_;
    FlashErrorModel error_model_;
    FlashScheduler scheduler_;
    std::unique_ptr<Ftl> ftl_;

    std::vector<Request> requests_;
    std::int32_t free_request_ = kNone;
    std::vector<HostPage> pages_;
    std::int32_t free_page_ = kNone;
    std::vector<FlashTask> tasks_;  // by id
    Arrivals arrivals_;
    std::vector<Timed> completions_;        // heap
    FtlOutput output_;                      // scratch
    std::vector<FlashJobDone> jobs_;        // scratch
    std::vector<core::Ps> read_link_free_;  // by channel
    core::Ps write_link_free_ = 0;
    core::Ps now_ = 0;
    std::int64_t outstanding_ = 0;
    bool unsettled_ = false;           // word lines begun by write_at_once
    core::Ps idle_at_ = core::kNever;  // when collection ahead of need may begin
    std::uint64_t sequence_ = 0;

    std::array<Breakdown, 2> breakdown_;
    std::vector<NandError> errors_;
    std::array<std::int64_t, 16> error_counts_{};  // by Fault
    std::int64_t link_bytes_ = 0;
    FlashTaskObserver* observer_ = nullptr;
    std::unique_ptr<FtlDataCheck> data_check_;
    std::uint32_t version_ = 0;
    core::EnergyLedger* ledger_ = nullptr;
    core::EnergyLedger::EventId link_energy_ = 0;
};

}  // namespace strata::models
