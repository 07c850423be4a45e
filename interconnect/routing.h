// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Routes of a whole interconnect: one table [plane][destination router][router] → link and VC
// class, computed at elaboration.
//
// Inside a group the named algorithm decides (local_routing.h). Between groups (cubes, IO dies,
// host) a packet follows the fewest inter-group links; of several it takes the one with the
// shortest way to its gateway (and from there to the destination, when that lies in the next
// group), then the one with the lowest number. Every step lowers that cost, so no route has a loop.
//
// A packet that goes on along a ring keeps the VC class in which it entered it; so the class of a
// hop is the table's only where the packet turns into a ring.
//
// Deadlock freedom is part of it: what `find_deadlock` objects to is refused. Where groups alone
// would be free of deadlock and their combination is not, packets change the VC class from group to
// group, by the inter-group links still ahead, with as few classes as do.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "interconnect/topology.h"

namespace strata::interconnect {

class LocalRouting;

/// Names for `noc.routing`, see local_routing.h.
std::vector<std::string> routing_names();
/// Those that fit a kind of group, its default first.
std::vector<std::string> routing_names(GroupKind kind);

/// One step of a route.
struct Hop {
    LinkId link = -1;
    std::uint8_t vc_class = 0;  ///< of the buffer at the far end of the link
};

class RoutingTable {
   public:
    static constexpr int kMaxChoices = 4;

    /// Routes that avoid the links `down`. Throws UserError when the algorithm is unknown or does
    /// not fit, a router cannot reach one with a port, a route meets a link that is down, or
    /// packets could deadlock.
    RoutingTable(const Topology& topology, const std::string& algorithm,
                 const std::vector<LinkId>& down = {});

    /// Routes to choose from by packet, once and for all its way (O1TURN: 2).
    int planes() const { return planes_; }
    /// Classes that the VCs must be divided into for deadlock freedom (torus dateline: 2).
    int vc_classes() const { return vc_classes_; }
    /// Of the classes that two destinations ask for on one link, that of the one with farther to
    /// go: more links between groups ahead, or the wrap of a ring.
    int farther_class(int a, int b) const {
        return a / local_classes_ == b / local_classes_ ? std::min(a, b) : std::max(a, b);
    }
    /// `choices` may yield more than one hop.
    bool adaptive() const { return !masks_.empty(); }
    /// One path per (source, target): packets stay in order.
    bool keeps_order() const { return planes_ == 1 && !adaptive(); }

    /// The (preferred) hop at `at` on the way to `to` ≠ `at`, a router with a port, of a packet
    /// that starts there.
    Hop next(RouterId at, RouterId to, int plane = 0) const {
        const std::uint32_t entry = table_[cell(at, to, plane)];
        return {static_cast<LinkId>(entry >> kClassBits),
                static_cast<std::uint8_t>(entry & kClassMask)};
    }

    /// The same of a packet that came by `in`.
    Hop next(RouterId at, const Hop& in, RouterId to, int plane) const {
        Hop hop = next(at, to, plane);
        if (same_ring(in.link, hop.link)) {
            hop.vc_class = in.vc_class;
        }
        return hop;
    }

    /// `next` will be asked soon; large tables do not stay in the inner caches.
    void prefetch(RouterId at, RouterId to, int plane) const {
        __builtin_prefetch(&table_[cell(at, to, plane)]);
    }

    /// All hops that the packet may take at `at` ≠ `to`, having come by `in` (link −1: starts
    /// there); the preferred one first. Yields their number, at least 1.
    int choices(RouterId at, const Hop& in, RouterId to, int plane, Hop (&out)[kMaxChoices]) const {
        out[0] = next(at, in, to, plane);
        return adaptive() ? add_choices(at, in.link, to, out) : 1;
    }

    /// Fills `links` with all links from port to port, injection and ejection included: plane 0,
    /// preferred hops.
    void path(const Topology& topology, PortId source, PortId target,
              std::vector<LinkId>& links) const;

   private:
    friend class RouteBuilder;
    static constexpr unsigned kClassBits = 8;
    static constexpr std::uint32_t kClassMask = (1U << kClassBits) - 1;
    static constexpr int kMaxClasses = 1 << kClassBits;

    std::size_t cell(RouterId at, RouterId to, int plane = 0) const {
        return (static_cast<std::size_t>(plane) * routers_ + static_cast<std::size_t>(to)) *
                   routers_ +
               static_cast<std::size_t>(at);
    }
    bool same_ring(LinkId in, LinkId out) const {
        return !rings_.empty() && in >= 0 && rings_[static_cast<std::size_t>(in)] != 0 &&
               rings_[static_cast<std::size_t>(in)] == rings_[static_cast<std::size_t>(out)];
    }
    int add_choices(RouterId at, LinkId in, RouterId to, Hop (&out)[kMaxChoices]) const;

    std::size_t routers_;
    int planes_ = 1;
    int vc_classes_ = 1;
    int local_classes_ = 1;             // within a group
    std::vector<std::uint32_t> table_;  // [plane][to][at] → link, class: a way stays in one row

    std::vector<std::uint8_t> rings_;  // LocalRouting::ring [link]; empty: none anywhere

    // Adaptive algorithms: bits into `candidates_`; the high half after a restricting link.
    std::vector<std::uint8_t> masks_;  // [to][at]
    std::vector<LinkId> candidates_;   // [at][kMaxChoices]
    std::vector<char> restricts_;      // [link]
};

}  // namespace strata::interconnect
