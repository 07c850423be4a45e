// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the levels of the network model share: the timing law of one hop, the zero-load walk along
// a route, flit-hop counts and their energy.
//
// A packet is its header flit and its data. Its head waits `pipeline` router cycles, then flits
// leave at one link width per link cycle. A faster link after a slower one sends no earlier than it
// can send without a break, while the head's time stays that of cut-through; so the tail's time is
// exact over any order of link speeds. Another clock is entered at its next edge.

#include <cstdint>
#include <string>
#include <vector>

#include "core/energy.h"
#include "core/trace.h"
#include "interconnect/collective_groups.h"
#include "interconnect/network.h"
#include "interconnect/routing.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

/// Energy events of a topology: one per (block, cost), for router flits and for link bits. One
/// object serves both networks.
class NetworkEnergy {
   public:
    NetworkEnergy(const Topology& topology, core::EnergyLedger& ledger);
    void count(RouterId router, std::int64_t flits, LinkId link, std::int64_t bits) {
        ledger_.count(routers_[static_cast<std::size_t>(router)], flits);
        ledger_.count(links_[static_cast<std::size_t>(link)], bits);
    }

   private:
    core::EnergyLedger& ledger_;
    std::vector<core::EnergyLedger::EventId> routers_;
    std::vector<core::EnergyLedger::EventId> links_;
};

struct NetworkOptions {
    core::Bytes max_packet = 4 * core::kKiB;  ///< data bytes of a packet (one AXI burst)
    NetworkEnergy* energy = nullptr;          ///< may be null
    core::TraceSink* trace = nullptr;         ///< may be null
    std::string scope = "noc";                ///< of the busy signals of links
    PacketObserver* observer = nullptr;       ///< may be null
    core::Bytes max_group_packet = 0;         ///< data of a collective's; 0: as max_packet
    int vcs = 4;                              ///< of a message class; packet level
    Cycle reduce_cycles = 1;                  ///< of a router, to combine flits (assumption)
    /// Sums of a reduction group that each of its routers can hold; flit level. 64 cover the way
    /// through a 16×16 mesh with packets of 4 flits (assumption).
    std::int64_t reduce_rounds = 64;
};

class NetworkBase : public Network {
   public:
    NetworkBase(const Topology& topology, const RoutingTable& routing,
                const NetworkOptions& options);

    core::Ps zero_load_latency(const Transfer& transfer) const override;
    std::int64_t in_flight() const override { return in_flight_; }

    /// Whether the level has collectives and the routing one way for each pair.
    bool supports_collectives() const {
        return has_collectives() && !routing_.adaptive() && routing_.planes() == 1;
    }
    /// Collectives, at any time; `Transfer::group` names them. A multicast is delivered at each of
    /// its targets. Every source of a reduction sends its part, the sum is delivered at the root.
    /// ModelError for ports that make no group, or at a level or with a routing that has none.
    CollectiveId add_multicast(PortId source, const std::vector<PortId>& targets) {
        return add_group(false, source, targets);
    }
    CollectiveId add_reduction(const std::vector<PortId>& sources, PortId root) {
        return add_group(true, root, sources);
    }

    /// Flits of the link's own width so far, that is busy cycles of its clock.
    std::int64_t link_flits(LinkId link) const {
        return link_flits_[static_cast<std::size_t>(link)];
    }
    core::Ps link_busy(LinkId link) const {
        const Busy& settled = busy_before_[static_cast<std::size_t>(link)];
        const CycleClock& clock = topology_.clock(topology_.link(link).clock);
        return settled.time + clock.span(link_flits(link) - settled.flits);
    }
    /// Flits that left the router so far.
    std::int64_t router_flits(RouterId router) const {
        return router_flits_[static_cast<std::size_t>(router)];
    }
    /// Σ over packets of routers visited.
    std::int64_t packet_hops() const { return packet_hops_; }

    /// Between two slices, after an `advance` to the time of the change: a clock of the topology
    /// has changed its frequency. What is due at a cycle of it follows, what comes over a link of
    /// another clock or with a latency keeps its time and enters at the next edge.
    virtual void clock_changed(const ClockChange& change);

   protected:
    /// A packet's first and last flit in front of a router, in cycles of its clock.
    struct Flight {
        Cycle head = 0;
        Cycle tail = 0;
    };
    /// When the head could leave over a link and from when on the packet can go without a break,
    /// in cycles of the link.
    struct Departure {
        Cycle head = 0;
        Cycle earliest = 0;
    };
    struct Walk {
        Cycle injected = 0;  // injection link free again
        core::Ps delivered = 0;
    };

    /// Link cycles of a packet with `data` bytes and `flits` flits.
    Cycle length(const Link& link, core::Bytes data, Cycle flits) const {
        return link.width == flit_ ? flits : link.flit_cycles + core::ceil_div(data, link.width);
    }
    Cycle flits(core::Bytes data) const { return 1 + core::ceil_div(data, flit_); }

    Departure departure(const Router& router, const Link& link, const Flight& flight,
                        Cycle length) const {
        Cycle head = flight.head + router.pipeline;
        Cycle tail = flight.tail + router.pipeline;
        if (router.clock != link.clock) {
            head = convert(router.clock, head, 0, link.clock);
            tail = convert(router.clock, tail, 0, link.clock);
        }
        const Cycle unbroken = tail + link.flit_cycles - length;
        return {head, head > unbroken ? head : unbroken};
    }

    /// First cycle of the head on a link that the packet as a whole takes from `start` on: the head
    /// waits as long as the packet, and for the end of the packet before it.
    static Cycle head_start(const Departure& departure, Cycle start, Cycle previous_end) {
        const Cycle head = departure.head + (start - departure.earliest);
        return head > previous_end ? head : previous_end;
    }

    /// The packet at the far end of a link: in cycles of the router there, or of the link itself
    /// when it is an ejection link.
    Flight arrival(const Link& link, Cycle head_start, Cycle end) const {
        const Cycle head = head_start + link.flit_cycles + link.extra_cycles;
        const Cycle tail = end + link.extra_cycles;
        if (link.to < 0) {
            return {head, tail};
        }
        const std::int32_t clock = topology_.router(link.to).clock;
        if (clock == link.clock && link.latency == 0) {
            return {head, tail};
        }
        return {convert(link.clock, head, link.latency, clock),
                convert(link.clock, tail, link.latency, clock)};
    }

    void account(const Link& link, LinkId id, Cycle link_cycles, Cycle packet_flits) {
        account(link.from, link.width, id, link_cycles, packet_flits);
    }
    void account(RouterId from, core::Bytes width, LinkId id, Cycle link_cycles,
                 Cycle packet_flits) {
        link_flits_[static_cast<std::size_t>(id)] += link_cycles;
        router_flits_[static_cast<std::size_t>(from)] += packet_flits;
        ++packet_hops_;
        if (energy_ != nullptr) {
            energy_->count(from, packet_flits, id, link_cycles * width * 8);
        }
    }
    /// Cycles of a link beyond those of its packets, such as flits that are sent again.
    void account_extra(const Link& link, LinkId id, Cycle link_cycles) {
        link_flits_[static_cast<std::size_t>(id)] += link_cycles;
        if (energy_ != nullptr) {
            energy_->count(link.from, 0, id, link_cycles * link.width * 8);
        }
    }
    bool traced() const { return !busy_.empty(); }
    void trace_busy(LinkId id, Cycle start, Cycle end, bool joins_next) const;

    /// A link whose flits reach the other end at a time rather than at a cycle of the sender.
    bool is_timed(const Link& link) const {
        const auto apart = [&](RouterId router) {
            return router >= 0 && topology_.router(router).clock != link.clock;
        };
        return link.latency != 0 || apart(link.from) || apart(link.to);
    }
    /// The cycle at which something that was due at `cycle` is due since the change, if its time
    /// stays.
    Cycle keep_time(const ClockChange& change, Cycle cycle) const {
        return topology_.clock(change.clock).at_or_after(change.before.time(cycle));
    }

    /// Data bytes of the packet at `offset` of a transfer.
    core::Bytes packet_bytes(const Transfer& transfer, core::Bytes offset) const {
        const core::Bytes rest = transfer.bytes - offset;
        const core::Bytes most = transfer.group < 0 ? max_packet_ : max_group_packet_;
        return rest < most ? rest : most;
    }

    /// An otherwise empty network: the transfer begins at `start`, its injection link being free
    /// from `injection_free` on. Leaves the route in `path_`.
    Walk walk(core::Ps start, Cycle injection_free, const Transfer& transfer) const;
    void check(core::Ps now, const Transfer& transfer) const;

    const Topology& topology_;
    const RoutingTable& routing_;
    core::Bytes flit_;
    core::Bytes max_packet_;
    core::Bytes max_group_packet_;
    NetworkEnergy* energy_;
    PacketObserver* observer_;
    core::Ps now_ = 0;
    std::int64_t in_flight_ = 0;
    core::Ps trace_from_ = 0;           // the waveform is written up to here
    mutable std::vector<LinkId> path_;  // scratch of walk()
    CollectiveGroups groups_;
    Cycle reduce_cycles_;
    std::int64_t reduce_rounds_;

   private:
    virtual bool has_collectives() const { return false; }
    virtual void group_added(CollectiveId /*id*/) {}
    CollectiveId add_group(bool reduces, PortId root, const std::vector<PortId>& members);

    Cycle convert(std::int32_t from, Cycle cycle, core::Ps latency, std::int32_t to) const {
        return topology_.clock(to).at_or_after(topology_.clock(from).time(cycle) + latency);
    }

    /// Until the last change of the link's clock.
    struct Busy {
        std::int64_t flits = 0;
        core::Ps time = 0;
    };

    std::vector<std::int64_t> link_flits_;
    std::vector<Busy> busy_before_;  // by link
    std::vector<std::int64_t> router_flits_;
    std::int64_t packet_hops_ = 0;
    std::vector<core::TraceSignal> busy_;  // by link; empty without a waveform
    mutable std::vector<Cycle> free_;      // scratch of walk()
};

}  // namespace strata::interconnect
