// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Waveform of a DRAM channel, made from its commands: for every bank closed, open, or refreshing
// (RFM included), for every SID up, power-down, or self-refresh. Changes only, so that an idle
// channel costs nothing.

#include <string>
#include <vector>

#include "core/trace.h"
#include "models/memory/dram/dram_timing.h"

namespace strata::models {

class DramBankTrace : public DramCommandSink {
   public:
    /// Signals lie in scopes `<path>.pc0.sid0` ….
    DramBankTrace(const DramDevice& device, core::TraceSink& sink, const std::string& path);

    void command(const DramCommandRecord& record) override;

   private:
    enum State : std::int64_t { kClosed, kOpen, kRefreshing };
    enum Power : std::int64_t { kUp, kDown, kSelfRefresh };
    struct Bank {
        core::TraceSignal signal;
        DramTicks activated = 0;
    };
    struct Sid {
        core::TraceSignal power;
        std::vector<Bank> banks;
    };

    void set(const Bank& bank, DramTicks t, State state) const {
        bank.signal.set(timing_.to_ps(t), state);
    }
    void refresh(const Bank& bank, DramTicks t, DramTicks duration) const;
    void auto_precharge(const Bank& bank, DramTicks earliest) const;
    template <class F>
    void for_banks_of(const DramCommandRecord& record, Sid& sid, F f);

    DramTiming timing_;
    std::int32_t sids_per_pc_;
    std::size_t banks_per_group_;
    std::vector<Sid> sids_;
};

}  // namespace strata::models
