// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every component shares. A SystemC module derives from sc_module and Component; its
// constructor takes (name, const XConfig&, Services&). There are no globals.

#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/energy.h"
#include "core/random.h"
#include "core/stats.h"
#include "core/trace.h"
#include "core/units.h"

namespace strata::core {

class Component;
class PayloadPool;

/// What a platform lends to its components. Outlives them all.
struct Services {
    Services(StatGroup& stats_, EnergyLedger& energy_, PayloadPool& payloads_,
             std::shared_ptr<spdlog::logger> log_)
        : stats(stats_), energy(energy_), payloads(payloads_), log(std::move(log_)) {}

    StatGroup& stats;
    EnergyLedger& energy;
    PayloadPool& payloads;
    std::shared_ptr<spdlog::logger> log;
    TraceSink* trace = nullptr;  ///< null without a waveform
    std::uint64_t seed = 1;
    bool functional = false;             ///< move real bytes
    std::vector<Component*> components;  ///< in construction order; kept by Component itself
};

/// Base of every modelled block.
class Component {
   public:
    Component(std::string path, Services& services);
    virtual ~Component();
    Component(const Component&) = delete;
    Component& operator=(const Component&) = delete;

    const std::string& path() const { return path_; }
    /// False while it holds work; a run that starves with a non-idle component is a deadlock.
    virtual bool idle() const = 0;
    /// One or a few lines on what it waits for, for the deadlock report.
    virtual std::string describe_state() const = 0;

   protected:
    Services& services() const { return services_; }
    StatGroup& stats() const;
    RandomStream random() const { return RandomStream(services_.seed, path_); }

   private:
    std::string path_;
    Services& services_;
};

/// A clock that a governor may change: components ask for durations when an operation starts, so a
/// change acts from the next operation on.
class ClockDomain {
   public:
    ClockDomain(std::string name, Frequency frequency)
        : name_(std::move(name)), frequency_(frequency) {}
    const std::string& name() const { return name_; }
    Frequency frequency() const { return frequency_; }
    void set_frequency(Frequency frequency) { frequency_ = frequency; }
    Ps cycles(std::int64_t n) const { return frequency_.cycles(n); }

   private:
    std::string name_;
    Frequency frequency_;
};

}  // namespace strata::core
