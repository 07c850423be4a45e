// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// An input-queued virtual-channel network simulated the plain way: every router, every cycle, every
// port, in the order in which a text book explains it. The flit level must agree with it to the
// cycle. One clock, links as wide as a flit; nothing is shared with the flit level but the
// parameters, the topology and the routing.

#include <cstdint>
#include <deque>
#include <vector>

#include "interconnect/flit_config.h"
#include "interconnect/network.h"
#include "interconnect/routing.h"
#include "interconnect/topology.h"

namespace strata::test {

class OracleNetwork {
   public:
    struct Times {
        std::int64_t injected = -1;  // first cycle of the head on the injection link
        std::int64_t head = -1;      // first cycle after the head's ejection
        std::int64_t tail = -1;
    };

    OracleNetwork(const interconnect::Topology& topology, const interconnect::RoutingTable& routing,
                  const interconnect::FlitConfig& config);

    /// One packet of `flits` flits, handed over at the beginning of the current cycle.
    int send(const interconnect::Transfer& transfer, int flits, int plane = 0);
    void step();
    std::int64_t cycle() const { return now_; }
    bool empty() const { return in_flight_ == 0; }
    const std::vector<Times>& times() const { return times_; }

   private:
    struct Packet {
        interconnect::Transfer transfer;
        int flits;
        int plane;
    };
    struct Flit {
        int packet;
        int number;
        std::int64_t ready;  // may be looked at from this cycle on
    };
    struct Moving {
        std::int64_t when;
        int vc;
        Flit flit;
    };
    struct Credit {
        std::int64_t when;
        int vc;
    };
    /// Both ends of one virtual channel of one link.
    struct Channel {
        std::deque<Flit> buffer;
        int out_link = -1;  // held by the packet in front
        int out_vc = -1;
        int want_link = -1;  // it bids for
        std::int64_t waits_since = 0;
        std::int64_t bids_from = -1;  // head in front: first cycle of VC allocation; −1: none
        int accept = 0;               // VC allocator, input side
        bool taken = false;           // sending side: by a packet
        int credits = 0;
        int grant = 0;  // VC allocator, output side
    };
    struct Wire {
        std::vector<Channel> vcs;
        std::deque<Moving> flits;
        std::deque<Credit> credits;
        int accept = 0;   // switch allocator, receiving end as an input
        int next_vc = 0;  // switch allocator, which VC of this input
        int grant = 0;    // switch allocator, sending end as an output
    };
    struct Interface {
        std::vector<std::deque<int>> queues;  // by class
        std::vector<int> sent;                // flits of the packet in front
        std::vector<int> vc;                  // it uses
        std::vector<int> last_vc;
        std::vector<std::int64_t> since;
        int last_class = 0;
    };
    struct Bid {
        int input;  // index among the router's inputs
        int vc;
        int output;
    };
    using Router = interconnect::Router;

    Wire& wire(interconnect::LinkId id) { return wires_[static_cast<std::size_t>(id)]; }
    const Packet& packet(int id) const { return packets_[static_cast<std::size_t>(id)]; }
    int rank(int qos, std::int64_t since) const;
    int rank_of(const Channel& channel) const;
    std::vector<int> open_vcs(int traffic_class, int vc_class) const;
    std::vector<int> all_vcs(int traffic_class) const;

    std::vector<interconnect::Hop> hops(interconnect::RouterId id, const Packet& head,
                                        int input) const;
    void deliver();
    void inject(int port);
    void look_at_fronts(interconnect::RouterId id);
    void choose_route(interconnect::RouterId id, int input, Channel& channel);
    std::vector<int> vcs_for(interconnect::RouterId id, const Channel& channel, int input) const;
    std::vector<Bid> allocate_vcs(interconnect::RouterId id);
    std::vector<Bid> match(const Router& router, const std::vector<Bid>& bids);
    void move_pointers(const Router& router, const Bid& bid);
    void route_cycle(interconnect::RouterId id);
    void forward(const Router& router, const Bid& bid);

    const interconnect::Topology& topology_;
    const interconnect::RoutingTable& routing_;
    const interconnect::FlitConfig config_;
    int vcs_;
    std::vector<Wire> wires_;
    std::vector<Interface> interfaces_;
    std::vector<Packet> packets_;
    std::vector<Times> times_;
    std::int64_t now_ = 0;
    std::int64_t in_flight_ = 0;
};

}  // namespace strata::test
