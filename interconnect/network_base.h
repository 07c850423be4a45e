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
    int vcs = 4;                              ///< of a message class; packet level
};

class NetworkBase : public Network {
   public:
    NetworkBase(const Topology& topology, const RoutingTable& routing,
                const NetworkOptions& options);

    core::Ps zero_load_latency(const Transfer& transfer) const override;
    std::int64_t in_flight() const override { return in_flight_; }

    /// Flits of the link's own width so far, that is busy cycles of its clock.
    std::int64_t link_flits(LinkId link) const {
        return link_flits_[static_cast<std::size_t>(link)];
    }
    core::Ps link_busy(LinkId link) const {
        return topology_.clock(topology_.link(link).clock).time(link_flits(link));
    }
    /// Flits that left the router so far.
    std::int64_t router_flits(RouterId router) const {
        return router_flits_[static_cast<std::size_t>(router)];
    }
    /// Σ over packets of routers visited.
    std::int64_t packet_hops() const { return packet_hops_; }

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
        link_flits_[static_cast<std::size_t>(id)] += link_cycles;
        router_flits_[static_cast<std::size_t>(link.from)] += packet_flits;
        ++packet_hops_;
        if (energy_ != nullptr) {
            energy_->count(link.from, packet_flits, id, link_cycles * link.width * 8);
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

    /// Data bytes of the packet at `offset` of a transfer.
    core::Bytes packet_bytes(const Transfer& transfer, core::Bytes offset) const {
        const core::Bytes rest = transfer.bytes - offset;
        return rest < max_packet_ ? rest : max_packet_;
    }

    /// An otherwise empty network: the transfer begins at `start`, its injection link being free
    /// from `injection_free` on. Leaves the route in `path_`.
    Walk walk(core::Ps start, Cycle injection_free, const Transfer& transfer) const;
    void check(core::Ps now, const Transfer& transfer) const;

    const Topology& topology_;
    const RoutingTable& routing_;
    core::Bytes flit_;
    core::Bytes max_packet_;
    NetworkEnergy* energy_;
    PacketObserver* observer_;
    core::Ps now_ = 0;
    std::int64_t in_flight_ = 0;
    core::Ps trace_from_ = 0;           // the waveform is written up to here
    mutable std::vector<LinkId> path_;  // scratch of walk()

   private:
    Cycle convert(std::int32_t from, Cycle cycle, core::Ps latency, std::int32_t to) const {
        return topology_.clock(to).at_or_after(topology_.clock(from).time(cycle) + latency);
    }

    std::vector<std::int64_t> link_flits_;
    std::vector<std::int64_t> router_flits_;
    std::int64_t packet_hops_ = 0;
    std::vector<core::TraceSignal> busy_;  // by link; empty without a waveform
    mutable std::vector<Cycle> free_;      // scratch of walk()
};

}  // namespace strata::interconnect
