// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One bank of shared SRAM.
//
// Modelled: a single pipelined port that moves one aligned word of `width` bytes per clock cycle,
// in order; a request starts at a clock edge and is done latency + words cycles later.
// Not modelled: bank conflicts inside the macro, separate read and write ports, sleep states,
// a change of the clock during the run.
// Timings: width, clock and latency are assumptions; energy from Jouppi et al., ISCA 2021 (7 nm).
// Units: ps, bytes, pJ.

#include "core/energy.h"
#include "models/memory/fixed_ring.h"
#include "models/memory/memory_controller.h"
#include "models/memory/sram/sram_config.h"

namespace strata::models {

class SramBank : public MemoryController {
   public:
    explicit SramBank(const SramConfig& config);

    bool can_accept(const MemoryRequest&) const override { return !queue_.full(); }
    core::Fault submit(core::Ps now, const MemoryRequest& request) override;
    core::Ps next_event() const override;
    void advance(core::Ps now, std::vector<MemoryCompletion>& done) override;

    core::Bytes capacity() const override { return config_.bank_capacity; }
    core::Bytes granule() const override { return config_.width; }
    core::Ps busy_time() const override { return config_.clock.cycles(words_[0] + words_[1]); }
    bool idle() const override { return queue_.empty(); }
    std::string describe_state() const override;
    void register_stats(core::StatGroup& stats) override;
    void register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) override;

   private:
    struct Entry {
        MemoryCompletion completion;
        std::int64_t words = 0;
        bool write = false;
    };

    SramConfig config_;
    FixedRing<Entry> queue_;          // in order of completion
    std::int64_t free_cycle_ = 0;     // first cycle in which the port is free
    std::int64_t words_[2] = {0, 0};  // words read and written by finished requests
    core::EnergyLedger* ledger_ = nullptr;
    core::EnergyLedger::EventId word_energy_[2] = {0, 0};
};

}  // namespace strata::models
