// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// An abstract machine that runs the kernels of all PEs with random durations: engines as in-order
// streams, DMA queues with several commands under way, semaphores, real bytes. It knows nothing of
// how the kernels were made, and checks what must hold on any hardware:
// - the run ends, and every semaphore is back at zero;
// - addresses are mapped and writable, TCM accesses inside the TCM;
// - the parts of a reduction are alike, and never wait for one another in a circle;
// - no two accesses of the same bytes overlap in time unless both read;
// - every command reads the same bytes whatever the durations (compare `inputs` of several seeds).

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/random.h"
#include "runtime/compiler/lowering.h"

namespace strata::runtime::test {

class Executor {
   public:
    Executor(const Lowered& lowered, const Mapping& mapping, const Machine& machine,
             std::uint64_t seed);

    /// Runs all kernels once; false on a deadlock. May be called again: a second launch.
    bool run();

    const std::vector<std::string>& errors() const { return errors_; }
    /// Hash of what each command read, [pe][engine][command].
    using Inputs = std::vector<std::array<std::vector<std::uint64_t>, models::kEngines>>;
    const Inputs& inputs() const { return inputs_; }

    std::uint8_t peek(std::uint64_t pa);
    void poke(std::uint64_t pa, std::uint8_t value);
    std::vector<std::uint8_t> read(std::uint64_t pa, core::Bytes bytes);

   private:
    struct Access {
        std::uint64_t begin = 0, end = 0;  // physical
        bool write = false;
    };
    struct Running {
        std::int64_t time = 0;
        std::int64_t order = 0;
        std::size_t pe = 0;
        int engine = 0;
        std::size_t command = 0;
        std::vector<Access> accesses;
        std::vector<std::pair<std::uint64_t, std::vector<std::uint8_t>>> writes;
        std::vector<std::size_t> signal_pes;
        std::int32_t signal = -1;
        bool operator<(const Running& other) const {
            return time != other.time ? time < other.time : order < other.order;
        }
    };
    struct Stream {
        std::size_t next = 0;
        std::int64_t running = 0;
        std::int64_t last_end = 0;
        std::int64_t pace = 1;
        bool waits = false;  // its last command is part of a reduction that is not complete
    };
    struct MappedGroup {
        core::Place root;
        models::CollectiveMap::Entry entry;
        bool reduces() const { return entry.kind == models::CollectiveMap::Kind::kReduce; }
    };
    /// A round of a reduction, until all parts are there.
    struct Round {
        std::vector<Running> parts;
        std::vector<std::uint8_t> sum;
        std::uint64_t offset = 0;  // in the window
    };

    bool start(std::size_t pe, int engine);
    void start_all(std::size_t pe);
    void finish(const Running& running);
    void check_races(const Running& running);
    void check_race(const Running& running, const Running& other);
    std::uint64_t translate(std::size_t pe, std::uint64_t va, core::Bytes bytes, bool write);
    std::uint64_t tcm(std::size_t pe, std::uint64_t address, core::Bytes bytes);
    void signal(Running& running, std::uint64_t pa);
    void to_group(Running& running, std::uint64_t pa, const std::vector<std::uint8_t>& bytes,
                  core::Sum sum);
    void join_round(Running running, std::int64_t duration);
    void error(const Running& running, const std::string& text);

    std::vector<std::uint8_t> take(Running& running, std::uint64_t pa, core::Bytes bytes);
    void put(Running& running, std::uint64_t pa, std::vector<std::uint8_t> bytes);
    void execute(Running& running, const models::DmaCopy& copy);
    void execute(Running& running, const models::Gemm& gemm);
    void execute(Running& running, const models::VectorOp& op);

    const Lowered& lowered_;
    const Machine& machine_;
    core::RandomStream random_;
    std::vector<std::vector<models::MmuMap::Entry>> entries_;  // per PE
    std::vector<std::array<Stream, models::kEngines>> streams_;
    std::vector<std::vector<std::int64_t>> semaphores_;
    std::multimap<std::int64_t, Running> running_;  // by end time
    std::map<std::uint64_t, MappedGroup> groups_;   // by address of the window
    std::map<std::uint64_t, Round> rounds_;         // likewise
    std::uint64_t joins_ = 0;  // window of the reduction that the command is for
    std::map<std::uint64_t, std::vector<std::uint8_t>> pages_;
    std::int64_t now_ = 0;
    std::int64_t order_ = 0;
    std::uint64_t digest_ = 0;  // of the command that starts
    Inputs inputs_;
    std::vector<std::string> errors_;
};

/// A machine for tests: small memories of each kind.
Machine small_machine(std::int64_t cubes, std::int64_t pes_per_cube);

}  // namespace strata::runtime::test
