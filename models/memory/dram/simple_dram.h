// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One DRAM channel, by arithmetic on bursts in order of arrival.
//
// Modelled: the data bus; one open row per bank with hit (tCL), closed (tRCD + tCL) and conflict
// (tRP + tRCD + tCL) latency; row commands of waiting bursts overlap with the bus; all-bank refresh
// as an interval of tRFC every tREFI in which nothing moves and after which every row is closed
// (twice as often when hot); a bounded queue. An HBM channel is one bus of both pseudo channels in
// step. A precharge follows the bank's last data, which stands for tRTP, tWR and tRAS.
//
// Not modelled: reordering, activation limits (tRRD, tFAW), bank groups, read-write turnaround,
// write timings of their own, the command bus, power-down. The strict order costs small random
// requests dearly: uniform random 64 B reads reach 14 % of the peak with a queue of 64.
//
// Address inside the channel, low to high: column, bank, row. Timings: DramConfig; a burst's time
// on the bus is rounded up to a ps. Units: ps, bytes, pJ.

#include <vector>

#include "core/energy.h"
#include "models/memory/dram/dram_config.h"
#include "models/memory/fixed_ring.h"
#include "models/memory/memory_controller.h"

namespace strata::models {

class SimpleDram : public MemoryController {
   public:
    explicit SimpleDram(const DramConfig& config);

    bool can_accept(const MemoryRequest&) const override { return !queue_.full(); }
    core::Fault submit(core::Ps now, const MemoryRequest& request) override;
    core::Ps next_event() const override;
    void advance(core::Ps now, std::vector<MemoryCompletion>& done) override;

    core::Bytes capacity() const override { return config_.channel_capacity; }
    core::Bytes granule() const override { return config_.burst; }
    core::Ps busy_time() const override { return (bursts_[0] + bursts_[1]) * t_burst_; }
    bool idle() const override { return queue_.empty(); }
    std::string describe_state() const override;
    void register_stats(core::StatGroup& stats) override;
    void register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) override;
    void set_temperature(double celsius) override;

    /// What became of the bursts so far: row hits, closed rows, row conflicts.
    struct RowCounts {
        std::int64_t hits = 0;
        std::int64_t misses = 0;
        std::int64_t conflicts = 0;
    };
    const RowCounts& row_counts() const { return rows_; }
    std::int64_t refreshes() const { return refreshes_; }

   private:
    struct Bank {
        std::int64_t row = -1;
        std::int64_t epoch = 0;  // the row is open only when this is the channel's epoch
        core::Ps row_ready = 0;  // activation done
        core::Ps data_end = 0;   // of its last burst
    };
    struct Plan {
        core::Ps begin = 0;  // first command
        core::Ps row_ready = 0;
        core::Ps data_end = 0;
        std::int64_t RowCounts::*kind = nullptr;
    };
    struct Entry {
        MemoryCompletion completion;
        std::int64_t bursts = 0;
        std::int64_t activates = 0;
        bool write = false;
    };

    Plan plan(core::Ps arrival, const Bank& bank, std::int64_t row) const;
    void skip_refreshes(core::Ps now);
    void refresh_once();
    core::Ps serve_run(core::Ps arrival, std::int64_t row_index, std::int64_t bursts);

    DramConfig config_;
    core::Ps t_burst_;
    core::Ps refresh_interval_;
    FixedRing<Entry> queue_;  // in order of completion
    std::vector<Bank> banks_;
    std::int64_t epoch_ = 0;  // counts refreshes: each closes all rows
    core::Ps next_refresh_;
    core::Ps not_before_ = 0;  // end of the last refresh
    core::Ps bus_free_ = 0;

    RowCounts rows_;
    std::int64_t refreshes_ = 0;
    std::int64_t bursts_[2] = {0, 0};  // read and written by finished requests
    core::EnergyLedger* ledger_ = nullptr;
    core::EnergyLedger::EventId burst_energy_[2] = {0, 0};
    core::EnergyLedger::EventId activate_energy_ = 0;
};

}  // namespace strata::models
