// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The flit level's own numbering of a topology, and the delays between its pieces.
//
// Inputs are the receiving ends of links, those of one router in a row and behind them an inner
// input per output: there begin the copies of multicasts and the sums of reductions that leave by
// it. Outputs are the sending ends, router by router, then the injection side of every port. VC v
// of an input or output i has the number i · 2^shift + v, so that taking it apart needs no
// division.

#include <cstdint>
#include <vector>

#include "interconnect/flit_config.h"
#include "interconnect/routing.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

struct FlitLayout {
    struct Input {
        RouterId router = -1;
        std::int32_t local = 0;    ///< among the inputs of its router
        std::int32_t output = -1;  ///< the other end of the link; −1: inner input
        Cycle credit_delay = 0;    ///< switch allocation → the credit counts; kForeign: see link
        std::int32_t depth = 0;    ///< flits per VC
    };
    struct Output {
        RouterId router = -1;  ///< −1: injection side of `port`
        PortId port = -1;
        LinkId link = -1;
        std::int32_t local = 0;   ///< among the outputs of its router
        std::int32_t input = -1;  ///< the other end of the link; −1: ejection
        std::int32_t inner = -1;  ///< the router's inner input for it
        std::int32_t clock = 0;   ///< of the sender
        Cycle flit_delay = 0;     ///< switch allocation → the flit may bid at the far end; of an
                                  ///< ejection link: → its last cycle; kForeign: see link
        Cycle start_delay = 0;    ///< switch allocation → first cycle on the link
    };
    struct RouterPorts {
        std::int32_t first_input = 0;
        std::int32_t inputs = 0;
        std::int32_t first_output = 0;
        std::int32_t outputs = 0;
        std::int32_t first_word = 0;  ///< of the bit sets over its input VCs
        std::int32_t words = 0;
    };
    /// The link differs from its routers in clock or width, has a latency, is shared, may fail or
    /// may sleep.
    static constexpr Cycle kForeign = -1;
    static constexpr Cycle kNoDelay = INT64_MAX;

    FlitLayout(const Topology& topology, const RoutingTable& routing, const FlitConfig& config);

    std::int32_t vcs = 1;  ///< of every input and output
    int shift = 0;         ///< 2^shift ≥ vcs
    std::vector<Input> inputs;
    std::vector<Output> outputs;
    std::vector<RouterPorts> routers;
    std::vector<std::int32_t> output_of_link;
    std::int32_t words = 0;
    Cycle bid_delay = 0;      ///< arrival → first bid of a body flit
    Cycle head_delay = 0;     ///< a head in front of its VC waits so long before it bids for a VC
    Cycle credit_cycles = 0;  ///< wire and processing, from the end of the cycle
    Cycle shortest_ejection = 0;  ///< switch allocation → last cycle on an ejection link, at least

    std::int32_t end_of_vc(std::int32_t vc) const { return vc >> shift; }
    std::int32_t vc_at_end(std::int32_t vc) const { return vc & ((1 << shift) - 1); }
    std::int32_t vc(std::int32_t end, std::int32_t v) const { return (end << shift) + v; }

    /// VCs open to a packet of a message class on a hop of a VC class; `any`: on all of them.
    std::uint64_t mask(int traffic_class, int vc_class) const {
        return masks_[static_cast<std::size_t>(traffic_class * (vc_classes_ + 1) + vc_class)];
    }
    std::uint64_t any(int traffic_class) const { return mask(traffic_class, vc_classes_); }
    /// The VC class that a VC is open to.
    std::uint8_t vc_class(std::int32_t vc) const {
        return class_of_vc_[static_cast<std::size_t>(vc_at_end(vc))];
    }

   private:
    void number_ports(const Topology& topology);
    void make_masks(const FlitConfig& config);
    void set_delays(const Topology& topology, const FlitConfig& config);
    void set_output_delays(const Topology& topology, const FlitConfig& config, Output& output);
    void set_input(const Topology& topology, const FlitConfig& config, Input& input);

    int vc_classes_;
    std::vector<std::uint64_t> masks_;
    std::vector<std::uint8_t> class_of_vc_;  // by VC at its end
};

}  // namespace strata::interconnect
