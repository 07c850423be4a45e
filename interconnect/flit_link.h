// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// When a link of another width or clock than its routers carries flits, in cycles of the link.
//
// A narrow link takes a flit in several cycles (the last one of a packet in as many as its data
// fill). A wide one carries up to width / flit flits in a cycle, a packet's header one of its own.
// A latch in front of the link holds one flit, so that it sends without a break although the
// router's clock is another one. Two networks may share a link: then they take turns while both
// have flits.
//
// A flit that the link spoils is sent again, the ones behind it wait. A link that was idle for long
// is switched off and takes a while to come back.

#include <algorithm>
#include <memory>
#include <vector>

#include "interconnect/topology.h"

namespace strata::interconnect {

class FlitLink {
   public:
    /// First cycle in which a flit that is there at cycle `earliest` can go.
    Cycle start(Cycle earliest, bool head) const {
        return !head && room_ > 0 && earliest < free_ ? free_ - 1
               : earliest > free_                     ? earliest
                                                      : free_;
    }
    /// `start` is what the function of this name yielded; `capacity`: flits per cycle.
    void take(Cycle start, Cycle cycles, bool head, int capacity) {
        if (start < free_) {
            --room_;
        } else {
            free_ = start + cycles;
            room_ = head ? 0 : capacity - 1;
        }
    }

    /// The link keeps its last flit for `cycles` more.
    void extend(Cycle cycles) {
        free_ += cycles;
        room_ = 0;
    }
    /// A flit for cycle `earliest` finds the link switched off when it was idle for `after` cycles
    /// before; then it comes back `wakeup` cycles later. Yields for how many cycles it was off.
    Cycle wake(Cycle earliest, Cycle after, Cycle wakeup) {
        const Cycle off = earliest - free_ - after;
        if (off <= 0) {
            return 0;
        }
        free_ = earliest + wakeup;
        room_ = 0;
        return off;
    }

    /// For how many cycles before `now` an idle link has been off.
    Cycle asleep(Cycle now, Cycle after) const { return std::max<Cycle>(0, now - free_ - after); }

    /// Two networks on one link: `network` (0 or 1) finds it free at `now`. False when it is the
    /// turn of the other one, which is about to look.
    bool turn(int network, core::Ps now) const {
        return last_ != network || claim_[1 - network] < now;
    }
    /// `network` will look again at `time`.
    void claim(int network, core::Ps time) { claim_[network] = time; }
    void took(int network) { last_ = network; }

   private:
    Cycle free_ = 0;  // first cycle that is not begun
    int room_ = 0;    // flits that still fit into the cycle before
    int last_ = -1;
    core::Ps claim_[2] = {-1, -1};
};

/// By link id; two networks that are given the same object compete for the shared links.
using FlitLinks = std::vector<FlitLink>;

}  // namespace strata::interconnect
