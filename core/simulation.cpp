// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/diagnostics.h"
#include "core/logging.h"
#include "core/payload.h"

namespace strata::core {

namespace {

using WallClock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kBeat{100};
constexpr std::size_t kReportedPayloads = 20;

volatile std::sig_atomic_t interrupted = 0;

extern "C" void note_signal(int) {
    interrupted = 1;
}

/// Notes the first SIGINT or SIGTERM; a second of the same kind has its default effect.
class SignalCatcher {
   public:
    SignalCatcher() {
        interrupted = 0;
        struct sigaction action = {};
        action.sa_handler = note_signal;
        action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
        sigaction(SIGINT, &action, &old_int_);
        sigaction(SIGTERM, &action, &old_term_);
    }
    ~SignalCatcher() {
        sigaction(SIGINT, &old_int_, nullptr);
        sigaction(SIGTERM, &old_term_, nullptr);
        interrupted = 0;
    }
    SignalCatcher(const SignalCatcher&) = delete;
    SignalCatcher& operator=(const SignalCatcher&) = delete;

   private:
    struct sigaction old_int_ = {};
    struct sigaction old_term_ = {};
};

/// A known effect of pausing between two phases, not worth a warning.
class MuteNoActivity {
   public:
    MuteNoActivity() { set(sc_core::SC_DO_NOTHING); }
    ~MuteNoActivity() { set(sc_core::SC_UNSPECIFIED); }
    MuteNoActivity(const MuteNoActivity&) = delete;
    MuteNoActivity& operator=(const MuteNoActivity&) = delete;

   private:
    static void set(sc_core::sc_actions actions) {
        sc_core::sc_report_handler::set_actions(sc_core::SC_ID_NO_SC_START_ACTIVITY_, actions);
    }
};

/// Further lines of a component's state below its first.
std::string indented(std::string text) {
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
        text.insert(at + 1, "    ");
    }
    return text;
}

}  // namespace

const char* to_string(StopReason reason) {
    switch (reason) {
        case StopReason::kFinished:
            return "finished";
        case StopReason::kUntil:
            return "end of the simulated time asked for";
        case StopReason::kInterrupted:
            return "interrupted";
        case StopReason::kDeadlock:
            return "deadlock";
        case StopReason::kSimTimeout:
            return "simulated-time limit";
        case StopReason::kWallTimeout:
            return "wall-clock limit";
        case StopReason::kShutdown:
            return "shutdown";
    }
    return "unknown";
}

int RunResult::exit_code() const {
    const bool failed = reason == StopReason::kDeadlock || reason == StopReason::kSimTimeout ||
                        reason == StopReason::kWallTimeout;
    return reason == StopReason::kShutdown ? 3 : failed ? 4 : 0;
}

void RunResult::shut_down(const Shutdown& cause) {
    reason = StopReason::kShutdown;
    report = cause.what();
}

/// Makes sc_start return about ten times a second, even out of an endless loop of delta cycles, by
/// the one call that SystemC allows from another thread. Pausing does not change any result.
class Simulation::Pacer : public sc_core::sc_prim_channel {
   public:
    Pacer() : sc_prim_channel("simulation_pacer") {}
    ~Pacer() override { stop(); }

    void start() {
        stopping_ = false;
        thread_ = std::thread([this] { beat(); });
    }
    void stop() {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

   private:
    void beat() {
        std::unique_lock<std::mutex> lock(mutex_);
        while (!wake_.wait_for(lock, kBeat, [this] { return stopping_; })) {
            async_request_update();
        }
    }
    void update() override { sc_core::sc_pause(); }

    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = true;
};

/// One call of run().
class Simulation::Run {
   public:
    Run(Simulation& simulation, const RunOptions& options, WindowObserver* observer)
        : simulation_(simulation), options_(options), observer_(observer) {}

    RunResult execute();

   private:
    std::optional<StopReason> step();
    std::optional<StopReason> check_outside();
    StopReason starved() const;
    StopReason limit_reason() const;
    Ps limit() const { return std::min(options_.until, options_.max_sim_time); }
    void move_to(Ps time);
    void sample(Ps time);
    double wall_s() const {
        return std::chrono::duration<double>(WallClock::now() - begin_).count();
    }
    std::string report(StopReason reason) const;

    Simulation& simulation_;
    const RunOptions& options_;
    WindowObserver* observer_;
    WallClock::time_point begin_ = WallClock::now();
    WallClock::time_point last_progress_ = begin_;
    Ps boundary_ = 0;  // end of the current window
    Ps sampled_ = -1;
    bool active_ = true;  // something happened since the last sample
};

RunResult Simulation::Run::execute() {
    const auto first_delta = static_cast<std::int64_t>(sc_core::sc_delta_count());
    if (sc_core::sc_get_status() < sc_core::SC_RUNNING) {
        sc_core::sc_start(sc_core::SC_ZERO_TIME);  // elaborates and runs every process once
    }
    boundary_ = (now_ps() / options_.window + 1) * options_.window;
    RunResult result;
    try {
        std::optional<StopReason> reason;
        while (!reason) {
            reason = step();
        }
        if (sampled_ != now_ps()) {
            sample(now_ps());
        }
        result.reason = *reason;
        result.report = report(*reason);
    } catch (const Shutdown& cause) {
        result.shut_down(cause);
    }
    result.end = now_ps();
    result.wall_s = wall_s();
    result.events = static_cast<std::int64_t>(sc_core::sc_delta_count()) - first_delta;
    return result;
}

std::optional<StopReason> Simulation::Run::step() {
    if (const auto reason = check_outside()) {
        return reason;
    }
    if (!sc_core::sc_pending_activity()) {
        return starved();
    }
    const Ps now = now_ps();
    const Ps next = now + static_cast<Ps>(sc_core::sc_time_to_pending_activity().value());
    const Ps quiet_until = std::min(next - 1, limit());
    if (boundary_ <= quiet_until) {
        if (!active_) {
            boundary_ = quiet_until / options_.window * options_.window;
        }
        move_to(boundary_);
        sample(boundary_);
        boundary_ += options_.window;
        return {};
    }
    if (next > limit()) {
        move_to(limit());
        return limit_reason();
    }
    active_ = true;
    const Ps end = std::min(boundary_, limit());
    sc_core::sc_start(to_sc_time(end - now), sc_core::SC_EXIT_ON_STARVATION);
    return {};
}

std::optional<StopReason> Simulation::Run::check_outside() {
    if (simulation_.error_) {
        std::rethrow_exception(std::exchange(simulation_.error_, nullptr));
    }
    if (simulation_.finished_ || sc_core::sc_get_status() == sc_core::SC_STOPPED) {
        return StopReason::kFinished;
    }
    if (interrupted != 0) {
        return StopReason::kInterrupted;
    }
    const auto wall = WallClock::now();
    if (wall - last_progress_ >= kBeat) {
        last_progress_ = wall;
        if (options_.progress) {
            options_.progress(now_ps(), wall_s());
        }
        if (options_.max_wall_s > 0.0 && wall_s() >= options_.max_wall_s) {
            return StopReason::kWallTimeout;
        }
    }
    return {};
}

StopReason Simulation::Run::starved() const {
    const auto& all = simulation_.services_.components;
    const bool idle = std::all_of(all.begin(), all.end(),
                                  [](const Component* component) { return component->idle(); });
    return idle ? StopReason::kFinished : StopReason::kDeadlock;
}

StopReason Simulation::Run::limit_reason() const {
    return options_.until <= options_.max_sim_time ? StopReason::kUntil : StopReason::kSimTimeout;
}

void Simulation::Run::move_to(Ps time) {
    // A pause may end sc_start before the time was reached.
    while (now_ps() < time) {
        sc_core::sc_start(to_sc_time(time - now_ps()), sc_core::SC_RUN_TO_TIME);
    }
}

void Simulation::Run::sample(Ps time) {
    sampled_ = time;
    active_ = false;
    if (observer_ != nullptr) {
        observer_->sample(time);
    }
}

std::string Simulation::Run::report(StopReason reason) const {
    if (reason == StopReason::kFinished) {
        return {};
    }
    std::string text = fmt::format("{} at {} ps", to_string(reason), now_ps());
    for (const Component* component : simulation_.services_.components) {
        if (!component->idle()) {
            text +=
                fmt::format("\n  {}: {}", component->path(), indented(component->describe_state()));
        }
    }
    const std::vector<std::string> payloads = simulation_.services_.payloads.describe_live();
    for (std::size_t i = 0; i < std::min(payloads.size(), kReportedPayloads); ++i) {
        text += fmt::format("\n  in flight: {}", payloads[i]);
    }
    if (payloads.size() > kReportedPayloads) {
        text += fmt::format("\n  and {} more in flight", payloads.size() - kReportedPayloads);
    }
    return text;
}

Simulation::Simulation(Services& services)
    : services_(services), pacer_(std::make_unique<Pacer>()) {}

Simulation::~Simulation() = default;

RunResult Simulation::run(const RunOptions& options, WindowObserver* observer) {
    if (options.window <= 0) {
        throw ModelError("the sampling window must be longer than zero");
    }
    std::optional<SignalCatcher> signals;
    if (options.catch_signals) {
        signals.emplace();
    }
    const MuteNoActivity mute;
    pacer_->start();
    const std::unique_ptr<Pacer, void (*)(Pacer*)> stop_at_end(pacer_.get(),
                                                               [](Pacer* pacer) { pacer->stop(); });
    try {
        return Run(*this, options, observer).execute();
    } catch (const sc_core::sc_report& report) {
        if (error_) {
            std::rethrow_exception(std::exchange(error_, nullptr));
        }
        throw ModelError(describe(report));
    }
}

void Simulation::finish() {
    finished_ = true;
    sc_core::sc_pause();
}

void Simulation::fail(std::exception_ptr error) {
    error_ = std::move(error);
    sc_core::sc_pause();
}

}  // namespace strata::core
