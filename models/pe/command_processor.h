// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Command processor of a PE with its matrix and vector engines, free of SystemC.
//
// Modelled: one in-order stream per engine; semaphores that count up; code of deployed kernels
// fetched block by block through the DMA, one block ahead per stream; dispatch cost per command;
// engines that work on one command at a time (DMA queues take the next one as soon as all payloads
// of the last have been issued).
// Not modelled: instruction cache (code is fetched at every launch), encoding of commands.
// Source of timings: PeConfig (assumptions), matrix_engine.h, vector_engine.h. Units: ps.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/component.h"
#include "core/units.h"
#include "models/pe/command.h"
#include "models/pe/dma.h"
#include "models/pe/matrix_engine.h"
#include "models/pe/pe_config.h"
#include "models/pe/tcm.h"
#include "models/pe/vector_engine.h"

namespace strata::models {

/// How a kernel ended; code kNone when it ran to its end.
using KernelResult = Failure;

class CommandProcessor {
   public:
    /// The references outlive the object.
    CommandProcessor(const PeConfig& config, const core::ClockDomain& clock, Dma& dma, Tcm& tcm);

    bool running() const { return running_; }
    /// Starts a kernel whose code lies at physical address `code_pa`. Needs !running().
    void launch(core::Ps now, std::shared_ptr<const Kernel> kernel, std::uint64_t code_pa);
    /// Starts a built-in kernel that occupies the PE for `cycles`. Needs !running().
    void launch_builtin(core::Ps now, std::string name, std::int64_t cycles);

    /// One signal from outside. False when there is no such semaphore.
    bool signal(std::int32_t semaphore);
    std::int64_t semaphore(std::int32_t index) const {
        return semaphores_[static_cast<std::size_t>(index)];
    }

    /// Takes a completion of a kernel queue.
    void done(const DmaDone& done);
    /// Ends engines that are due, starts what may start.
    void step(core::Ps now);
    core::Ps next_event() const;
    /// True once per kernel that has ended.
    bool take_result(KernelResult& result);

    std::string describe_state() const;

    /// What a stream does, in the order of trace labels.
    enum class State : std::uint8_t { kIdle, kWait, kRun };
    enum class Stall : std::uint8_t { kSemaphore, kCode, kDispatch };
    static constexpr int kStalls = 3;
    State state(Engine engine) const;
    /// Notes the streams' states; call once per step.
    void account(core::Ps now);
    core::Ps stall_time(Engine engine, Stall stall, core::Ps now) const;
    /// Time the matrix or vector engine computed up to `now`.
    core::Ps busy_time(Engine engine, core::Ps now) const;

    struct Counters {
        std::int64_t kernels = 0;
        std::int64_t aborted = 0;
        std::array<std::int64_t, kEngines> commands{};
        std::array<std::int64_t, kDataTypes> macs{};  ///< by DataType
        std::int64_t vector_ops = 0;                  ///< lane cycles
        core::Bytes tcm_bytes = 0;                    ///< traffic of matrix and vector engine
    };
    /// What was started, finished or not.
    const Counters& counters() const { return counters_; }
    /// The share of it that the engines at work have not done yet: work is even over its cycles.
    Counters unfinished(core::Ps now) const;
    /// The clock ran at `before` until now: computations go on at its new rate from the next edge.
    void clock_changed(core::Ps now, core::Frequency before);
    void register_stats(core::StatGroup& stats) const;

   private:
    enum class Phase : std::uint8_t {
        kEnd,        // all commands started
        kCode,       // the block of the next command has not arrived
        kSemaphore,  // a wait of the next command is not met
        kEngine,     // the engine cannot take it yet
        kDispatch,   // starts at `until`
        kCompute,    // matrix or vector engine busy to `until`
    };
    /// What a computation adds to the counters.
    struct Work {
        std::size_t type = 0;
        std::int64_t macs = 0;
        std::int64_t vector_ops = 0;
        core::Bytes tcm_bytes = 0;
    };
    struct Stream {
        const std::vector<Command>* commands = nullptr;
        std::size_t next = 0;     // command that starts next, or computes
        std::size_t wait = 0;     // its first wait that is not known to be met
        Wait unmet;               // that one, while the phase is kSemaphore
        std::int64_t block = 0;   // of the code, where `next` lies
        std::int64_t blocks = 0;  // of the code
        Phase phase = Phase::kEnd;
        core::Ps until = core::kNever;
        std::uint64_t code_pa = 0;
        std::int64_t blocks_asked = 0;
        std::int64_t blocks_here = 0;
        Phase booked = Phase::kEnd;  // phase since the last account()
        core::Ps booked_since = 0;
        std::array<core::Ps, kStalls> stalled{};
        core::Ps busy = 0;        // finished computations
        core::Ps busy_since = 0;  // of the current one
        Work work;                // of the current one
        std::int64_t cycles = 0;
        std::int64_t cycles_left = 0;  // at `clock_since`
        core::Ps clock_since = 0;      // from then on at the present clock
    };

    bool met(const Wait& wait) const {
        return semaphores_[static_cast<std::size_t>(wait.semaphore)] >= wait.value;
    }
    bool advance_stream(core::Ps now, int engine);
    Phase blocked_by(int engine);
    void ask_for_code(core::Ps now, int engine);
    void start(core::Ps now, int engine);
    void start_gemm(core::Ps now, Stream& stream, const Gemm& gemm);
    void start_vector(core::Ps now, Stream& stream, const VectorOp& op);
    void compute(core::Ps now, Stream& stream, std::int64_t cycles, const Work& work);
    void finish_compute(int engine);
    void next_command(Stream& stream) const;
    bool streams_finished() const;
    void fail(Failure why);
    void stop_streams(core::Ps now);
    void end_kernel();
    std::string describe_stream(int engine) const;
    static int stall_of(Phase phase);

    const PeConfig& config_;
    const core::ClockDomain& clock_;
    Dma& dma_;
    Tcm& tcm_;
    MatrixEngine matrix_;
    VectorEngine vector_;

    bool running_ = false;
    bool aborting_ = false;
    bool has_result_ = false;
    KernelResult result_;
    std::shared_ptr<const Kernel> kernel_;
    std::string name_;
    core::Ps builtin_end_ = core::kNever;  // of a built-in kernel; these have no kernel_
    std::array<Stream, kEngines> streams_;
    std::vector<std::int64_t> semaphores_;
    Counters counters_;
};

}  // namespace strata::models
