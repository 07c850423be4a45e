// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Appends commands to a kernel's streams and finds the waits they need. A command names the buffers
// it reads and writes; it then waits for the writers of what it reads and for readers and writers
// of what it overwrites. Commands must be appended in an order in which they could run one by one:
// then the waits can form no cycle.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/units.h"
#include "models/pe/command.h"

namespace strata::runtime {

/// "Command i of engine e has finished" is counts[e] ≥ i + 1.
using EngineCounts = std::array<std::int64_t, models::kEngines>;

/// A range of bytes with one history. Buffers do not overlap.
struct Buffer {
    std::uint64_t address = 0;
    core::Bytes bytes = 0;
    EngineCounts read{};     ///< last reader per engine, as a count
    EngineCounts written{};  ///< last writer per engine
};

class KernelBuilder {
   public:
    /// `semaphores`: of the PE, the engines' own included.
    KernelBuilder(std::string name, std::int64_t semaphores);

    using Operation = decltype(models::Command::op);

    /// Appends a command; null buffers are ignored.
    void emit(models::Engine engine, Operation op, std::initializer_list<Buffer*> reads,
              std::initializer_list<Buffer*> writes, const std::vector<models::Wait>& waits = {});

    /// Commands appended so far, per engine.
    const EngineCounts& counts() const { return counts_; }
    /// The next command of `engine` also waits for these counts.
    void wait_before(models::Engine engine, const EngineCounts& counts);
    /// Drops waits of wait_before that no command has taken.
    void drop_waits() { pending_ = held_; }
    /// From here on the next command of every engine but prefetch waits for these counts.
    void hold(const EngineCounts& counts);
    /// Program instruction that the next commands come from.
    void set_origin(std::int32_t instruction) { origin_ = instruction; }
    /// Notes that peers signal `semaphore` `times` more often.
    void expect(std::int32_t semaphore, std::int64_t times);

    models::Kernel take() { return std::move(kernel_); }

   private:
    models::Kernel kernel_;
    EngineCounts counts_{};
    std::array<EngineCounts, models::kEngines> waited_{};   // streams run in order: a wait is met
    std::array<EngineCounts, models::kEngines> pending_{};  // for all later ones of the stream
    std::array<EngineCounts, models::kEngines> held_{};     // by hold, until a command took them
    std::int32_t origin_ = -1;
};

}  // namespace strata::runtime
