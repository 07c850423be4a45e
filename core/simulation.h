// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The run wrapper: the only caller of sc_start. It advances the simulation from window boundary to
// window boundary, lets an observer sample in between, and knows every reason to stop.
//
// Sampling needs no event of its own, so it never changes the times of a model nor keeps an idle
// simulation alive; a span without activity costs nothing, however long.

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <systemc>

#include "core/component.h"
#include "core/shutdown.h"
#include "core/units.h"

namespace strata::core {

enum class StopReason : std::uint8_t {
    kFinished,     ///< finish() was called, or everything came to rest with all components idle
    kUntil,        ///< the simulated time asked for is over
    kInterrupted,  ///< SIGINT or SIGTERM
    kDeadlock,     ///< nothing left to happen, but a component is not idle
    kSimTimeout,   ///< simulated-time watchdog
    kWallTimeout,  ///< wall-clock watchdog
    kShutdown,     ///< the observer threw core::Shutdown
};
const char* to_string(StopReason reason);

struct RunOptions {
    Ps window = 10 * kMicrosecond;  ///< distance of the observer's samples
    Ps until = kNever;              ///< end of the run, a normal (partial) end
    Ps max_sim_time = kNever;       ///< watchdog: reaching it is an error
    double max_wall_s = 0.0;        ///< watchdog; 0 = none
    bool catch_signals = false;     ///< SIGINT and SIGTERM end the run; a second one kills
    /// Called about ten times a second of wall-clock time with (simulated time, wall seconds).
    std::function<void(Ps, double)> progress;
};

struct RunResult {
    StopReason reason = StopReason::kFinished;
    Ps end = 0;  ///< simulated time reached
    double wall_s = 0.0;
    std::int64_t events = 0;  ///< delta cycles run: distinct moments at which something happened
    std::string report;       ///< why it stopped and who was not idle; empty after kFinished
    bool completed() const { return reason == StopReason::kFinished; }
    /// Ends the run as a shutdown would.
    void shut_down(const Shutdown& cause);
    /// Of the process: 0, 3 after a shutdown, or 4 after a deadlock or a watchdog.
    int exit_code() const;
};

/// Sees the simulation between two slices.
class WindowObserver {
   public:
    virtual ~WindowObserver() = default;
    /// Everything up to and including `now` has happened; simulated time is `now`. Called at
    /// the end of every window in which something happened, once at the last boundary of a span
    /// of idle windows (so calls may be several windows apart), and at the end of the run. May
    /// throw Shutdown, which ends the run there.
    virtual void sample(Ps now) = 0;
};

/// One per process (SystemC has one simulation). Make it before the simulation starts.
class Simulation {
   public:
    explicit Simulation(Services& services);
    ~Simulation();
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Runs until one of the reasons to stop. May be called again to go on. Throws ModelError or
    /// UserError for what went wrong in a process.
    RunResult run(const RunOptions& options, WindowObserver* observer = nullptr);

    /// From a process: the work is done; the run ends at the end of this delta cycle.
    void finish();
    /// From a process: ends the run with this error. (An exception that simply leaves a process
    /// arrives as ModelError, as SystemC keeps only its text.)
    void fail(std::exception_ptr error);

   private:
    class Pacer;
    class Run;

    Services& services_;
    std::unique_ptr<Pacer> pacer_;
    bool finished_ = false;
    std::exception_ptr error_;
};

}  // namespace strata::core
