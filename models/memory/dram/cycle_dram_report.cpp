// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/cycle_dram.h"

// Statistics, energy and waveform of CycleDram.

namespace strata::models {

void CycleDram::register_stats(core::StatGroup& stats) {
    const auto ns = [this](const std::int64_t& ticks) {
        return [this, &ticks] { return static_cast<double>(device_.timing.to_ps(ticks)) * 1e-3; };
    };
    const DramCounters& c = counters_;
    stats.counter("bursts_read", "bursts", "bursts read", &c.bursts[kDramRead]);
    stats.counter("bursts_written", "bursts", "bursts written", &c.bursts[kDramWrite]);
    stats.counter("bursts_forwarded", "bursts", "reads served from queued writes", &c.forwarded);
    stats.counter("bursts_merged", "bursts", "bursts read for a write of part of them (ECC)",
                  &c.merged);
    const auto rows = [this](std::int64_t DramRowCounts::*kind) {
        return [this, kind] { return static_cast<double>(counters_.rows().*kind); };
    };
    stats.value("row_hits", "bursts", "bursts that found their row open",
                rows(&DramRowCounts::hits));
    stats.value("row_misses", "bursts", "bursts that found no row open",
                rows(&DramRowCounts::misses));
    stats.value("row_conflicts", "bursts", "bursts that found another row open",
                rows(&DramRowCounts::conflicts));
    stats.value("latency_queue", "ns", "sum over bursts: waiting for their turn", ns(c.queue_time));
    stats.value("latency_bank", "ns", "sum over bursts: opening the row", ns(c.bank_time));
    stats.value("latency_bus", "ns", "sum over bursts: column command to end of data",
                ns(c.bus_time));
    stats.value("latency_refresh", "ns", "sum over bursts: waiting for a refresh",
                ns(c.refresh_time));
    for (const std::size_t dir : {kDramRead, kDramWrite}) {
        const std::string op = dir == kDramRead ? "read" : "write";
        const Latency& l = latency_[dir];
        const auto add = [&](const char* part, const char* what, const core::Histogram& histogram) {
            stats.histogram(op + part, "ns", op + " requests: " + what, &histogram, 1e-3);
        };
        add("_latency", "submission to end of data", l.total);
        add("_queue_time", "of that waiting for their turn", l.queue);
        add("_bank_time", "closing and opening the last burst's row", l.bank);
        add("_refresh_time", "the last burst waiting for a refresh", l.refresh);
        stats.value(op + "_latency_p99_9", "ns", "the longest of 99.9 % of " + op + " requests",
                    [&l] { return static_cast<double>(l.total.quantile(0.999)) * 1e-3; });
    }
    stats.counter("ecc_corrected", "bursts", "bursts read with a corrected error", &corrected_);
    stats.counter("ecc_poisoned", "bursts", "bursts read with an uncorrectable error", &poisoned_);
    stats.value("bus_busy", "ps", "time in which the data bus was busy",
                [this] { return static_cast<double>(busy_time()); });
    core::StatGroup& commands = stats.child("commands");
    for (std::size_t i = 0; i < kDramCommandNames.size(); ++i) {
        commands.counter(kDramCommandNames[i], "commands", "commands issued", &c.commands[i]);
    }
    core::StatGroup& banks = stats.child("banks");
    for (std::size_t i = 0; i < c.banks.size(); ++i) {
        core::StatGroup& bank = banks.child("bank" + std::to_string(i));
        bank.counter("hits", "bursts", "bursts that found their row open", &c.banks[i].hits);
        bank.counter("misses", "bursts", "bursts that found no row open", &c.banks[i].misses);
        bank.counter("conflicts", "bursts", "bursts that found another row open",
                     &c.banks[i].conflicts);
    }
}

void CycleDram::note_latency(const Request& request) {
    Latency& l = latency_[request.dir];
    l.total.add(request.completion.time - request.submitted);
    l.queue.add(request.completion.parts.queue);
    l.bank.add(request.completion.parts.bank);
    l.refresh.add(request.completion.parts.refresh);
}

void CycleDram::register_trace(core::TraceSink* sink, const std::string& path) {
    if (sink != nullptr) {
        bank_trace_ = std::make_unique<DramBankTrace>(device_, *sink, path);
        sink_ = bank_trace_.get();
    }
}

void CycleDram::register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) {
    ledger_ = &ledger;
    const auto tap = [&](const char* name, double pj, const std::int64_t& counter) {
        if (pj > 0.0) {
            const auto event = ledger.event(block, core::EnergyCategory::kDram, name, pj);
            energy_taps_.push_back({event, &counter, 0});
        }
    };
    const DramEnergyTable& e = device_.energy;
    const double ecc = device_.ecc.kind == DramEcc::Kind::kNone ? 0.0 : device_.ecc.energy_pj;
    const auto& commands = counters_.commands;
    const auto of = [&commands](DramCommand command) -> const std::int64_t& {
        return commands[static_cast<std::size_t>(command)];
    };
    tap("dram_activate", e.activate_pj, of(DramCommand::kAct));
    tap("dram_read_burst", e.read_pj + e.io_read_pj + ecc, counters_.bursts[kDramRead]);
    tap("dram_write_burst", e.write_pj + e.io_write_pj + ecc, counters_.bursts[kDramWrite]);
    tap("dram_refresh_all_bank", e.refresh_ab_pj, of(DramCommand::kRefab));
    tap("dram_refresh_bank", e.refresh_pb_pj, of(DramCommand::kRefpb));
    tap("dram_refresh_management", e.rfm_pj, of(DramCommand::kRfm));
    const double tick_ps = static_cast<double>(device_.timing.tick_fs) * 1e-3;  // 1 W = 1 pJ/ps
    const std::array<std::pair<const char*, double>, kDramPowerStates> states = {{
        {"dram_active_standby", e.active_standby_w},
        {"dram_precharge_standby", e.precharge_standby_w},
        {"dram_active_power_down", e.active_power_down_w},
        {"dram_precharge_power_down", e.precharge_power_down_w},
        {"dram_self_refresh", e.self_refresh_w},
    }};
    for (std::size_t i = 0; i < states.size(); ++i) {
        tap(states[i].first, states[i].second * tick_ps, counters_.state[i]);
    }
}

/// Hands to the ledger what has been counted since the last time.
void CycleDram::book_energy() {
    energy_time_ = clock_;
    if (ledger_ == nullptr) {
        return;
    }
    for (DramPseudoChannel& pc : pcs_) {
        pc.settle(clock_);
    }
    for (EnergyTap& tap : energy_taps_) {
        ledger_->count(tap.event, *tap.counter - tap.booked);
        tap.booked = *tap.counter;
    }
}

}  // namespace strata::models
