// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Parameters of the flit level that the topology does not hold. The cycles of the switch traversal
// are what Router::pipeline leaves after the stages named here.
//
// Source of the defaults: BookSim 2's input-queued router as its 8×8 mesh example sets it up
// (lookahead routing, one cycle each for VC allocation, switch allocation and traversal, two to
// process a credit), unless another one is named.

#include <cstdint>

#include "interconnect/cycle_clock.h"

namespace strata::interconnect {

struct FlitConfig {
    enum class Allocator { kIslip, kSeparable };

    int vcs = 4;           ///< virtual channels of each message class
    int classes = 1;       ///< message classes; together with `vcs` at most kMaxVcs
    int buffer_flits = 8;  ///< of each virtual channel
    int routing_cycles = 0;
    int vc_alloc_cycles = 1;
    int switch_alloc_cycles = 1;
    int credit_cycles = 1;      ///< on the credit wires
    int credit_processing = 2;  ///< in a router, until the credit counts
    bool speculative = false;   ///< heads bid for the switch while they bid for a VC
    Allocator allocator = Allocator::kIslip;
    int qos_levels = 1;             ///< 1: priorities are not looked at
    Cycle starvation_cycles = 256;  ///< then a waiting packet goes first (assumption)
    double error_rate = 0.0;        ///< probability that a link between routers spoils a flit
    Cycle retry_cycles = 0;         ///< of the link, from a spoilt flit's end to its resending
    Cycle gate_after = 0;           ///< idle link cycles until a link is switched off; 0: never
    Cycle wakeup_cycles = 0;        ///< of the link, until it carries flits again
    bool keep_order = true;         ///< deliver in order per (source, target, class) where the
                                    ///< routing has one path
    std::uint64_t seed = 1;         ///< of the draw among the planes of the routing

    static constexpr int kMaxVcs = 64;
    /// Links between routers can fail or sleep.
    bool watches_links() const { return error_rate > 0.0 || gate_after > 0; }
    int total_vcs() const { return vcs * classes; }
    /// The plane of the routing that packet `number` of a network takes, counted from 0.
    int plane(std::uint64_t number, int planes) const;
    /// Draw `number` of random stream `stream`, uniform in [0, 1).
    double draw(std::uint64_t stream, std::uint64_t number) const;
    /// Throws ModelError when a value makes no sense; `vc_classes` is the routing's.
    void check(int vc_classes) const;
};

}  // namespace strata::interconnect
