// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/periodic_replay.h"

#include <algorithm>
#include <cmath>

#include "models/thermal/gain_watch.h"

namespace strata::models {

namespace {

constexpr int kMostSettlings = 200;  // of leakage in the mean state
constexpr double kSettledK = 1e-4;
constexpr double kSlowest = 0.9999;  // ratio of two changes; a slower decay counts as this one

class Replay {
   public:
    Replay(ThermalModel& model, const std::vector<TraceWindow>& trace, const LeakageLaw& law,
           const std::vector<std::string>& names)
        : model_(model), trace_(trace), law_(law), names_(names) {}

    void settle();
    void repeat(const std::function<void(std::size_t)>& window);
    std::vector<double> temperatures() const;

   private:
    std::vector<double> total(const TraceWindow& window);
    TraceWindow mean() const;

    ThermalModel& model_;
    const std::vector<TraceWindow>& trace_;
    LeakageLaw law_;
    const std::vector<std::string>& names_;
};

std::vector<double> Replay::temperatures() const {
    std::vector<double> celsius(model_.blocks());
    for (std::size_t i = 0; i < celsius.size(); ++i) {
        celsius[i] = model_.temperature_c(i);
    }
    return celsius;
}

/// Power of a window at the present temperatures.
std::vector<double> Replay::total(const TraceWindow& window) {
    std::vector<double> watts = window.power_w;
    for (std::size_t i = 0; i < watts.size(); ++i) {
        if (window.leakage_w[i] > 0.0) {
            const double celsius = model_.temperature_c(i);
            check_runaway(names_[i], celsius, law_.limit_c);
            watts[i] += window.leakage_w[i] * std::exp(law_.beta * (celsius - law_.reference_c));
        }
    }
    return watts;
}

TraceWindow Replay::mean() const {
    TraceWindow mean{0, std::vector<double>(model_.blocks(), 0.0),
                     std::vector<double>(model_.blocks(), 0.0)};
    for (const TraceWindow& window : trace_) {
        mean.length += window.length;
    }
    for (const TraceWindow& window : trace_) {
        const double share = static_cast<double>(window.length) / static_cast<double>(mean.length);
        for (std::size_t i = 0; i < mean.power_w.size(); ++i) {
            mean.power_w[i] += share * window.power_w[i];
            mean.leakage_w[i] += share * window.leakage_w[i];
        }
    }
    return mean;
}

void Replay::settle() {
    const TraceWindow mean_power = mean();
    for (int i = 0; i < kMostSettlings; ++i) {
        const std::vector<double> before = temperatures();
        model_.settle(total(mean_power));
        const std::vector<double> after = temperatures();
        double moved = 0.0;
        for (std::size_t b = 0; b < after.size(); ++b) {
            moved = std::max(moved, std::abs(after[b] - before[b]));
        }
        if (moved < kSettledK) {
            return;
        }
    }
}

void Replay::repeat(const std::function<void(std::size_t)>& window) {
    for (std::size_t i = 0; i < trace_.size(); ++i) {
        model_.step(trace_[i].length, total(trace_[i]));
        if (window) {
            window(i);
        }
    }
}

}  // namespace

PeriodicConfig PeriodicConfig::parse(core::Section section) {
    PeriodicConfig config;
    config.tolerance_k = section.number("tolerance_k", config.tolerance_k, core::Range{1e-6, 10.0});
    config.repetitions =
        static_cast<int>(section.integer("repetitions", config.repetitions, core::Range{1, 1e6}));
    section.finish();
    return config;
}

PeriodicResult repeat_until_periodic(ThermalModel& model, const std::vector<TraceWindow>& trace,
                                     const LeakageLaw& law, const PeriodicConfig& config,
                                     const std::vector<std::string>& names,
                                     const std::function<void(std::size_t)>& window) {
    PeriodicResult result;
    if (trace.empty()) {
        return result;
    }
    Replay replay(model, trace, law, names);
    replay.settle();
    std::vector<double> start = replay.temperatures();
    double last_change = 0.0;
    while (!result.is_periodic && result.repetitions + 1 < config.repetitions) {
        replay.repeat({});
        ++result.repetitions;
        const std::vector<double> end = replay.temperatures();
        double change = 0.0;
        for (std::size_t b = 0; b < end.size(); ++b) {
            change = std::max(change, std::abs(end[b] - start[b]));
        }
        if (result.repetitions > 1) {
            const double ratio = last_change > 0.0 ? std::min(change / last_change, kSlowest) : 0.0;
            result.remaining_k = change * ratio / (1.0 - ratio);
            result.is_periodic = change == 0.0 || result.remaining_k < config.tolerance_k;
        }
        last_change = change;
        start = end;
    }
    replay.repeat(window);
    ++result.repetitions;
    return result;
}

}  // namespace strata::models
