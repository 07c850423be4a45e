// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What the full NAND model reports: state, errors, statistics, energy.

#include <numeric>

#include "core/stats.h"
#include "models/memory/nand/full_nand.h"

namespace strata::models {

using core::Fault;

namespace {

std::int64_t total(const std::array<std::int64_t, kFlashSources>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

void register_breakdown(core::StatGroup& stats, const FullNand::Breakdown& b) {
    stats.counter("pages", "pages", "pages that ended without a fault", &b.pages);
    stats.counter("queue", "ps", "translation, write buffer and queues, sum over pages", &b.queue);
    stats.counter("array", "ps", "command and array, sum over pages", &b.array);
    stats.counter("ecc", "ps", "waiting for a decoder and decoding, sum over pages", &b.ecc);
    stats.counter("bus", "ps", "waiting for the bus and data on it, sum over pages", &b.bus);
    stats.counter("host", "ps", "host link and base die, sum over pages", &b.host);
    stats.counter("latency", "ps", "submission to end, sum over pages", &b.latency);
}

}  // namespace

void FullNand::note_error(Fault fault, LogicalPage number) {
    ++error_counts_[static_cast<std::size_t>(fault)];
    if (errors_.size() < kKeptErrors) {
        errors_.push_back({fault, static_cast<std::uint64_t>(number * page_bytes_)});
    }
}

std::string FullNand::describe_state() const {
    std::string text = "nand: " + std::to_string(outstanding_) + " requests, " +
                       std::to_string(scheduler_.open()) + " flash jobs; " +
                       device_.describe_state() + "; " + ftl_->describe_state();
    if (!errors_.empty()) {
        const NandError& error = errors_.front();
        text += "; first error at byte " + std::to_string(error.address) + ": " +
                nand_rule(error.fault);
    }
    return text;
}

void FullNand::register_stats(core::StatGroup& stats) {
    const auto value = [&stats](const char* name, const char* unit, const char* text, auto read) {
        stats.value(name, unit, text, [read] { return static_cast<double>(read()); });
    };
    value("senses", "pages", "pages sensed", [this] { return total(device_.counts().senses); });
    value("programs", "pages", "pages programmed",
          [this] { return total(device_.counts().programs); });
    value("erases", "blocks", "blocks erased", [this] { return total(device_.counts().erases); });
    value("bus_bytes", "bytes", "bytes moved over the flash buses",
          [this] { return total(device_.counts().out_bytes) + total(device_.counts().in_bytes); });
    value("plane_busy", "ps", "array time, sum over planes, counted when it begins",
          [this] { return device_.counts().plane_time; });
    value("bus_busy", "ps", "time in which the flash buses were held, mean over channels",
          [this] { return busy_time(); });
    stats.counter("link_bytes", "bytes", "bytes over the host link", &link_bytes_);

    core::StatGroup& scheduler = stats.child("scheduler");
    const FlashScheduler::Counts& c = scheduler_.counts();
    scheduler.counter("commands", "commands", "array commands", &c.commands);
    scheduler.counter("multi_plane", "commands", "of several planes", &c.multi_plane);
    scheduler.counter("cache_reads", "commands", "READ CACHE commands", &c.cache_reads);
    scheduler.counter("shared_senses", "pages", "reads served by the sense of another one",
                      &c.shared_senses);
    scheduler.counter("suspends", "commands", "programs and erases suspended", &c.suspends);
    scheduler.counter("retries", "pages", "senses after the first of a read", &c.retries);
    scheduler.counter("soft_decodes", "pages", "reads that came to soft decoding", &c.soft_decodes);
    scheduler.counter("uncorrectable", "pages", "reads that no stage decodes", &c.uncorrectable);

    register_breakdown(stats.child("reads"), breakdown_[0]);
    register_breakdown(stats.child("writes"), breakdown_[1]);
    ftl_->register_stats(stats.child("ftl"));

    core::StatGroup& errors = stats.child("errors");
    for (const auto& [name, fault] : {std::pair{"page_order", Fault::kNandPageOrder},
                                      std::pair{"program_twice", Fault::kNandProgramTwice},
                                      std::pair{"read_erased", Fault::kNandReadErased},
                                      std::pair{"erase_open", Fault::kNandEraseOpen},
                                      std::pair{"uncorrectable", Fault::kUncorrectable},
                                      std::pair{"out_of_range", Fault::kOutOfRange},
                                      std::pair{"misaligned", Fault::kMisaligned}}) {
        errors.counter(name, "requests", std::string("refused: ") + nand_rule(fault),
                       &error_counts_[static_cast<std::size_t>(fault)]);
    }
}

void FullNand::register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) {
    device_.register_energy(ledger, block);
    scheduler_.register_energy(ledger, block);
    ledger_ = &ledger;
    link_energy_ = ledger.event(block, core::EnergyCategory::kNand, "link_byte",
                                8.0 * config_.device.energy.link_pj_per_bit);
}

}  // namespace strata::models
