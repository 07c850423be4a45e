// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The packet level: one event per packet and hop, arithmetic in between.
//
// Modelled: on links of the routers' own width and clock, packets from several inputs share a link
// flit by flit, as many at a time as it has virtual channels (link_server.h); other links send
// packets whole, in the first gap that is long enough (link_calendar.h). Serialisation across
// widths and clocks, source queues, ejection at one flit per cycle; adaptive routes by the link
// that is free first; order per (source, target) where the routing has one path: packets that enter
// a router by the same link and leave by the same link keep their order.
// Not modelled: finite buffers (a blocked packet blocks no other one; queues have no bound),
// switch-allocation turns that an input loses because it sends elsewhere, priorities, a tail that
// is delayed behind the next change of clock or width. So it is meant for packets that fit a
// buffer, two VCs or more, and loads up to 0.8 of saturation; packet_level_warnings() tells. How
// near it is then: docs/noc.md.
// Timings and units: interconnect/network_base.h.

#include <memory>
#include <string>
#include <vector>

#include "interconnect/event_queue.h"
#include "interconnect/link_calendar.h"
#include "interconnect/link_server.h"
#include "interconnect/network_base.h"

namespace strata::interconnect {

/// Calendars by link id; two networks that are given the same object compete for the shared links.
using LinkCalendars = std::vector<LinkCalendar>;

/// What a run asked of the packet level, 0 where it is not known.
struct PacketLimits {
    int vcs = 0;
    int buffer_flits = 0;
    std::int64_t packet_flits = 0;  ///< of the longest packet, header included
    double busiest_link = 0.0;      ///< share of its cycles
    bool saturated = false;
};

/// What a run may have needed and the packet level leaves out; a sentence each.
std::vector<std::string> packet_level_warnings(const PacketLimits& run);

class PacketNetwork : public NetworkBase {
   public:
    /// `shared_links` may be null. Networks that share links are advanced in step: no `advance`
    /// beyond the other one's `next_event`.
    PacketNetwork(const Topology& topology, const RoutingTable& routing,
                  const NetworkOptions& options, std::shared_ptr<LinkCalendars> shared_links = {});

    core::Ps send(core::Ps now, const Transfer& transfer) override;
    core::Ps next_event() const override {
        const core::Ps hop = hops_.empty() ? core::kNever : hops_.top().time;
        return std::min(hop, leaves_.empty() ? core::kNever : leaves_.top().time);
    }
    core::Ps next_delivery() const override {
        const core::Ps hop = hops_.empty() ? core::kNever : hops_.top().time + last_hop_;
        return std::min(hop, leaves_.empty() ? core::kNever : leaves_.top().time);
    }
    void advance(core::Ps now, Progress& progress) override;
    std::string describe_state() const override;
    void clock_changed(const ClockChange& change) override;

   private:
    struct alignas(64) Packet {  // a cache line
        std::uint64_t id = 0;
        Flight flight;  // in front of the router it reaches next
        core::Bytes data = 0;
        std::int32_t flits = 0;
        RouterId router = -1;  // where it is going
        LinkId ejection = -1;
        std::uint32_t epoch = 0;   // grows when the slot is freed and behind a foreign link
        Cycle passed = 0;          // least cycles of the hops since the last foreign link
        std::int32_t routers = 0;  // visited
        std::uint8_t plane = 0;
        bool last = false;          // of its transfer
        bool collective = false;    // has a Part
        std::uint8_t vc_class = 0;  // on the last link; of no collective
    };
    /// What a packet of a collective is.
    struct Part {
        CollectiveId group = -1;
        bool combined = false;   // the sum of its router's branches
        std::int64_t round = 0;  // of a reduction; multicast: place in targets_left_
    };
    /// What a hop needs of a link and the router behind it, close together.
    struct alignas(32) Way {
        std::int32_t pipeline = 0;  // of the router at its end
        std::int32_t delay = 0;     // from a flit's cycle on the link to its arrival
        std::int32_t input = 0;     // at the router at its end
        RouterId from = -1;
        RouterId to = -1;
        std::int32_t clock = 0;        // of the router at its end, else of the link
        std::uint32_t first_pair = 0;  // of the pairs that leave by it, in pairs_
        bool native = false;           // shared flit by flit
    };
    /// Of the packets that came by one link and left by another one, the last.
    struct Pair {
        Cycle head = -1;
        Cycle end = 0;
    };

    std::uint32_t new_packet();
    void free_packet(std::uint32_t index);
    Packet& make_packet(std::uint32_t index, const Transfer& transfer, core::Bytes offset);
    void expect(const PacketEvent& event) const;
    void hop(const PacketEvent& event);
    Hop choose(RouterId at, const PacketEvent& event, const Packet& packet) const;
    Cycle busy_until(LinkId link) const;
    void share_link(const PacketEvent& event, const Hop& out);
    void send_whole(const PacketEvent& event, LinkId out);
    void end_moved(const LinkServer::Customer& customer, Cycle end, const Way& way);
    void go_on(std::uint32_t index, LinkId link);
    void leave(const PacketEvent& event, std::vector<Delivery>& delivered);

    // packet_collective.cpp
    bool has_collectives() const override { return true; }
    void join_group(std::uint32_t number, const Transfer& transfer);
    void collective_hop(const PacketEvent& event);
    void fork(const PacketEvent& event, const CollectiveTree::Node& node);
    void combine(const PacketEvent& event, const CollectiveGroup& group, std::int32_t node);
    void send_branch(const PacketEvent& event, const CollectiveTree::Branch& branch);
    void collective_leave(const PacketEvent& event, std::vector<Delivery>& delivered);

    EventQueue retimed(EventQueue events, const ClockChange& change);

    static std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }

    std::vector<Way> ways_;            // by link
    std::vector<LinkServer> servers_;  // by link
    LinkCalendars own_links_;
    std::shared_ptr<LinkCalendars> shared_links_;
    std::vector<LinkCalendar*> calendars_;  // by link
    std::vector<Pair> pairs_;               // by (output, input)
    std::vector<Cycle> traced_until_;       // by link: busy in the waveform
    std::vector<Cycle> injection_free_;     // by port
    std::vector<Packet> packets_;
    std::vector<PacketRecord> records_;  // by packet; empty without an observer
    std::vector<std::uint32_t> free_packets_;
    std::vector<Part> parts_;                 // by packet; as far as there are collectives
    std::vector<std::int32_t> targets_left_;  // of a multicast's packet
    std::vector<std::int32_t> free_targets_left_;
    std::uint64_t packets_made_ = 0;
    int vcs_;            // at an ejection link
    int class_vcs_;      // elsewhere, of each class of the routing
    EventQueue hops_;    // heads in front of a router
    EventQueue leaves_;  // tails at the end of an ejection link
    core::Ps last_hop_;  // from the one to the other at least
};

}  // namespace strata::interconnect
