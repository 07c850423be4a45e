// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The packets of a NoC bench case, in the order (cycle, source).
//
// Patterns over a grid of endpoints, (x, y) being number y · columns + x: uniform (any node, the
// source included), transpose (y, x), hotspot (equal shares of a list), bit_complement (the last
// number less the own one), tornado (⌊(k − 1)/2⌋ further in every dimension of size k), neighbor
// (one further in every dimension), trace (a file with lines `cycle source target flits [class]`,
// cycles rising, `#` for comments). They are those of BookSim 2.
// Processes: Bernoulli packets per node; with `burst` only while the node is on, at a rate that
// keeps the mean (on and off times geometric); with `closed_loop` a node sends its next request
// when a reply has come back, `outstanding` at a time.
// Cost grows with packets: the gap to a node's next packet is drawn, not a coin per cycle.
// Units: cycles of the network's clock; flits include a packet's header flit.

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"
#include "core/random.h"

namespace strata::platform {

using NocCycle = std::int64_t;

struct NocGrid {
    int columns = 1;
    int rows = 1;

    int nodes() const { return columns * rows; }
};

struct NocTraffic {
    enum class Pattern : std::uint8_t {
        kUniform,
        kTranspose,
        kHotspot,
        kBitComplement,
        kTornado,
        kNeighbor,
        kTrace
    };
    Pattern pattern = Pattern::kUniform;
    double rate = 0.1;          ///< flits per node and cycle
    std::vector<double> sweep;  ///< rates of a load sweep; empty: one run
    std::int64_t packet_flits = 4;
    NocCycle warmup_cycles = 10'000;
    NocCycle measure_cycles = 100'000;
    NocCycle drain_cycles = 100'000;  ///< at most, for the packets of the measured window
    std::vector<std::int64_t> hotspots;
    double burst_on = 0.0;         ///< mean cycles a node is on; 0: always
    double burst_off = 0.0;        ///< mean cycles it is off
    std::int64_t outstanding = 0;  ///< requests of a node in flight; 0: open loop
    std::int64_t reply_flits = 4;
    NocCycle service_cycles = 0;  ///< from a request's tail to its reply
    std::uint64_t seed = 1;
    std::string file;  ///< of a trace

    bool closed_loop() const { return outstanding > 0; }
    bool trace() const { return pattern == Pattern::kTrace; }
    /// Message classes that the network has to keep apart.
    int message_classes() const { return closed_loop() || trace() ? 2 : 1; }
    /// What does not depend on the network.
    static NocTraffic parse(core::Section& section);
    /// Reports at `section` what the grid does not allow.
    void check(core::Section& section, const NocGrid& grid) const;
};

struct NocPacket {
    NocCycle cycle = 0;
    std::int32_t source = 0;
    std::int32_t target = 0;
    std::int32_t flits = 1;
    std::uint8_t traffic_class = 0;
};

class NocTrafficSource {
   public:
    /// Throws core::UserError when the trace cannot be opened.
    NocTrafficSource(const NocTraffic& traffic, const NocGrid& grid, double rate);

    /// The next packet of an open loop or a trace; false after the last (a pattern has none).
    /// Throws core::UserError with file and line for a bad line of a trace.
    bool next(NocPacket& packet);

    /// Where the pattern sends the next packet of `source`.
    std::int32_t target(std::int32_t source);

   private:
    struct Node {
        NocCycle cycle = 0;  // of its next packet
        std::int32_t node = 0;

        friend bool operator>(const Node& a, const Node& b) {
            return a.cycle != b.cycle ? a.cycle > b.cycle : a.node > b.node;
        }
    };

    /// Of an event per cycle.
    struct Chance {
        Chance() = default;
        explicit Chance(double probability);
        bool certain = true;
        double log_failure = 0.0;
    };

    NocCycle geometric(const Chance& chance);
    void sift_down();
    NocCycle gap(std::int32_t node);
    bool next_of_trace(NocPacket& packet);
    [[noreturn]] void fail(const std::string& what) const;

    NocTraffic traffic_;
    NocGrid grid_;
    Chance packet_;  // while on
    Chance burst_ends_;
    Chance pause_ends_;
    core::RandomStream random_;
    std::vector<NocCycle> on_left_;  // by node, of its burst
    std::vector<Node> nodes_;        // heap, the next one first
    std::ifstream trace_;
    std::int64_t line_ = 0;
    NocCycle last_ = 0;
};

}  // namespace strata::platform
