// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/simple_dram.h"

#include <algorithm>

#include "core/stats.h"

namespace strata::models {

SimpleDram::SimpleDram(const DramConfig& config)
    : config_(config),
      t_burst_(config.channel_bandwidth.transfer(config.burst)),
      refresh_interval_(config.t_refi),
      queue_(static_cast<std::size_t>(config.queue_depth)),
      banks_(static_cast<std::size_t>(config.banks)),
      next_refresh_(config.refresh ? config.t_refi : core::kNever) {}

core::Fault SimpleDram::submit(core::Ps now, const MemoryRequest& request) {
    const auto address = static_cast<core::Bytes>(request.address);
    const core::Bytes first = address / config_.burst;
    const core::Bytes end = core::ceil_div(address + request.bytes, config_.burst);
    const core::Bytes per_row = config_.row / config_.burst;
    const std::int64_t activates = rows_.misses + rows_.conflicts;

    Entry entry;
    entry.completion.id = request.id;
    entry.completion.begin = core::kNever;
    entry.write = request.op != core::MemoryOp::kRead;
    entry.bursts = end - first;
    for (core::Bytes burst = first; burst < end;) {
        const core::Bytes row = burst / per_row;
        const core::Bytes run = std::min(end, (row + 1) * per_row) - burst;
        entry.completion.begin = std::min(entry.completion.begin, serve_run(now, row, run));
        burst += run;
    }
    entry.completion.time = bus_free_;
    entry.activates = rows_.misses + rows_.conflicts - activates;
    queue_.push(entry);
    return core::Fault::kNone;
}

/// Serves bursts of one row that arrived together; returns when the first command was given. After
/// the first burst the others follow it back to back on the bus: their row is open and their column
/// latency hides behind the bus, which frees no earlier than the first burst's data. So a run costs
/// one step per refresh interval, with the result of one step per burst.
core::Ps SimpleDram::serve_run(core::Ps arrival, std::int64_t row_index, std::int64_t bursts) {
    Bank& bank = banks_[static_cast<std::size_t>(row_index % config_.banks)];
    const std::int64_t row = row_index / config_.banks;
    core::Ps begin = -1;
    skip_refreshes(arrival);
    while (bursts > 0) {
        const Plan next = plan(arrival, bank, row);
        if (next.data_end > next_refresh_) {
            refresh_once();
            continue;
        }
        const std::int64_t fit = 1 + (next_refresh_ - next.data_end) / t_burst_;
        const std::int64_t run = std::min(bursts, fit);
        ++(rows_.*next.kind);
        rows_.hits += run - 1;
        bus_free_ = next.data_end + (run - 1) * t_burst_;
        bank = {row, epoch_, next.row_ready, bus_free_};
        bursts -= run;
        if (begin < 0) {
            begin = next.begin;
        }
    }
    return begin;
}

SimpleDram::Plan SimpleDram::plan(core::Ps arrival, const Bank& bank, std::int64_t row) const {
    Plan result;
    result.begin = std::max(arrival, not_before_);
    core::Ps column = result.begin;
    if (bank.row < 0 || bank.epoch != epoch_) {
        result.kind = &RowCounts::misses;
        column = result.row_ready = result.begin + config_.t_rcd;
    } else if (bank.row != row) {
        result.kind = &RowCounts::conflicts;
        result.begin = std::max(result.begin, bank.data_end);
        column = result.row_ready = result.begin + config_.t_rp + config_.t_rcd;
    } else {
        result.kind = &RowCounts::hits;
        result.row_ready = bank.row_ready;
        column = result.begin = std::max(result.begin, bank.row_ready);
    }
    result.data_end = std::max(column + config_.t_cl, bus_free_) + t_burst_;
    return result;
}

/// Accounts for the refreshes that became due while nothing was queued.
void SimpleDram::skip_refreshes(core::Ps now) {
    if (now < next_refresh_) {
        return;
    }
    const std::int64_t skipped = (now - next_refresh_) / refresh_interval_;
    refreshes_ += skipped;
    next_refresh_ += skipped * refresh_interval_;
    refresh_once();
}

void SimpleDram::refresh_once() {
    ++refreshes_;
    ++epoch_;
    not_before_ = next_refresh_ + config_.t_rfc;
    next_refresh_ += refresh_interval_;
}

core::Ps SimpleDram::next_event() const {
    return queue_.empty() ? core::kNever : queue_.front().completion.time;
}

void SimpleDram::advance(core::Ps now, std::vector<MemoryCompletion>& done) {
    while (!queue_.empty() && queue_.front().completion.time <= now) {
        const Entry& entry = queue_.front();
        bursts_[entry.write] += entry.bursts;
        if (ledger_ != nullptr) {
            ledger_->count(burst_energy_[entry.write], entry.bursts);
            ledger_->count(activate_energy_, entry.activates);
        }
        done.push_back(entry.completion);
        queue_.pop();
    }
}

/// Acts from the next refresh on.
void SimpleDram::set_temperature(double celsius) {
    refresh_interval_ = celsius > config_.hot_celsius ? config_.t_refi / 2 : config_.t_refi;
}

std::string SimpleDram::describe_state() const {
    return "dram: " + std::to_string(queue_.size()) + " requests queued, data bus reserved until " +
           std::to_string(bus_free_) + " ps";
}

void SimpleDram::register_stats(core::StatGroup& stats) {
    stats.counter("bursts_read", "bursts", "bursts read", &bursts_[0]);
    stats.counter("bursts_written", "bursts", "bursts written", &bursts_[1]);
    stats.counter("row_hits", "bursts", "bursts that found their row open", &rows_.hits);
    stats.counter("row_misses", "bursts", "bursts that found no row open", &rows_.misses);
    stats.counter("row_conflicts", "bursts", "bursts that found another row open",
                  &rows_.conflicts);
    stats.counter("refreshes", "commands", "all-bank refreshes up to the last request",
                  &refreshes_);
    stats.value("bus_busy", "ps", "time in which the data bus was busy",
                [this] { return static_cast<double>(busy_time()); });
}

void SimpleDram::register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) {
    ledger_ = &ledger;
    const double burst_pj = 8.0 * static_cast<double>(config_.burst) * config_.energy_pj_per_bit;
    const auto category = core::EnergyCategory::kDram;
    burst_energy_[0] = ledger.event(block, category, "dram_read_burst", burst_pj);
    burst_energy_[1] = ledger.event(block, category, "dram_write_burst", burst_pj);
    activate_energy_ = ledger.event(block, category, "dram_activate", config_.activate_pj);
}

}  // namespace strata::models
