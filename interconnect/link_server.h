// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A link that packets share flit by flit, one after the other in turn: what round-robin switch
// allocation does for packets that each hold a virtual channel of the link.
//
// Modelled: equal turns among the packets in service (processor sharing in whole cycles, by
// arithmetic: the cost does not depend on packet lengths); a newcomer's first turn comes after
// those of packets that still wait for theirs, and before the next ones of the others; at most as
// many packets in service as there are virtual channels of their class, the next one follows the
// packet that ends first, a cycle of VC allocation later; packets of one input keep their order.
// Not modelled: turns that an input loses because it sends elsewhere, credits.
// A packet's end moves when others join; the caller is told, so that its tail moves too.
// Units: cycles of the link; ends are exclusive.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "interconnect/cycle_clock.h"

namespace strata::interconnect {

class LinkServer {
   public:
    /// A packet, as the caller needs it back when its end moves.
    struct Customer {
        std::uint32_t packet = 0;
        std::uint32_t epoch = 0;  ///< of the packet slot
        std::int32_t input = 0;   ///< packets of one input keep their order
        std::uint8_t vc_class = 0;
        Cycle passed = 0;
    };
    /// What a newcomer asks for.
    struct Request {
        Cycle ready = 0;    ///< its head could go; requests come in this order
        Cycle arrived = 0;  ///< its last flit ends no earlier, as it arrives no earlier
        Cycle length = 1;
        int vcs = 1;  ///< of its class
    };
    struct Grant {
        Cycle start = 0;  ///< of the head
        Cycle end = 0;
    };

    /// Takes a packet into service. Calls `moved(customer, end)` for every other one whose end
    /// moves.
    template <typename Moved>
    Grant reserve(const Request& request, const Customer& customer, Moved&& moved) {
        if (last_end_ <= request.ready) {  // idle
            shares_.clear();
            time_ = request.ready;
            last_end_ = std::max(request.ready + request.length, request.arrived);
            shares_.emplace_back(customer, request.length, last_end_);
            return {request.ready, last_end_};
        }
        serve(request.ready);
        Cycle start = request.ready + waiting();
        Cycle left = request.length;
        if (const int first = queue_behind(request, customer.vc_class); first >= 0) {
            const Share& before = shares_[static_cast<std::size_t>(first)];
            start = std::max(start, before.end + 1);
            left += before.left;
            shares_.erase(shares_.begin() + first);
        }
        const Cycle end = std::max(start + request.length, request.arrived);
        shares_.emplace_back(customer, left, end);
        move_ends(moved);
        return {start, shares_.back().end};
    }

    /// When the last packet known so far ends.
    Cycle busy_until() const { return last_end_; }

   private:
    struct Share {
        // Field by field: a copy of a struct that was just written in parts would stall.
        Share(const Customer& customer, Cycle cycles, Cycle last)
            : left(cycles),
              end(last),
              passed(customer.passed),
              packet(customer.packet),
              epoch(customer.epoch),
              input(customer.input),
              vc_class(customer.vc_class) {}
        Customer customer() const { return {packet, epoch, input, vc_class, passed}; }

        Cycle left;  // cycles still to be served at time_
        Cycle end;
        Cycle passed;
        std::uint32_t packet;
        std::uint32_t epoch;
        std::int32_t input;
        std::uint8_t vc_class;
        bool begun = false;  // has had a turn
    };

    /// Equal turns from time_ up to `until`.
    void serve(Cycle until) {
        if (shares_.size() > 1) {
            serve_several(until);
            return;
        }
        const Cycle budget = until - time_;
        time_ = until;
        if (!shares_.empty()) {
            Share& share = shares_.front();
            share.begun = share.begun || (budget > 0 && share.left > 0);
            share.left = std::max<Cycle>(0, share.left - budget);
            if (share.end <= until) {
                shares_.clear();
            }
        }
    }
    void serve_several(Cycle until);
    void take_turns(Cycle turns, Cycle extra);
    int queue_behind(const Request& request, std::uint8_t vc_class) const;

    /// Packets whose first turn comes before a newcomer's.
    Cycle waiting() const {
        Cycle count = 0;
        for (const Share& share : shares_) {
            count += static_cast<int>(!share.begun) & static_cast<int>(share.left > 0);
        }
        return count;
    }

    /// Whether the turn of packet `a` comes before that of `b`.
    bool precedes(std::size_t a, std::size_t b) const {
        const bool begun = shares_[a].begun;
        return begun != shares_[b].begun ? !begun : begun == (a > b);
    }

    Cycle fair_end(std::size_t i) const {
        const Cycle left = shares_[i].left;
        if (left == 0) {
            return 0;
        }
        Cycle end = time_ + left;
        for (std::size_t j = 0; j < shares_.size(); ++j) {
            if (j != i) {
                end += std::min(shares_[j].left, precedes(j, i) ? left : left - 1);
            }
        }
        return end;
    }

    /// After a newcomer at the back.
    template <typename Moved>
    void move_ends(Moved&& moved) {
        for (std::size_t i = 0; i < shares_.size(); ++i) {
            Share& share = shares_[i];
            Cycle end = std::max(share.end, fair_end(i));
            for (std::size_t older = 0; older < i; ++older) {
                if (shares_[older].input == share.input) {
                    end = std::max(end, shares_[older].end + 1);
                }
            }
            last_end_ = std::max(last_end_, end);
            if (end > share.end) {
                share.end = end;
                if (i + 1 < shares_.size()) {
                    moved(share.customer(), end);
                }
            }
        }
    }

    std::vector<Share> shares_;  // oldest first
    Cycle time_ = 0;             // `left` is as of then
    Cycle last_end_ = 0;
};

}  // namespace strata::interconnect
