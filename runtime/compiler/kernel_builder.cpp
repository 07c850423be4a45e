// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/kernel_builder.h"

#include <algorithm>

namespace strata::runtime {
namespace {

void raise(EngineCounts& to, const EngineCounts& from) {
    for (std::size_t e = 0; e < to.size(); ++e) {
        to[e] = std::max(to[e], from[e]);
    }
}

// Matrix and vector engine work on one command at a time; a DMA queue starts the next command
// before the last has finished, so it must wait for its own ones too.
bool overlaps_itself(models::Engine engine) {
    return engine != models::Engine::kMatrix && engine != models::Engine::kVector;
}

}  // namespace

KernelBuilder::KernelBuilder(std::string name, std::int64_t semaphores) {
    kernel_.name = std::move(name);
    kernel_.consumed.assign(
        static_cast<std::size_t>(std::max<std::int64_t>(semaphores - models::kEngines, 0)), 0);
}

void KernelBuilder::emit(models::Engine engine, Operation op, std::initializer_list<Buffer*> reads,
                         std::initializer_list<Buffer*> writes,
                         const std::vector<models::Wait>& waits) {
    const auto self = static_cast<std::size_t>(engine);
    EngineCounts need = pending_[self];
    pending_[self] = {};
    held_[self] = {};
    const std::int64_t count = ++counts_[self];
    for (Buffer* buffer : reads) {
        if (buffer != nullptr) {
            raise(need, buffer->written);
        }
    }
    for (Buffer* buffer : writes) {
        if (buffer != nullptr) {
            raise(need, buffer->written);
            raise(need, buffer->read);
        }
    }
    for (Buffer* buffer : reads) {
        if (buffer != nullptr) {
            buffer->read[self] = count;
        }
    }
    for (Buffer* buffer : writes) {
        if (buffer != nullptr) {
            buffer->written[self] = count;
        }
    }
    models::Command command;
    command.op = std::move(op);
    command.origin = origin_;
    command.waits = waits;
    for (std::size_t e = 0; e < need.size(); ++e) {
        if (need[e] > waited_[self][e] && (e != self || overlaps_itself(engine))) {
            command.waits.push_back({static_cast<std::int32_t>(e), need[e]});
            waited_[self][e] = need[e];
        }
    }
    kernel_.streams[self].push_back(std::move(command));
}

void KernelBuilder::wait_before(models::Engine engine, const EngineCounts& counts) {
    raise(pending_[static_cast<std::size_t>(engine)], counts);
}

void KernelBuilder::hold(const EngineCounts& counts) {
    for (std::size_t e = 0; e < held_.size(); ++e) {
        if (static_cast<models::Engine>(e) != models::Engine::kPrefetch) {
            raise(held_[e], counts);
            raise(pending_[e], counts);
        }
    }
}

void KernelBuilder::expect(std::int32_t semaphore, std::int64_t times) {
    kernel_.consumed[static_cast<std::size_t>(semaphore - models::kEngines)] += times;
}

}  // namespace strata::runtime
