// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/command_processor.h"

#include <algorithm>
#include <utility>

#include "core/diagnostics.h"
#include "core/payload.h"

namespace strata::models {

using core::kNever;
using core::Ps;

namespace {

std::size_t at(int engine) {
    return static_cast<std::size_t>(engine);
}

bool is_dma(int engine) {
    return engine < static_cast<int>(Engine::kMatrix);
}

}  // namespace

CommandProcessor::CommandProcessor(const PeConfig& config, const core::ClockDomain& clock, Dma& dma,
                                   Tcm& tcm)
    : config_(config),
      clock_(clock),
      dma_(dma),
      tcm_(tcm),
      matrix_(config.matrix),
      vector_(config.vector),
      semaphores_(static_cast<std::size_t>(config.command.semaphores), 0) {}

void CommandProcessor::launch(Ps now, std::shared_ptr<const Kernel> kernel, std::uint64_t code_pa) {
    if (running_) {
        throw core::ModelError("kernel launched while another one runs");
    }
    running_ = true;
    aborting_ = false;
    name_ = kernel->name;
    kernel_ = std::move(kernel);
    ++counters_.kernels;
    std::fill_n(semaphores_.begin(), kEngines, 0);
    dma_.clear_failure();
    for (int e = 0; e < kEngines; ++e) {
        Stream& stream = streams_[at(e)];
        stream.commands = &kernel_->streams[at(e)];
        stream.next = 0;
        stream.wait = 0;
        stream.phase = stream.commands->empty() ? Phase::kEnd : Phase::kCode;
        stream.until = kNever;
        stream.code_pa = code_pa;
        const core::Bytes bytes = static_cast<core::Bytes>(stream.commands->size()) * kCommandBytes;
        stream.block = 0;
        stream.blocks = core::ceil_div(bytes, config_.command.fetch_block);
        stream.blocks_asked = 0;
        stream.blocks_here = 0;
        code_pa += static_cast<std::uint64_t>(bytes);
    }
    step(now);
}

void CommandProcessor::launch_builtin(Ps now, std::string name, std::int64_t cycles) {
    if (running_) {
        throw core::ModelError("kernel launched while another one runs");
    }
    running_ = true;
    aborting_ = false;
    kernel_.reset();
    name_ = std::move(name);
    ++counters_.kernels;
    builtin_end_ = now + clock_.cycles(cycles);
    step(now);
}

bool CommandProcessor::signal(std::int32_t semaphore) {
    if (semaphore < kEngines || semaphore >= static_cast<std::int32_t>(semaphores_.size())) {
        return false;
    }
    ++semaphores_[static_cast<std::size_t>(semaphore)];
    return true;
}

void CommandProcessor::done(const DmaDone& done) {
    if (done.queue == DmaQueue::kFetch) {
        ++streams_[done.token].blocks_here;
        return;
    }
    const auto engine = static_cast<std::size_t>(done.queue);
    ++semaphores_[engine];
    ++counters_.commands[engine];
    if (done.signal >= 0 && !signal(done.signal)) {
        fail({ErrorCode::kBadTarget, 0, "no semaphore " + std::to_string(done.signal)});
    }
}

void CommandProcessor::step(Ps now) {
    if (!running_) {
        return;
    }
    if (kernel_ == nullptr) {
        if (builtin_end_ <= now) {
            builtin_end_ = kNever;
            end_kernel();
        }
        return;
    }
    for (bool moved = true; moved && !aborting_;) {
        moved = false;
        for (int e = 0; e < kEngines && !aborting_; ++e) {
            ask_for_code(now, e);
            while (!aborting_ && advance_stream(now, e)) {
                moved = true;
            }
        }
        if (dma_.kernel_failed()) {
            fail(dma_.failure());
        }
    }
    if (aborting_) {
        stop_streams(now);
    }
    if (aborting_ ? dma_.kernel_quiet() : streams_finished()) {
        end_kernel();
    }
}

/// One step of a stream; false when it has to wait.
bool CommandProcessor::advance_stream(Ps now, int e) {
    Stream& stream = streams_[at(e)];
    switch (stream.phase) {
        case Phase::kEnd:
            return false;
        case Phase::kCompute:
            if (stream.until > now) {
                return false;
            }
            finish_compute(e);
            return true;
        case Phase::kDispatch:
            if (stream.until > now) {
                return false;
            }
            start(now, e);
            return true;
        case Phase::kCode:
        case Phase::kSemaphore:
        case Phase::kEngine:
            break;
    }
    stream.phase = blocked_by(e);
    if (stream.phase != Phase::kDispatch) {
        return false;
    }
    stream.until = now + clock_.cycles(config_.command.dispatch_cycles);
    return true;
}

/// What keeps the next command of a stream from being dispatched; kDispatch when nothing does.
CommandProcessor::Phase CommandProcessor::blocked_by(int e) {
    Stream& stream = streams_[at(e)];
    if (stream.phase == Phase::kSemaphore && !met(stream.unmet)) {
        return Phase::kSemaphore;  // the usual case, found without a look at the command
    }
    if (stream.blocks_here <= stream.block) {
        return Phase::kCode;
    }
    const std::vector<Wait>& waits = (*stream.commands)[stream.next].waits;
    for (; stream.wait < waits.size(); ++stream.wait) {
        const Wait& wait = waits[stream.wait];
        if (wait.semaphore < 0 || wait.semaphore >= static_cast<std::int32_t>(semaphores_.size())) {
            fail({ErrorCode::kBadTarget, 0,
                  "wait for semaphore " + std::to_string(wait.semaphore) + ", the PE has " +
                      std::to_string(semaphores_.size())});
            return Phase::kSemaphore;
        }
        if (!met(wait)) {
            stream.unmet = wait;
            return Phase::kSemaphore;
        }
    }
    return is_dma(e) && !dma_.can_accept(static_cast<DmaQueue>(e)) ? Phase::kEngine
                                                                   : Phase::kDispatch;
}

/// Keeps one block ahead of the one that holds the next command.
void CommandProcessor::ask_for_code(Ps now, int e) {
    Stream& stream = streams_[at(e)];
    const std::int64_t wanted = std::min(stream.blocks, stream.block + 2);
    while (stream.blocks_asked < wanted && dma_.can_accept(DmaQueue::kFetch)) {
        const core::Bytes block = config_.command.fetch_block;
        const auto size = static_cast<core::Bytes>(stream.commands->size()) * kCommandBytes;
        const core::Bytes offset = stream.blocks_asked * block;
        DmaTransfer fetch;
        fetch.source = {DmaSide::Kind::kPhysical,
                        stream.code_pa + static_cast<std::uint64_t>(offset), 0};
        fetch.target = {DmaSide::Kind::kBuffer, 0, 0};
        fetch.row_bytes = std::min(block, size - offset);
        fetch.token = at(e);
        ++stream.blocks_asked;
        dma_.submit(now, DmaQueue::kFetch, std::move(fetch));
    }
}

void CommandProcessor::start(Ps now, int e) {
    Stream& stream = streams_[at(e)];
    const Command& command = (*stream.commands)[stream.next];
    if (const auto* copy = std::get_if<DmaCopy>(&command.op); copy != nullptr && is_dma(e)) {
        DmaTransfer transfer = DmaTransfer::from(*copy);
        transfer.token = stream.next;
        next_command(stream);
        dma_.submit(now, static_cast<DmaQueue>(e), std::move(transfer));
        return;
    }
    const auto engine = static_cast<Engine>(e);
    const auto* gemm = std::get_if<Gemm>(&command.op);
    const auto* vector = std::get_if<VectorOp>(&command.op);
    if (engine == Engine::kMatrix && gemm != nullptr) {
        start_gemm(now, stream, *gemm);
    } else if (engine == Engine::kVector && vector != nullptr) {
        start_vector(now, stream, *vector);
    } else {
        fail({ErrorCode::kBadTarget, 0,
              std::string("command of another engine in the stream of ") + to_string(engine)});
    }
}

void CommandProcessor::start_gemm(Ps now, Stream& stream, const Gemm& gemm) {
    if (!MatrixEngine::fits(gemm, tcm_)) {
        fail({ErrorCode::kBadAddress, gemm.c, "matrix: operands leave the TCM"});
        return;
    }
    const MatrixEngine::Cost cost = matrix_.cost(gemm);
    compute(now, stream, cost.cycles,
            {static_cast<std::size_t>(gemm.type), cost.macs, 0, cost.tcm_bytes});
}

void CommandProcessor::start_vector(Ps now, Stream& stream, const VectorOp& op) {
    if (!VectorEngine::fits(op, tcm_)) {
        fail({ErrorCode::kBadAddress, op.target, "vector: operands leave the TCM"});
        return;
    }
    const VectorEngine::Cost cost = vector_.cost(op);
    compute(now, stream, cost.cycles, {0, 0, cost.lane_ops, cost.tcm_bytes});
}

void CommandProcessor::compute(Ps now, Stream& stream, std::int64_t cycles, const Work& work) {
    counters_.macs[work.type] += work.macs;
    counters_.vector_ops += work.vector_ops;
    counters_.tcm_bytes += work.tcm_bytes;
    stream.phase = Phase::kCompute;
    stream.busy_since = stream.clock_since = now;
    stream.work = work;
    stream.cycles = stream.cycles_left = cycles;
    stream.until = now + clock_.cycles(cycles);
}

void CommandProcessor::clock_changed(Ps now, core::Frequency before) {
    for (Stream& stream : streams_) {
        if (stream.phase != Phase::kCompute || stream.until <= now) {
            continue;
        }
        const Ps past = now - stream.clock_since;
        auto done =
            static_cast<std::int64_t>(static_cast<core::Int128>(past) * before.hz / core::kSecond);
        while (before.cycles(done) < past) {
            ++done;
        }
        done = std::min(done, stream.cycles_left);
        stream.clock_since += before.cycles(done);
        stream.cycles_left -= done;
        stream.until = stream.clock_since + clock_.cycles(stream.cycles_left);
    }
}

void CommandProcessor::finish_compute(int e) {
    Stream& stream = streams_[at(e)];
    const Command& command = (*stream.commands)[stream.next];
    if (tcm_.functional()) {
        if (const auto* gemm = std::get_if<Gemm>(&command.op)) {
            MatrixEngine::execute(*gemm, tcm_);
        } else {
            VectorEngine::execute(std::get<VectorOp>(command.op), tcm_);
        }
    }
    stream.busy += stream.until - stream.busy_since;
    ++semaphores_[at(e)];
    ++counters_.commands[at(e)];
    next_command(stream);
}

void CommandProcessor::next_command(Stream& stream) const {
    ++stream.next;
    stream.block =
        static_cast<core::Bytes>(stream.next) * kCommandBytes / config_.command.fetch_block;
    stream.wait = 0;
    stream.until = kNever;
    stream.phase = stream.next == stream.commands->size() ? Phase::kEnd : Phase::kCode;
}

bool CommandProcessor::streams_finished() const {
    for (int e = 0; e < kEngines; ++e) {
        const auto size = static_cast<std::int64_t>(kernel_->streams[at(e)].size());
        if (semaphores_[at(e)] < size) {
            return false;
        }
    }
    return true;
}

/// Stops everything at once; the kernel ends when the DMA has drained.
void CommandProcessor::fail(Failure why) {
    if (aborting_) {
        return;
    }
    aborting_ = true;
    result_ = std::move(why);
    dma_.abort_kernel();
}

void CommandProcessor::stop_streams(Ps now) {
    for (Stream& stream : streams_) {
        if (stream.phase == Phase::kCompute) {
            stream.busy += now - stream.busy_since;
        }
        stream.phase = Phase::kEnd;
        stream.until = kNever;
    }
}

void CommandProcessor::end_kernel() {
    if (kernel_ != nullptr) {
        for (std::size_t i = 0; i < kernel_->consumed.size(); ++i) {
            const std::size_t index = i + kEngines;
            if (index >= semaphores_.size()) {
                break;
            }
            std::int64_t& value = semaphores_[index];
            const std::int64_t used = kernel_->consumed[i];
            // What an aborted kernel never received cannot be taken back.
            value -= aborting_ ? std::min(value, used) : used;
        }
    }
    counters_.aborted += aborting_ ? 1 : 0;
    if (!aborting_) {
        result_ = {};
    }
    kernel_.reset();
    dma_.clear_failure();
    running_ = false;
    has_result_ = true;
}

bool CommandProcessor::take_result(KernelResult& result) {
    if (!has_result_) {
        return false;
    }
    has_result_ = false;
    result = std::move(result_);
    result_ = {};
    return true;
}

Ps CommandProcessor::next_event() const {
    if (!running_ || kernel_ == nullptr) {
        return running_ ? builtin_end_ : kNever;
    }
    Ps next = kNever;
    for (const Stream& stream : streams_) {
        next = std::min(next, stream.until);
    }
    return next;
}

}  // namespace strata::models
