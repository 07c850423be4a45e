// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A DRAM channel, command by command.
//
// Modelled: ACT, PRE, PREA, RD(A), WR(A), REFab, REFpb/REFsb, RFM, power-down and self-refresh with
// all constraints of dram_timing.h on bank, bank group, SID, pseudo channel and command buses;
// FR-FCFS with a cap on row hits, FCFS, reads first with write drain; open, closed and adaptive
// pages; refresh postponed, pulled in, and faster when hot; priority classes and a bound on
// starvation; reads served from queued writes; SEC-DED ECC with injected errors; energy and latency
// by part. With side-band ECC a write of part of a burst reads it first.
// Not modelled: data-dependent timing, training and calibration, clock-stop and MRS
// commands, banks addressed in pairs, write masking, a read overtaken by a later write of the same
// place (data change in order of acceptance; see MemoryTarget).
//
// A request is split into bursts, which move in order of acceptance from the input queue into the
// read or write queue of their pseudo channel as places become free; a place is free from the
// burst's column command on. So a bulk request has the very times of its bursts. A write is done
// when its data have been written.
//
// Nothing happens per clock: commands are worked out when somebody asks (submit, advance), up to
// that time and never beyond, because a later arrival might change them. next_event() is a lower
// bound of the next completion: the next possible column command and its latency. While nothing
// is queued there are no events; refreshes are made up for later.
//
// Address inside the channel: DramAddressMap. Timings: DramDevice (presets). Units: ticks of half
// a command clock, ps at the interface.

#include <array>
#include <memory>
#include <vector>

#include "core/energy.h"
#include "core/random.h"
#include "core/stats.h"
#include "models/memory/dram/cycle_dram_pc.h"
#include "models/memory/dram/dram_address.h"
#include "models/memory/dram/dram_bank_trace.h"
#include "models/memory/dram/dram_timing.h"
#include "models/memory/fixed_ring.h"
#include "models/memory/memory_controller.h"

namespace strata::models {

class CycleDram : public MemoryController {
   public:
    /// The device has been checked (dram_preset.h).
    explicit CycleDram(const DramDevice& device);

    bool can_accept(const MemoryRequest&) const override {
        return !input_.full() && !free_requests_.empty();
    }
    core::Fault submit(core::Ps now, const MemoryRequest& request) override;
    core::Ps next_event() const override;
    void advance(core::Ps now, std::vector<MemoryCompletion>& done) override;

    core::Bytes capacity() const override { return device_.organisation.channel_capacity(); }
    core::Bytes granule() const override { return device_.organisation.burst; }
    core::Ps busy_time() const override;
    bool idle() const override { return active_ == 0; }
    std::string describe_state() const override;
    void register_stats(core::StatGroup& stats) override;
    void register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) override;
    void register_trace(core::TraceSink* sink, const std::string& path) override;
    void settle(core::Ps now) override;
    void set_temperature(double celsius) override;

    /// Every command from now on goes there, too; null: nowhere. Not together with a waveform.
    void set_command_sink(DramCommandSink* sink) { sink_ = sink; }
    const DramCounters& counters() const { return counters_; }
    const DramDevice& device() const { return device_; }
    /// Bursts with a corrected, with an uncorrectable error.
    std::int64_t corrected() const { return corrected_; }
    std::int64_t poisoned() const { return poisoned_; }

   private:
    struct Request {
        MemoryCompletion completion;
        std::uint64_t sequence = 0;
        std::uint64_t first = 0;  // burst number
        std::uint64_t next = 0;
        std::uint64_t end = 0;
        std::int64_t open = 0;  // bursts without their column command
        DramTicks begin = 0;
        DramTicks done = 0;
        DramTicks bank_part = 0;  // of the burst that was done last
        DramTicks refresh_part = 0;
        core::Ps submitted = 0;
        std::size_t place = 0;  // in unfinished_
        std::uint8_t dir = 0;
        std::uint8_t qos = 0;
        bool partial_first = false;  // that burst must be read before it is written
        bool partial_last = false;
    };
    struct Finished {
        core::Ps time;
        std::uint64_t sequence;
        std::int32_t request;
        bool operator<(const Finished& other) const {  // for a heap with the earliest on top
            return time != other.time ? time > other.time : sequence > other.sequence;
        }
    };

    void run_until(DramTicks limit);
    bool step(DramTicks limit);
    void issue_row(DramPseudoChannel& pc, DramTicks t);
    void issue_column(DramPseudoChannel& pc, DramTicks t);
    void refill(DramTicks t);
    bool enqueue_next_burst(std::int32_t index, DramTicks t);
    bool covers_partly(const Request& request) const;
    void finish_burst(const DramServed& burst, DramTicks t);
    void finish_request(std::int32_t index);
    void note_latency(const Request& request);
    bool poisons(std::uint64_t address);
    DramTicks least_work() const;
    void book_energy();

    Request& request(std::int32_t i) { return requests_[static_cast<std::size_t>(i)]; }

    DramDevice device_;
    DramAddressDecoder decoder_;
    DramCounters counters_;
    mutable std::vector<DramPseudoChannel> pcs_;  // mutable: they remember their plans
    DramTicks row_bus_ = 0;
    DramTicks column_bus_ = 0;
    DramTicks clock_ = 0;      // everything before has happened
    DramTicks least_latency_;  // column command → end of data
    DramTicks least_spacing_;  // of column commands of one pseudo channel
    DramTicks row_to_column_;  // least time from a row command to a column command it enables
    std::array<DramTicks, 2> data_end_;  // column command → end of data, by direction

    std::vector<Request> requests_;
    std::vector<std::int32_t> free_requests_;
    FixedRing<std::int32_t> input_;         // requests with bursts not yet in a queue
    std::vector<std::int32_t> unfinished_;  // requests with open bursts, in any order
    std::vector<Finished> finished_;        // heap
    std::int64_t active_ = 0;               // requests in the controller
    std::int64_t queued_ = 0;               // bursts without their column command
    std::uint64_t sequence_ = 0;
    std::uint64_t burst_sequence_ = 0;
    DramCommandSink* sink_ = nullptr;
    std::unique_ptr<DramBankTrace> bank_trace_;  // with a waveform

    struct Latency {  // of requests, ps
        core::Histogram total, queue, bank, refresh;
    };
    std::array<Latency, 2> latency_;  // by direction

    core::RandomStream ecc_random_;
    std::int64_t corrected_ = 0;
    std::int64_t poisoned_ = 0;

    struct EnergyTap {  // a counter and what of it the ledger knows
        core::EnergyLedger::EventId event;
        const std::int64_t* counter;
        std::int64_t booked = 0;
    };
    core::EnergyLedger* ledger_ = nullptr;
    std::vector<EnergyTap> energy_taps_;
    DramTicks energy_time_ = 0;
};

}  // namespace strata::models
