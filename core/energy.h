// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The energy ledger. Components count events; each event has a fixed cost in pJ. Nothing is added
// up in floating point while the simulation runs: energy = Σ counts × cost (+ Σ power × time for
// static power), evaluated when somebody asks. When a voltage changes, the counts so far are
// settled at the old cost.

#include <cstdint>
#include <string>
#include <vector>

#include "core/units.h"

namespace strata::core {

/// Keys of `energy_pj` in summary.json.
enum class EnergyCategory : std::uint8_t { kPe, kNoc, kDram, kNand, kSram, kControl, kLeakage };
constexpr int kEnergyCategories = 7;
const char* to_string(EnergyCategory category);

class EnergyLedger {
   public:
    using EventId = std::int32_t;
    using BlockId = std::int32_t;

    /// A block is what the floorplan knows: the smallest area with its own power and temperature.
    /// Asking for the same name again yields the same block.
    BlockId block(const std::string& name);
    std::size_t blocks() const { return blocks_.size(); }
    const std::string& block_name(BlockId block) const;

    /// Registers a kind of event of one component. `pj` is the cost of one unit at scale 1.
    EventId event(BlockId block, EnergyCategory category, const std::string& name, double pj);

    /// Counts `units` of an event. Hot path: one addition.
    void count(EventId event, std::int64_t units) {
        events_[static_cast<std::size_t>(event)].count += units;
    }

    /// Static power of a block in W from time `now` on (replaces what was set before).
    void set_static_power(BlockId block, EnergyCategory category, double watts, Ps now);

    /// Scales the cost of the block's future events, e.g. (V/V0)² after a voltage change.
    void set_scale(BlockId block, double scale);

    /// Units of all events of a block so far: grows when it did something.
    std::int64_t block_units(BlockId block) const;

    double block_pj(BlockId block, Ps now) const;
    double category_pj(EnergyCategory category, Ps now) const;
    double total_pj(Ps now) const;

    /// One event kind as reports need it.
    struct EventTotal {
        std::string block;
        std::string name;
        EnergyCategory category;
        double pj_per_unit;
        std::int64_t count;
        double pj;
    };
    std::vector<EventTotal> events() const;

   private:
    struct Event {
        std::int64_t count = 0;
        double pj = 0.0;  // at scale 1
        std::int64_t settled_count = 0;
        double settled_pj = 0.0;
        BlockId block = 0;
        EnergyCategory category = EnergyCategory::kPe;
        std::string name;
    };
    struct Static {
        EnergyCategory category;
        double watts = 0.0;
        Ps since = 0;
        double settled_pj = 0.0;
    };
    struct Block {
        std::string name;
        double scale = 1.0;
        std::vector<EventId> events;
        std::vector<Static> statics;
    };
    double event_pj(const Event& event) const;
    static double static_pj(const Static& part, Ps now);

    std::vector<Event> events_;
    std::vector<Block> blocks_;
};

}  // namespace strata::core
