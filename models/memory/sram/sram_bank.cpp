// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/sram/sram_bank.h"

#include <algorithm>

#include "core/stats.h"

namespace strata::models {

namespace {

/// First clock edge at or after `time`.
std::int64_t edge_at_or_after(core::Frequency clock, core::Ps time) {
    auto cycle =
        static_cast<std::int64_t>(static_cast<core::Int128>(time) * clock.hz / core::kSecond);
    while (clock.cycles(cycle) < time) {
        ++cycle;
    }
    return cycle;
}

}  // namespace

SramBank::SramBank(const SramConfig& config)
    : config_(config), queue_(static_cast<std::size_t>(config.queue_depth)) {}

core::Fault SramBank::submit(core::Ps now, const MemoryRequest& request) {
    const core::Bytes offset = static_cast<core::Bytes>(request.address) % config_.width;
    const std::int64_t words = core::ceil_div(offset + request.bytes, config_.width);
    const std::int64_t start = std::max(edge_at_or_after(config_.clock, now), free_cycle_);
    free_cycle_ = start + words;

    Entry entry;
    entry.completion.id = request.id;
    entry.completion.begin = config_.clock.cycles(start);
    entry.completion.time = config_.clock.cycles(start + config_.latency_cycles + words);
    entry.words = words;
    entry.write = request.op != core::MemoryOp::kRead;
    queue_.push(entry);
    return core::Fault::kNone;
}

core::Ps SramBank::next_event() const {
    return queue_.empty() ? core::kNever : queue_.front().completion.time;
}

void SramBank::advance(core::Ps now, std::vector<MemoryCompletion>& done) {
    while (!queue_.empty() && queue_.front().completion.time <= now) {
        const Entry& entry = queue_.front();
        words_[entry.write] += entry.words;
        if (ledger_ != nullptr) {
            ledger_->count(word_energy_[entry.write], entry.words);
        }
        done.push_back(entry.completion);
        queue_.pop();
    }
}

std::string SramBank::describe_state() const {
    return "sram: " + std::to_string(queue_.size()) + " requests queued";
}

void SramBank::register_stats(core::StatGroup& stats) {
    stats.counter("words_read", "words", "words read", &words_[0]);
    stats.counter("words_written", "words", "words written", &words_[1]);
}

void SramBank::register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) {
    ledger_ = &ledger;
    const double bits = 8.0 * static_cast<double>(config_.width);
    word_energy_[0] = ledger.event(block, core::EnergyCategory::kSram, "sram_read_word",
                                   bits * config_.read_pj_per_bit);
    word_energy_[1] = ledger.event(block, core::EnergyCategory::kSram, "sram_write_word",
                                   bits * config_.write_pj_per_bit);
}

}  // namespace strata::models
