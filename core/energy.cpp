// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/energy.h"

#include <algorithm>

namespace strata::core {

namespace {
constexpr double kPjPerWattPs = 1.0;  // 1 W × 1 ps = 1 pJ
}

const char* to_string(EnergyCategory category) {
    switch (category) {
        case EnergyCategory::kPe:
            return "pe";
        case EnergyCategory::kNoc:
            return "noc";
        case EnergyCategory::kDram:
            return "dram";
        case EnergyCategory::kNand:
            return "nand";
        case EnergyCategory::kSram:
            return "sram";
        case EnergyCategory::kControl:
            return "control";
        case EnergyCategory::kLeakage:
            return "leakage";
    }
    return "unknown";
}

EnergyLedger::BlockId EnergyLedger::block(const std::string& name) {
    const auto found = std::find_if(blocks_.begin(), blocks_.end(),
                                    [&](const Block& block) { return block.name == name; });
    if (found != blocks_.end()) {
        return static_cast<BlockId>(found - blocks_.begin());
    }
    blocks_.push_back({name, 1.0, {}, {}});
    return static_cast<BlockId>(blocks_.size() - 1);
}

const std::string& EnergyLedger::block_name(BlockId block) const {
    return blocks_.at(static_cast<std::size_t>(block)).name;
}

EnergyLedger::EventId EnergyLedger::event(BlockId block, EnergyCategory category,
                                          const std::string& name, double pj) {
    Event event;
    event.pj = pj;
    event.block = block;
    event.category = category;
    event.name = name;
    const auto id = static_cast<EventId>(events_.size());
    blocks_.at(static_cast<std::size_t>(block)).events.push_back(id);
    events_.push_back(std::move(event));
    return id;
}

void EnergyLedger::set_static_power(BlockId block, EnergyCategory category, double watts, Ps now) {
    auto& statics = blocks_.at(static_cast<std::size_t>(block)).statics;
    auto part = std::find_if(statics.begin(), statics.end(),
                             [&](const Static& s) { return s.category == category; });
    if (part == statics.end()) {
        statics.push_back({category, 0.0, now, 0.0});
        part = std::prev(statics.end());
    }
    part->settled_pj = static_pj(*part, now);
    part->watts = watts;
    part->since = now;
}

void EnergyLedger::set_scale(BlockId block, double scale) {
    Block& changed = blocks_.at(static_cast<std::size_t>(block));
    for (const EventId id : changed.events) {
        Event& event = events_[static_cast<std::size_t>(id)];
        event.settled_pj = event_pj(event);
        event.settled_count = event.count;
    }
    changed.scale = scale;
}

double EnergyLedger::event_pj(const Event& event) const {
    const double scale = blocks_[static_cast<std::size_t>(event.block)].scale;
    return event.settled_pj +
           static_cast<double>(event.count - event.settled_count) * event.pj * scale;
}

double EnergyLedger::static_pj(const Static& part, Ps now) {
    return part.settled_pj + part.watts * static_cast<double>(now - part.since) * kPjPerWattPs;
}

std::int64_t EnergyLedger::block_units(BlockId block) const {
    std::int64_t units = 0;
    for (const EventId id : blocks_.at(static_cast<std::size_t>(block)).events) {
        units += events_[static_cast<std::size_t>(id)].count;
    }
    return units;
}

double EnergyLedger::block_pj(BlockId block, Ps now) const {
    const Block& wanted = blocks_.at(static_cast<std::size_t>(block));
    double sum = 0.0;
    for (const EventId id : wanted.events) {
        sum += event_pj(events_[static_cast<std::size_t>(id)]);
    }
    for (const Static& part : wanted.statics) {
        sum += static_pj(part, now);
    }
    return sum;
}

double EnergyLedger::category_pj(EnergyCategory category, Ps now) const {
    double sum = 0.0;
    for (const Event& event : events_) {
        if (event.category == category) {
            sum += event_pj(event);
        }
    }
    for (const Block& block : blocks_) {
        for (const Static& part : block.statics) {
            if (part.category == category) {
                sum += static_pj(part, now);
            }
        }
    }
    return sum;
}

double EnergyLedger::total_pj(Ps now) const {
    double sum = 0.0;
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
        sum += block_pj(static_cast<BlockId>(block), now);
    }
    return sum;
}

std::vector<EnergyLedger::EventTotal> EnergyLedger::events() const {
    std::vector<EventTotal> totals;
    totals.reserve(events_.size());
    for (const Event& event : events_) {
        totals.push_back({blocks_[static_cast<std::size_t>(event.block)].name, event.name,
                          event.category, event.pj, event.count, event_pj(event)});
    }
    return totals;
}

}  // namespace strata::core
