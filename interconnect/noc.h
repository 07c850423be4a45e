// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The interconnect as one SystemC module: TLM-2.0 sockets at every port, a request and a response
// network behind them.
//
// Modelled: address decoding, bounded injection queues (END_REQ is withheld while full), end-to-end
// credits (a request enters the network when a receive slot at its target is reserved; the slot is
// free again when the target has accepted), order per (source, target), responses on a network of
// their own, energy per flit-hop. Collective groups: a write to the window of a multicast becomes
// one of each target's own, answered when all have answered; the n-th writes of all sources of a
// reduction become one of the root's, whose answer goes to every source. The two networks have
// routers and links of their own, at flit level each with the VCs of one message class; they share
// the links that are marked `shared`. Not modelled: the credits' own way back (taken as immediate),
// priorities but at flit level, b_transport and DMI; answers of a group are packets of their own,
// not combined or forked. Timings: interconnect/topology.h. An erase and a read request carry no
// data, a write response neither: the packet is its header flit. Units: ps and bytes.

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <tuple>
#include <vector>

#include "core/component.h"
#include "core/payload.h"
#include "core/wake_up.h"
#include "interconnect/address_map.h"
#include "interconnect/fifo.h"
#include "interconnect/flit_network.h"
#include "interconnect/group_control.h"
#include "interconnect/group_table.h"
#include "interconnect/network_base.h"
#include "interconnect/noc_config.h"
#include "interconnect/routing.h"
#include "interconnect/static_energy.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

class Noc : public sc_core::sc_module, public core::Component, public GroupControl {
   public:
    using InitiatorPort = tlm_utils::simple_target_socket_tagged_optional<Noc>;
    using TargetPort = tlm_utils::simple_initiator_socket_tagged_optional<Noc>;

    /// `topology` is complete; `map` outlives the module. Throws UserError when a
    /// pair of routers is not connected.
    Noc(const sc_core::sc_module_name& name, const NocConfig& config, Topology topology,
        const AddressMap& map, core::Services& services);
    ~Noc() override;

    /// An initiator at `port` binds its socket to this one. May stay unbound.
    InitiatorPort& initiator_port(PortId port) { return *ports_[index(port)].initiator; }
    /// This one is bound to the socket of the target at `port`. May stay unbound.
    TargetPort& target_port(PortId port) { return *ports_[index(port)].target; }

    const Topology& topology() const { return topology_; }
    const NetworkBase& request_network() const { return *requests_; }
    const NetworkBase& response_network() const { return *responses_; }

    bool idle() const override { return held_ == 0; }
    std::string describe_state() const override;

    /// Between two slices of the simulation: brings counters and waveform up to `now`. (In between,
    /// the networks may lag behind as long as nothing is due for delivery.)
    void settle(core::Ps now);

    /// Between two slices: the clock domain of a network (see NocConfig::dvfs) runs at `ratio` of
    /// its frequency in the config, from the next edge at or after `now` on. Injection links that
    /// are busy are looked at again when they would have come free before.
    void set_speed(const std::string& domain, double ratio, core::Ps now);

    GroupResult map_groups(const core::Place& root,
                           const std::vector<GroupRequest>& requests) override;
    GroupResult unmap_groups(const core::Place& root,
                             const std::vector<std::int16_t>& numbers) override;

    /// Time in which links between routers carried flits so far, summed over links and both
    /// networks; the share of busy links in a window is Δlink_busy_time / (window · links()).
    core::Ps link_busy_time() const;
    /// How many such links there are (a shared link counts once).
    std::int64_t links() const { return links_; }
    /// Busy share of the busiest link since the start; `inner`: of those between routers.
    double busiest_link(bool inner) const;
    /// Data bytes delivered so far, requests and responses.
    std::int64_t bytes_delivered() const { return bytes_delivered_; }

   private:
    using Payload = tlm::tlm_generic_payload;

    struct Message {
        Payload* payload = nullptr;
        PortId source = -1;
        PortId target = -1;
        core::Bytes bytes = 0;
        core::Ps sent = 0;     // entered the injection queue
        bool granted = false;  // a receive slot is reserved
        std::int32_t collective = -1;
        std::size_t slots = 0;  // of a multicast: reserved, once granted: still to be delivered
    };
    using MessageId = std::int32_t;

    /// Messages of one direction that wait at a port for its injection link.
    struct InjectionQueue {
        std::vector<MessageId> waiting;
        core::Ps free_at = 0;        // until then one of its messages is on the injection link;
                                     // kNever: until the network reports it
        bool watched = false;        // busy_links_ holds free_at
        Payload* blocked = nullptr;  // the end of its phase is withheld: the queue is full
        core::Ps blocked_since = 0;
        std::int64_t stalls = 0;
        std::int64_t stall_time = 0;
        core::TraceSignal depth;
    };

    struct Port {
        std::unique_ptr<InitiatorPort> initiator;
        std::unique_ptr<TargetPort> target;
        InjectionQueue requests;
        InjectionQueue responses;
        // Requests arrived here.
        bool has_target = false;
        std::int32_t free_slots = 0;
        Fifo<MessageId> slot_waiters;
        Fifo<Payload*> arrived;
        Payload* open_request = nullptr;  // BEGIN_REQ sent, END_REQ outstanding
        // Responses arrived here.
        Fifo<Payload*> answers;
        Payload* open_response = nullptr;  // BEGIN_RESP sent, END_RESP outstanding
        // Statistics.
        std::int64_t messages_in = 0;
        std::int64_t messages_out = 0;
        std::int64_t bytes_in = 0;
        std::int64_t bytes_out = 0;
        core::Histogram round_trip;  // kAccepted → kDelivered of this initiator
    };

    /// A multicast until all targets have answered, or a round of a reduction until the root has.
    struct Collective {
        std::int32_t group = -1;
        std::size_t open = 0;             // answers or parts that are missing
        std::vector<Payload*> parts;      // of the sources, by member; of a multicast the only one
        std::vector<MessageId> messages;  // their messages
        std::vector<std::uint8_t> sum;
    };
    /// What goes on in a group.
    struct GroupState {
        CollectiveId request = -1;         // its number in the request network
        std::int64_t writes_open = 0;      // taken and not answered
        std::int64_t accepted = 0;         // rounds whose sum the root has taken
        std::vector<std::int64_t> joined;  // rounds, by member
        Fifo<std::int32_t> rounds;         // collectives, from round `accepted` on
    };

    /// A phase that a neighbour reported, to be handled at `time`.
    struct Call {
        core::Ps time = 0;
        std::uint64_t sequence = 0;
        PortId port = -1;
        bool forward = false;
        Payload* payload = nullptr;
        tlm::tlm_phase phase;
    };
    static bool later(const Call& a, const Call& b);

    /// The injection link of a queue that somebody waits for comes free.
    struct LinkFree {
        core::Ps time = 0;
        PortId port = -1;
        bool response = false;

        friend bool operator>(const LinkFree& a, const LinkFree& b) {
            if (a.time != b.time) return a.time > b.time;
            return a.port != b.port ? a.port > b.port : a.response && !b.response;
        }
    };

    static std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }
    Port& port(PortId id) { return ports_[index(id)]; }

    void make_networks();
    std::unique_ptr<FlitNetwork> make_flit_network(const NetworkOptions& options,
                                                   const std::shared_ptr<FlitLinks>& shared,
                                                   int number);
    void make_ports();
    void end_of_elaboration() override;
    void register_stats();
    void register_port_stats(PortId id);
    void register_flit_stats();
    std::string describe_port(PortId id) const;

    // Calls from the neighbours.
    tlm::tlm_sync_enum nb_transport_fw(int id, Payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    tlm::tlm_sync_enum nb_transport_bw(int id, Payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    unsigned int transport_dbg(int id, Payload& payload);
    void record(PortId id, bool forward, Payload& payload, const tlm::tlm_phase& phase,
                const sc_core::sc_time& delay);

    // The one process.
    void process();
    void take_calls();
    void handle(const Call& call);
    void advance_networks(core::Ps now);
    void deliver();
    void free_links();
    void report_injected();
    void link_freed(PortId port, bool response);
    void watch(InjectionQueue& queue, PortId id, bool response);
    void inject();
    void schedule();

    // Requests, in the order of their life.
    void begin_request(PortId source, Payload& payload);
    void refuse(PortId source, Payload& payload, core::Fault fault);
    void queue_request(PortId source, Payload& payload);
    void end_request(PortId source, Payload& payload);
    void offer_request(PortId target);
    void request_accepted(PortId target, Payload& payload);
    void free_slot(PortId target);
    void grant(MessageId id);

    // Responses.
    void begin_response(PortId target, Payload& payload);
    void queue_response(PortId target, Payload& payload);
    void offer_response(PortId initiator);
    void response_taken(PortId initiator, const Payload& payload);
    void arrived(PortId initiator, Payload& payload);

    // Collectives: noc_collective.cpp.
    CollectiveId network_group(const MappedGroup& group);
    GroupState& state_of(std::int32_t group) { return group_states_[index(group)]; }
    core::Fault group_fault(PortId source, const Target& target, Payload& payload) const;
    void enter_group(MessageId id);
    void reserve_slots(MessageId id);
    void join_round(MessageId id);
    void check_part(const Collective& round, Payload& part) const;
    Payload& make_copy(std::int32_t collective, const GroupMember& to);
    Payload& deliver_to_group(MessageId id, PortId target);
    Payload& deliver_sum(std::int32_t collective);
    void add_up(Collective& round) const;
    void sum_accepted(std::int32_t group);
    bool is_sum(Payload& payload) const;
    void answer_sources(PortId root, Payload& sum);
    void copy_answered(PortId source, Payload& copy);
    static void pass_answer(Payload& from, Payload& to);
    std::int32_t new_collective(std::int32_t group, std::size_t parts);
    void end_collective(std::int32_t number);
    void register_group_stats();
    std::string describe_groups() const;

    [[noreturn]] void protocol_error(PortId id, const std::string& what) const;
    bool full(const InjectionQueue& queue) const;
    void block(InjectionQueue& queue, Payload& payload);
    void trace_depth(const InjectionQueue& queue) const;
    void mark(PortId id);
    void inject(InjectionQueue& queue, PortId id, bool response);
    MessageId new_message(const Message& message);

    NocConfig config_;
    Topology topology_;
    const AddressMap& map_;
    std::unique_ptr<RoutingTable> routing_;
    std::unique_ptr<NetworkEnergy> energy_;
    std::unique_ptr<StaticEnergy> static_energy_;
    std::unique_ptr<NetworkBase> requests_;
    std::unique_ptr<NetworkBase> responses_;
    std::vector<const FlitNetwork*> flit_networks_;  // requests, responses; else empty
    std::vector<Port> ports_;
    std::int64_t links_ = 0;

    core::Ps now_ = 0;
    bool processing_ = false;
    core::WakeUp wake_;
    std::vector<Call> calls_;    // due, in order of arrival
    std::vector<Call> delayed_;  // heap: calls with an annotated delay
    std::uint64_t next_sequence_ = 0;
    std::vector<Message> messages_;
    std::vector<MessageId> free_messages_;
    Progress request_progress_;
    Progress response_progress_;
    std::vector<LinkFree> busy_links_;  // heap
    std::vector<PortId> marked_;        // ports that may be able to inject
    std::vector<char> is_marked_;

    std::unique_ptr<GroupTable> groups_;
    std::vector<GroupState> group_states_;  // by handle
    std::map<std::tuple<bool, PortId, std::vector<PortId>>, CollectiveId> network_groups_;
    std::vector<Collective> collectives_;
    std::vector<std::int32_t> free_collectives_;

    std::int64_t held_ = 0;  // payloads inside the interconnect
    std::int64_t bytes_delivered_ = 0;
    std::int64_t decode_errors_ = 0;
    std::int64_t multicasts_ = 0;
    std::int64_t reductions_ = 0;
    core::Histogram request_latency_;   // queued at the source → kAtTarget
    core::Histogram response_latency_;  // queued at the target → kDelivered
};

}  // namespace strata::interconnect
