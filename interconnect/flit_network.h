// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The flit level: input-queued virtual-channel routers with credits, cycle by cycle where flits
// are and nowhere else.
//
// Modelled: VC buffers of finite depth and their credits; VC allocation and switch allocation, each
// one iteration of round-robin iSLIP or separable input-first; lookahead routing or a routing
// stage; speculation; wormhole over routers; VCs by message class and by the classes the routing
// needs; a VC is taken again as soon as its tail has left; adaptive routing by free VCs, then
// credits, then the preferred hop; priorities with an anti-starvation limit; source queues without
// a bound; ejection at one flit per cycle; links of any width, clock and latency, that resend
// spoilt flits and sleep when idle (flit_link.h); multicasts that fork (flit_fork.cpp) and
// reductions that join (flit_join.cpp) in the routers. Not modelled: crossbar speed-up, shared
// buffer pools, allocators with several iterations, holding the switch for a packet. Timings:
// interconnect/flit_config.h and network_base.h. A long link has on top of a VC's buffer what it
// carries in a round trip (assumption: buffers are sized for their link). Units: cycles of each
// router's clock; ps at the interface.
//
// A cycle is evaluated when it is over: whatever is sent at its beginning still takes part. Clock
// domains are evaluated each at its own pace, in the order of their cycles' ends.

#include <memory>
#include <vector>

#include "interconnect/deadlock_check.h"
#include "interconnect/fifo.h"
#include "interconnect/flit_config.h"
#include "interconnect/flit_layout.h"
#include "interconnect/flit_link.h"
#include "interconnect/flit_matcher.h"
#include "interconnect/flit_wheel.h"
#include "interconnect/network_base.h"

namespace strata::interconnect {

class FlitNetwork : public NetworkBase {
   public:
    /// `shared_links` may be null. Networks that share links are advanced in step: no `advance`
    /// beyond the other one's `next_event`; one of them is number 0, the other one 1.
    FlitNetwork(const Topology& topology, const RoutingTable& routing,
                const NetworkOptions& options, const FlitConfig& config,
                std::shared_ptr<FlitLinks> shared_links = {}, int number = 0);

    core::Ps send(core::Ps now, const Transfer& transfer) override;
    core::Ps next_event() const override;
    core::Ps next_delivery() const override;
    void advance(core::Ps now, Progress& progress) override;
    std::string describe_state() const override;
    void clock_changed(const ClockChange& change) override;

    std::int64_t flits_injected() const { return flits_injected_; }
    std::int64_t flits_ejected() const { return flits_ejected_; }
    /// Flits that forks have added and joints have taken away.
    std::int64_t flits_copied() const { return flits_copied_; }
    std::int64_t flits_summed() const { return flits_summed_; }
    /// Flits that links spoilt and sent again.
    std::int64_t retries() const { return retries_; }
    /// Time that links which woke had been switched off, summed, and how often they woke.
    core::Ps gated_time() const;
    /// Time that one link was switched off up to `now`, whether it has woken or not.
    core::Ps gated_time(LinkId link, core::Ps now) const;
    std::int64_t wakeups() const { return wakeups_; }
    /// Flits in the input buffers of a router, averaged over the time up to the last event.
    double mean_occupancy(RouterId router) const;

   private:
    using Flit = std::uint32_t;  // packet · 4, kTail, kHead
    static constexpr Flit kHead = 1;
    static constexpr Flit kTail = 2;
    static constexpr std::int32_t kNone = -1;
    static std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }

    /// A transfer on its way; `next` is the one behind it in the same flow.
    struct Journey {
        Transfer transfer;
        core::Ps sent = 0;
        std::int32_t packets_left = 0;
        std::int32_t spread = kNone;  // of a multicast
        std::int32_t next = kNone;
        bool behind = false;  // another one of its flow is delivered first
        bool arrived = false;
    };
    struct Packet {
        std::int32_t journey = kNone;
        std::int32_t flits = 0;
        core::Bytes data = 0;
        RouterId router = -1;
        std::int32_t ejection = kNone;  // output
        Cycle start = 0;                // may be injected from this cycle on
        core::Ps injected = 0;
        core::Ps head_arrived = 0;
        std::int32_t routers = 0;
        CollectiveId group = kNone;
        std::uint8_t plane = 0;
        std::uint8_t traffic_class = 0;
        std::uint8_t qos = 0;
        bool last = false;
    };
    /// A VC at a router's input. `out` is the output VC it holds.
    struct InputVc {
        std::int32_t out = kNone;
        std::int32_t output = kNone;  // of the hop
        std::uint64_t mask = 0;       // output VCs that the packet may take
        std::int32_t pointer = 0;     // round-robin over the router's output VCs
        std::int32_t buffer = 0;      // its first place in flits_
        std::int32_t head = 0;
        std::int32_t count = 0;
        Cycle since = 0;             // of the bid, for the anti-starvation limit
        std::int32_t visit = kNone;  // of the packet in front, when its tree forks or joins here
        std::uint8_t qos = 0;
    };
    struct OutputVc {
        std::int32_t owner = kNone;  // input VC
        std::int32_t credits = 0;
        std::int32_t pointer = 0;  // round-robin over the router's input VCs
    };
    /// Packets of one class at a port's interface.
    struct Source {
        Fifo<std::uint32_t> packets;
        std::int32_t sent = 0;    // flits of the first one
        std::int32_t vc = kNone;  // it goes on, once begun
        std::int32_t last_vc = kNone;
        Cycle since = 0;
    };
    struct Arrival {
        std::int32_t vc;
        Flit flit;
    };
    /// A sleeping head may bid, an output or a source is worth another look, a packet is in front
    /// since a part is gone, a part's next flit is absorbed, a flit of a sum is ready.
    struct Wake {
        enum class Kind : std::uint8_t { kHead, kOutput, kSource, kFront, kPart, kSum } kind;
        std::int32_t what;
    };
    /// The tail of a packet leaves by a port at the end of the cycle.
    struct Departure {
        std::uint32_t packet;
        PortId port;
    };
    /// A packet in front of an input VC of a router where its tree forks or joins.
    struct Visit {
        struct Copy {
            std::int32_t vc = kNone;  // inner VC that it uses
            std::int32_t sent = 0;    // flits
        };
        std::int32_t vc = kNone;
        std::uint32_t packet = 0;
        std::int32_t come = 0;        // flits that have been in the VC
        std::int32_t gone = 0;        // and have left it
        Cycle ready = 0;              // copies may bid for VCs
        std::vector<Copy> copies;     // by branch
        std::int32_t branch = kNone;  // of a reduction: that the part came by
        std::int32_t sum = kNone;     // that it is added to
        bool carries = false;         // the sum goes on as this packet
    };
    /// What a router has of one round of a reduction.
    struct Sum {
        static constexpr std::uint32_t kNoPacket = UINT32_MAX;
        CollectiveId group = kNone;
        std::int32_t node = kNone;
        std::int64_t round = 0;
        std::uint32_t packet = kNoPacket;  // that it goes on as: of the last part to come
        std::int32_t added = 0;            // flits that all parts have brought
        std::int32_t made = 0;             // flits that are there, `reduce_cycles` later
        std::int32_t vc = kNone;           // inner VC that it uses
        Cycle ready = 0;                   // may bid for VCs
    };
    /// A copy (branch of a visit) or a sum that needs a VC of the inner input of an output.
    struct Claim {
        std::int32_t visit = kNone;
        std::int32_t branch = kNone;
        std::int32_t sum = kNone;
        std::int32_t output = kNone;
        std::uint64_t mask = 0;
        Cycle since = 0;
        std::int64_t turn = 0;  // among those of one cycle: copies by input VC, then sums
    };
    /// What a packet of a collective is: part of a round, or on its way to several targets.
    struct Share {
        std::int64_t round = 0;
        std::int32_t targets_left = 0;
    };
    /// A multicast transfer under way.
    struct Spread {
        std::vector<std::int32_t> packets_left;  // by target
        std::int32_t targets_left = 0;
    };
    /// The transfers of a group in the order of `send`.
    struct GroupFlow {
        std::int32_t last = kNone;
        std::vector<std::int32_t> next;           // multicast, by target: to be handed on next
        std::vector<Fifo<std::uint32_t>> parked;  // reduction, by source: parts of later rounds
    };
    struct Domain {
        Domain(std::int32_t clock_id, std::size_t routers_count, std::size_t ports_count)
            : clock(clock_id), routers(routers_count), sources(ports_count) {}
        Cycle due() const;

        std::int32_t clock;
        Cycle next = 0;  // first cycle that is not evaluated, or the one that is
        ActiveSet routers;
        ActiveSet sources;  // ports
        CycleWheel<std::int32_t> credits;
        CycleWheel<Arrival> arrivals;
        CycleWheel<Wake> wakes;
        CycleWheel<Departure> departures;
    };

    void make_domains();
    core::Ps end_of(const Domain& domain, Cycle cycle) const {
        return topology_.clock(domain.clock).time(cycle + 1);
    }
    Domain& domain_of(RouterId router) { return *router_domain_[index(router)]; }

    // flit_network.cpp: a cycle of a domain, deliveries.
    void queue_packets(std::int32_t journey, Cycle start);
    void open_source(PortId port, Cycle start);
    void evaluate(Domain& domain, Cycle cycle, Progress& progress);
    void depart(const Departure& departure, core::Ps time, Progress& progress);
    void record(const Departure& departure, std::int32_t routers, core::Ps time);
    void arrive_in_order(std::int32_t journey, core::Ps time, Progress& progress);
    void chain(std::int32_t journey);

    // flit_collective.cpp: transfers of groups.
    bool has_collectives() const override { return true; }
    void group_added(CollectiveId id) override;
    void join_group(std::int32_t journey);
    bool enter_group(std::uint32_t packet);
    void check_group(const Transfer& transfer) const;
    void release(CollectiveId id, core::Ps time);
    void depart_collective(const Departure& departure, core::Ps time, Progress& progress);
    void depart_copy(const Departure& departure, core::Ps time, Progress& progress);
    void depart_sum(const Departure& departure, core::Ps time, Progress& progress);
    void hand_on(CollectiveId id, std::int32_t target, PortId port, core::Ps time,
                 Progress& progress);
    void finish_packet(std::uint32_t packet);

    // flit_inner.cpp: packets of groups in the routers, inner inputs.
    bool follow_tree(Domain& domain, std::int32_t vc, Cycle cycle);
    std::int32_t begin_visit(std::int32_t vc);
    void visit_flit(Domain& domain, std::int32_t vc, Flit flit, Cycle cycle);
    void end_visit(std::int32_t vc);
    void add_claim(Domain& domain, Claim claim, const CollectiveTree::Branch& branch,
                   const Packet& packet);
    void serve_claims(Domain& domain, RouterId router, Cycle cycle);
    void start_inner(Domain& domain, std::int32_t v, const Claim& claim, Cycle cycle);
    void push_inner(std::int32_t vc, Flit flit, Cycle cycle);
    void inner_sent(Domain& domain, std::int32_t vc, bool tail, Cycle cycle);
    Flit flit_of(std::uint32_t packet, std::int32_t number) const;
    std::uint64_t mask_of(const Packet& packet, const CollectiveTree::Branch& branch) const;

    // flit_fork.cpp
    void fork(Domain& domain, std::int32_t vc, Cycle cycle);
    void copy_sent(Domain& domain, const Claim& claim, Cycle cycle);

    // flit_join.cpp
    void join(Domain& domain, std::int32_t vc, Cycle cycle);
    void schedule_part(Domain& domain, std::int32_t vc, Cycle cycle);
    void absorb(Domain& domain, std::int32_t vc, Cycle cycle);
    std::int32_t sum_of(const Visit& visit, std::int32_t node);
    void add_flit(Domain& domain, Visit& visit, Cycle cycle);
    void make_sum_flit(Domain& domain, std::int32_t sum, Cycle cycle);

    // flit_source.cpp: the interfaces.
    void inject(Domain& domain, PortId port, Cycle cycle, Progress& progress);
    bool can_send(const Source& source, Cycle cycle, std::int32_t output) const;
    std::int32_t free_source_vc(const Source& source, int traffic_class, std::int32_t output) const;
    void send_flit(Domain& domain, PortId port, int traffic_class, Cycle cycle, Progress& progress);
    Cycle shortest_injection() const;

    // flit_clock.cpp: a domain's clock changes.
    bool sender_is_timed(std::int32_t output) const;
    template <typename Event, typename Due>
    static void retime(CycleWheel<Event>& wheel, Due due);

    // flit_input.cpp: what comes to a router.
    void take_credit(std::int32_t vc);
    void take_wake(Domain& domain, const Wake& wake, Cycle cycle);
    void receive(const Arrival& arrival, Cycle cycle);
    void begin_head(Domain& domain, std::int32_t vc, Cycle cycle);
    void bid(std::int32_t vc);
    void route(std::int32_t id, const Packet& packet);
    std::int32_t free_credits(std::int32_t output, std::uint64_t mask) const;

    // flit_allocation.cpp
    bool allocate_vcs(RouterId router, Cycle cycle);
    void request_vcs(RouterId router, std::int32_t vc, std::uint64_t free, Cycle cycle);
    std::int32_t next_free(RouterId router, const InputVc& vc, std::uint64_t free) const;
    void take_vc(RouterId router, std::int32_t vc, std::int32_t out, Cycle cycle);
    bool allocate_switch(Domain& domain, RouterId router, Cycle cycle);
    bool speculate(Domain& domain, RouterId router, Cycle cycle);
    FlitMatcher::Request switch_request(std::int32_t vc, std::int32_t output, Cycle cycle) const;
    void pass(const FlitMatcher::Request& match);
    void grant(Domain& domain, const FlitMatcher::Request& match, Cycle cycle);
    std::uint32_t rank(const InputVc& vc, Cycle cycle) const;

    // flit_router.cpp
    void evaluate_router(Domain& domain, RouterId router, Cycle cycle);
    void traverse(Domain& domain, std::int32_t vc, Cycle cycle);
    /// The first flit of the VC makes room for another one.
    void leave_buffer(std::int32_t id, InputVc& vc, const FlitLayout::Input& input, Cycle cycle) {
        vc.head = vc.head + 1 == input.depth ? 0 : vc.head + 1;
        --vc.count;
        --held_[index(input.router)];
        residence_[index(input.router)] += cycle;
        return_credit(input, id, cycle);
    }
    void return_credit(const FlitLayout::Input& input, std::int32_t vc, Cycle cycle);

    // flit_foreign.cpp: links of another width or clock.
    FlitLink& link_state(LinkId id);
    Cycle link_edge(const FlitLayout::Output& output, Cycle cycle) const;
    bool link_open(Domain& domain, std::int32_t output, bool head, Cycle cycle);
    int spoilt(LinkId id);
    void cross_link(const FlitLayout::Output& output, const Packet& packet, Arrival arrival,
                    Cycle cycle);

    const FlitConfig config_;
    const FlitLayout layout_;
    const bool ordered_;
    const bool output_first_;
    std::vector<std::unique_ptr<Domain>> domains_;
    std::vector<Domain*> router_domain_;

    std::vector<InputVc> in_;
    std::vector<OutputVc> out_;
    std::vector<std::uint64_t> free_;       // by output: VCs that nobody holds
    std::vector<Flit> flits_;               // the buffers
    std::vector<std::uint64_t> waiting_;    // input VCs with a head that bids for a VC
    std::vector<std::uint64_t> ready_;      // input VCs with a flit and a credit
    std::vector<std::int32_t> accept_;      // by input: round-robin over outputs
    std::vector<std::int32_t> next_vc_;     // by input: round-robin over its VCs
    std::vector<std::int32_t> grant_;       // by output: round-robin over inputs
    std::vector<Source> sources_;           // by port and class
    std::vector<std::int32_t> last_class_;  // by port
    ActiveSet busy_ports_;                  // with packets to inject
    FlitMatcher vc_matcher_;
    FlitMatcher switch_matcher_;
    std::vector<std::int32_t> new_vcs_;  // input VCs that got an output VC in this cycle
    std::vector<std::int32_t> bidders_;  // heads that speculate in this cycle
    std::vector<char> input_taken_;      // by local input, in this cycle
    std::vector<char> output_taken_;

    std::vector<std::uint64_t> inner_free_;   // by output: VCs of its inner input
    std::vector<Claim> inner_;                // by output and VC: who uses that of its inner input
    std::vector<std::vector<Claim>> claims_;  // by router: who waits for one, in turn
    std::vector<Visit> visits_;
    std::vector<std::int32_t> free_visits_;
    std::vector<Sum> sums_;
    std::vector<std::int32_t> free_sums_;
    std::vector<Share> shares_;  // by packet, as far as there are collectives
    std::vector<Spread> spreads_;
    std::vector<std::int32_t> free_spreads_;
    std::vector<GroupFlow> group_flows_;
    std::unique_ptr<DependencyGraph> dependencies_;  // made when a tree may add to them

    FlitLinks own_links_;
    std::shared_ptr<FlitLinks> shared_links_;
    int number_;

    std::vector<Packet> packets_;
    std::vector<std::uint32_t> free_packets_;
    std::vector<Journey> journeys_;
    std::vector<std::int32_t> free_journeys_;
    std::vector<std::vector<std::int32_t>> last_of_flow_;  // [source][target · classes + class]
    std::uint64_t packets_made_ = 0;
    std::int64_t flits_injected_ = 0;
    std::int64_t flits_ejected_ = 0;
    std::int64_t flits_copied_ = 0;
    std::int64_t flits_summed_ = 0;
    std::vector<std::uint64_t> crossings_;  // by link: draws of errors
    std::int64_t retries_ = 0;
    std::vector<core::Ps> gated_time_;  // by link, until it woke
    std::int64_t wakeups_ = 0;
    std::vector<std::int64_t> residence_;  // by router: Σ departure − Σ arrival cycles
    std::vector<std::int32_t> held_;       // by router: flits in its buffers
};

}  // namespace strata::interconnect
