// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One NAND channel: a die of many planes, its bus to the base die and the base die's link.
//
// Modelled: planes that work independently, each on its operations in order; a command overhead
// before each array operation; page registers (1: the plane waits until its page has left; 2 or
// more: the next sense starts meanwhile); a read of the page sensed last needs no new sense; bus
// and link as serial resources served in the order in which pages get ready, page by page (store
// and forward), only the bytes asked for; a lane of the link for each direction; the page rules
// (nand_blocks.h). A request that breaks a rule fails as a whole after command and base-die time
// and changes nothing. An erase request erases every block that holds a page of its range.
//
// Not modelled: translation and garbage collection, ECC, retries, disturb, wear, suspend, the
// command bus, limits on planes active at once, a write buffer smaller than the queue.
//
// Timings: NandConfig; times on bus and link are rounded up to a ps per page. The queue holds
// requests, whatever their size. Units: ps, bytes, pJ.

#include <array>
#include <vector>

#include "core/energy.h"
#include "models/memory/memory_controller.h"
#include "models/memory/nand/nand_blocks.h"
#include "models/memory/nand/nand_config.h"

namespace strata::models {

class SimpleNand : public MemoryController {
   public:
    explicit SimpleNand(const NandConfig& config);

    bool can_accept(const MemoryRequest&) const override {
        return outstanding_ < config_.queue_depth;
    }
    core::Fault submit(core::Ps now, const MemoryRequest& request) override;
    core::Ps next_event() const override;
    void advance(core::Ps now, std::vector<MemoryCompletion>& done) override;

    core::Bytes capacity() const override { return config_.channel_capacity(); }
    core::Bytes granule() const override { return config_.page; }
    core::Ps busy_time() const override;
    bool idle() const override { return outstanding_ == 0; }
    std::string describe_state() const override;
    void register_stats(core::StatGroup& stats) override;
    void register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) override;

    struct Counts {
        std::int64_t senses = 0;
        std::int64_t register_hits = 0;
        std::int64_t programs = 0;
        std::int64_t erases = 0;
        std::int64_t bus_bytes = 0;
        std::int64_t plane_busy = 0;  ///< ps, sum over planes
    };
    const Counts& counts() const { return counts_; }
    /// The first errors, at most kKeptErrors.
    const std::vector<NandError>& errors() const { return errors_; }
    static constexpr std::size_t kKeptErrors = 16;

   private:
    static constexpr std::int32_t kNone = -1;

    // A page of a request (a block, for an erase), waiting for its plane or at work in it.
    struct PageOp {
        std::int32_t next = kNone;  // in the plane's queue or the free list
        std::int32_t request = kNone;
        core::MemoryOp op = core::MemoryOp::kRead;
        core::Bytes bytes = 0;
        std::int64_t key = 0;  // block and page inside the plane
        core::Ps ready = 0;    // data of a write has crossed the link
        core::Ps begin = 0;
    };
    struct Plane {
        std::int32_t head = kNone;  // queue of page operations; the head is at work
        std::int32_t tail = kNone;
        std::int32_t current = 0;       // register in use
        std::int64_t held_key = kNone;  // page sensed last, in the current register
        core::Ps array_free = 0;
    };
    struct Request {
        std::int32_t next_free = kNone;
        std::int64_t pages_left = 0;
        std::uint64_t sequence = 0;
        MemoryCompletion completion;
    };
    // `index` is a plane for events and a request for completions.
    struct Timed {
        core::Ps time = 0;
        std::uint64_t sequence = 0;
        std::int32_t index = 0;
        bool operator>(const Timed& other) const {
            return time != other.time ? time > other.time : sequence > other.sequence;
        }
    };

    core::Fault apply_rules(const MemoryRequest& request);
    core::Fault apply_programs(const MemoryRequest& request);
    void note_error(core::Fault fault, std::int64_t page_number);
    void add_pages(core::Ps now, const MemoryRequest& request, std::int32_t index);
    void add_erases(core::Ps now, const MemoryRequest& request, std::int32_t index);
    void enqueue(core::Ps now, const NandPage& page, const PageOp& op);
    void start_head(core::Ps now, std::int32_t plane_index);
    core::Ps begin_read(core::Ps now, Plane& plane, core::Ps* released, PageOp& op);
    core::Ps begin_write(core::Ps now, Plane& plane, core::Ps* released, PageOp& op);
    core::Ps begin_erase(core::Ps now, Plane& plane, PageOp& op);
    void run_head(core::Ps now, std::int32_t plane_index);
    core::Ps use_bus(core::Ps now, core::Bytes bytes);
    core::Ps link_time(core::Bytes bytes) const;
    void page_done(const PageOp& op, core::Ps time);
    std::int32_t take_request();
    std::int32_t take_op();
    void count_energy(core::EnergyLedger::EventId event, std::int64_t units) {
        if (ledger_ != nullptr) {
            ledger_->count(event, units);
        }
    }
    core::Ps* releases(std::int32_t plane) {
        return &released_[static_cast<std::size_t>(plane * config_.registers)];
    }
    std::int64_t page_count(const MemoryRequest& request) const;

    NandConfig config_;
    core::Ps page_on_bus_;
    core::Ps page_on_link_;
    NandBlocks blocks_;

    std::vector<Plane> planes_;
    std::vector<core::Ps> released_;  // per plane and register: when it is free again
    core::Ps bus_free_ = 0;
    core::Ps read_link_free_ = 0;
    core::Ps write_link_free_ = 0;

    std::vector<PageOp> ops_;
    std::int32_t free_op_ = kNone;
    std::vector<Request> requests_;
    std::int32_t free_request_ = kNone;
    std::int64_t outstanding_ = 0;
    std::uint64_t sequence_ = 0;
    std::vector<Timed> events_;       // heap: the head of a plane wants the bus or is erased
    std::vector<Timed> completions_;  // heap: requests whose end is known
    std::vector<std::int64_t> block_scratch_;

    core::Ps now_ = 0;
    core::Ps bus_used_ = 0;
    Counts counts_;
    std::vector<NandError> errors_;
    std::array<std::int64_t, 16> error_counts_{};  // by Fault
    core::EnergyLedger* ledger_ = nullptr;
    core::EnergyLedger::EventId sense_energy_ = 0;
    core::EnergyLedger::EventId program_energy_ = 0;
    core::EnergyLedger::EventId erase_energy_ = 0;
    core::EnergyLedger::EventId bus_energy_ = 0;
};

}  // namespace strata::models
