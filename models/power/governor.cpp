// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/power/governor.h"

#include <algorithm>
#include <cmath>

#include "core/diagnostics.h"

namespace strata::models {

namespace {

/// Levels of `config`, at least one.
std::size_t level_count(const DomainConfig& config) {
    return std::max<std::size_t>(1, config.levels.size());
}

class FixedGovernor : public DomainGovernor {
   public:
    std::size_t next_level(std::size_t, const DomainState&) override { return 0; }
};

class StepGovernor : public DomainGovernor {
   public:
    explicit StepGovernor(const DomainConfig& config) : config_(config) {}

    std::size_t next_level(std::size_t level, const DomainState& state) override {
        if (state.hottest_c > config_.trip_c && level + 1 < level_count(config_)) {
            return level + 1;
        }
        return state.hottest_c < config_.trip_c - config_.hysteresis_c && level > 0 ? level - 1
                                                                                    : level;
    }

   private:
    const DomainConfig& config_;
};

class TripsGovernor : public DomainGovernor {
   public:
    explicit TripsGovernor(const DomainConfig& config) : config_(config) {}

    std::size_t next_level(std::size_t level, const DomainState& state) override {
        const auto reached = static_cast<std::size_t>(
            std::count_if(config_.trips_c.begin(), config_.trips_c.end(),
                          [&](double trip) { return state.hottest_c >= trip; }));
        const std::size_t wanted = std::min(reached, level_count(config_) - 1);
        if (wanted >= level) {
            cool_windows_ = 0;
            return wanted;
        }
        const bool is_cool = state.hottest_c < config_.trips_c[level - 1] - config_.hysteresis_c;
        cool_windows_ = is_cool ? cool_windows_ + 1 : 0;
        if (cool_windows_ < config_.cool_windows) {
            return level;
        }
        cool_windows_ = 0;
        return level - 1;
    }

   private:
    const DomainConfig& config_;
    int cool_windows_ = 0;
};

class PidGovernor : public DomainGovernor {
   public:
    explicit PidGovernor(const DomainConfig& config) : config_(config) {}

    std::size_t next_level(std::size_t, const DomainState& state) override {
        const double steps = static_cast<double>(level_count(config_) - 1);
        const double error = state.hottest_c - config_.trip_c;  // above 0: too hot
        const double slope = has_last_ ? (error - last_) / state.seconds : 0.0;
        last_ = error;
        has_last_ = true;
        // In levels; 0 is the fastest.
        const double ahead = config_.pid.p * error + config_.pid.d * slope;
        integral_ = std::clamp(integral_ + config_.pid.i * error * state.seconds, 0.0, steps);
        return static_cast<std::size_t>(std::lround(std::clamp(ahead + integral_, 0.0, steps)));
    }

   private:
    const DomainConfig& config_;
    double integral_ = 0.0;
    double last_ = 0.0;
    bool has_last_ = false;
};

constexpr double kMargin = 0.97;  // of a cap, before a faster level is taken

class CapGovernor : public DomainGovernor {
   public:
    explicit CapGovernor(const DomainConfig& config) : config_(config) {}

    std::size_t next_level(std::size_t level, const DomainState& state) override {
        for (std::size_t to = 0; to < config_.levels.size(); ++to) {
            const double predicted = state.power_w * dynamic_power_ratio(config_, level, to);
            if (predicted <= config_.cap_w * (to < level ? kMargin : 1.0)) {
                return to;
            }
        }
        return level_count(config_) - 1;
    }

   private:
    const DomainConfig& config_;
};

}  // namespace

double dynamic_power_ratio(const DomainConfig& config, std::size_t from, std::size_t to) {
    const auto relative = [&](std::size_t level) {
        const DvfsLevel& entry = config.levels[level];
        return entry.frequency.ghz() * entry.volts * entry.volts;
    };
    return relative(to) / relative(from);
}

std::vector<std::size_t> levels_under_cap(double cap_w, double other_w,
                                          const std::vector<DomainDemand>& domains) {
    std::vector<std::size_t> levels(domains.size());
    bool fits = false;
    bool can_slow_down = true;
    for (std::size_t fastest = 0; !fits && can_slow_down; ++fastest) {
        double predicted = other_w;
        bool speeds_up = false;
        can_slow_down = false;
        for (std::size_t i = 0; i < domains.size(); ++i) {
            const DomainDemand& domain = domains[i];
            const std::size_t slowest = level_count(*domain.config) - 1;
            levels[i] = std::min(std::max(domain.wanted, fastest), slowest);
            can_slow_down = can_slow_down || levels[i] < slowest;
            speeds_up = speeds_up || levels[i] < domain.level;
            predicted +=
                slowest == 0
                    ? domain.power_w
                    : domain.power_w * dynamic_power_ratio(*domain.config, domain.level, levels[i]);
        }
        fits = predicted <= cap_w * (speeds_up ? kMargin : 1.0);
    }
    return levels;
}

std::unique_ptr<DomainGovernor> make_governor(const DomainConfig& config) {
    if (config.governor == "none" || config.levels.size() < 2) {
        return std::make_unique<FixedGovernor>();
    }
    if (config.governor == "step") {
        return std::make_unique<StepGovernor>(config);
    }
    if (config.governor == "trips") {
        return std::make_unique<TripsGovernor>(config);
    }
    if (config.governor == "pid") {
        return std::make_unique<PidGovernor>(config);
    }
    if (config.governor == "cap") {
        return std::make_unique<CapGovernor>(config);
    }
    throw core::ModelError("power: no governor '" + config.governor + "'");
}

}  // namespace strata::models
