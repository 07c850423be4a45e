// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// An input-queued virtual-channel network simulated the plain way: every router, every cycle, every
// port, in the order in which a text book explains it. The flit level must agree with it to the
// cycle. One clock, links as wide as a flit; nothing is shared with the flit level but the
// parameters, the topology, the routing and the trees of collectives (oracle_collective.cpp).

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "interconnect/collective_tree.h"
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

    /// Tails at a target, of the packets of collectives: cycle, packet, port. The sum of a round
    /// goes by the number of the part that was sent first.
    using Arrival = std::tuple<std::int64_t, int, int>;
    const std::vector<Arrival>& arrivals() const { return arrivals_; }

    /// Collectives, numbered from 0: `Transfer::group`. Rounds as NetworkOptions has them.
    void add_group(const interconnect::CollectiveTree& tree, bool reduces, int members) {
        groups_.push_back({tree, reduces, members, {}, {}, {}, 0});
    }
    std::int64_t reduce_cycles = 1;
    std::int64_t reduce_rounds = 64;

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
        std::int64_t round = -1;  // of a reduction
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

        // Collectives. The packet in front forks (copies not empty) or is a part (branch ≥ 0):
        struct Copy {
            int link = -1;
            int inner_vc = -1;  // where it is, once it has begun
            int given = 0;      // flits handed to it
            int sent = 0;
        };
        std::vector<Copy> copies;
        int freed = 0;
        int branch = -1;
        // A VC of an inner input: whose copy it is; a sum's has none.
        bool used = false;
        int from_link = -1;
        int from_vc = -1;
        int copy = -1;
    };
    /// What a router has of a round.
    struct Sum {
        std::vector<int> come;         // by branch
        int counted = 0;               // flits whose parts are all there
        std::deque<std::int64_t> due;  // when the next of them are made
        int made = 0;
        int given = 0;  // to the VC of the inner input
        bool claims = false;
        int inner_vc = -1;
    };
    using SumId = std::tuple<interconnect::RouterId, int, std::int64_t>;  // router, group, round
    struct Group {
        interconnect::CollectiveTree tree;
        bool reduces;
        int members;
        std::map<int, std::int64_t> joined;  // by port: rounds so far
        std::map<std::int64_t, int> first;   // by round: its first part
        std::set<std::int64_t> done;         // rounds whose sum has come
        std::int64_t base;                   // first one that has not
    };
    /// A copy or a sum that waits for a VC of the inner input of a link.
    struct Claim {
        int link;
        std::int64_t ready;  // it may bid for a VC
        int from_link;       // copy; −1: sum
        int from_vc;
        int copy;
        SumId sum;
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

    std::vector<interconnect::Hop> hops(interconnect::RouterId id, const Packet& head, int input,
                                        int vc) const;
    // oracle_collective.cpp
    const Group& group_of(const Packet& packet) const;
    const interconnect::CollectiveTree::Node& node_of(interconnect::RouterId id,
                                                      const Packet& packet) const;
    interconnect::CollectiveTree::Branch way_of(interconnect::RouterId id, const Packet& head,
                                                int input) const;
    bool enter(int id);
    void settle();
    bool visits(interconnect::RouterId id, int link, int vc);
    void collective_cycle(interconnect::RouterId id);
    void absorb(interconnect::RouterId id, int link, int vc);
    void make_sums(interconnect::RouterId id);
    void serve_claims(interconnect::RouterId id);
    void feed(interconnect::RouterId id);
    void give(int link, int vc, int packet, int number);
    void inner_sent(const Channel& channel);
    void pop(int link, int vc);
    void eject(int id, int port, std::int64_t when);
    bool inner(int link) const { return link >= static_cast<int>(topology_.links().size()); }
    int inner_of(int link) const { return link + static_cast<int>(topology_.links().size()); }

    void deliver();
    void inject(int port);
    void look_at_fronts(interconnect::RouterId id);
    void choose_route(interconnect::RouterId id, int input, int vc);
    std::vector<int> vcs_for(interconnect::RouterId id, int input, int vc) const;
    std::vector<Bid> allocate_vcs(interconnect::RouterId id);
    std::vector<Bid> match(interconnect::RouterId id, const std::vector<Bid>& bids);
    void move_pointers(interconnect::RouterId id, const Bid& bid);
    void route_cycle(interconnect::RouterId id);
    void forward(interconnect::RouterId id, const Bid& bid);

    const interconnect::Topology& topology_;
    const interconnect::RoutingTable& routing_;
    const interconnect::FlitConfig config_;
    int vcs_;
    std::vector<Wire> wires_;  // links, then an inner input per link for what leaves by it
    std::vector<std::vector<int>> inputs_;   // by router: links, inner ones last
    std::vector<std::deque<Claim>> claims_;  // by router
    std::map<SumId, Sum> sums_;
    std::vector<Group> groups_;
    std::map<std::pair<int, int>, std::deque<int>> parked_;  // (group, source): later parts
    std::deque<std::pair<std::int64_t, std::pair<int, std::int64_t>>> finished_;  // sums
    std::vector<Arrival> arrivals_;
    std::map<int, int> targets_left_;  // by packet of a multicast
    std::vector<Interface> interfaces_;
    std::vector<Packet> packets_;
    std::vector<Times> times_;
    std::int64_t now_ = 0;
    std::int64_t in_flight_ = 0;
};

}  // namespace strata::test
