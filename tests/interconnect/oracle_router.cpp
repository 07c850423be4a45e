// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/interconnect/oracle_router.h"

#include <algorithm>
#include <stdexcept>

#include "tests/interconnect/oracle_allocator.h"

namespace strata::test {

using interconnect::FlitConfig;
using interconnect::Hop;
using interconnect::Link;
using interconnect::LinkId;
using interconnect::Router;
using interconnect::RouterId;
using interconnect::RoutingTable;
using interconnect::Topology;
using interconnect::Transfer;

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

OracleNetwork::OracleNetwork(const Topology& topology, const RoutingTable& routing,
                             const FlitConfig& config)
    : topology_(topology),
      routing_(routing),
      config_(config),
      vcs_(config.vcs * config.classes),
      wires_(2 * topology.links().size()),
      claims_(topology.routers().size()),
      interfaces_(topology.ports().size()) {
    for (const Router& router : topology.routers()) {
        inputs_.emplace_back(router.inputs.begin(), router.inputs.end());
        for (const LinkId link : router.outputs) {
            inputs_.back().push_back(inner_of(link));
        }
    }
    for (Wire& wire : wires_) {
        wire.vcs.resize(at(vcs_));
        for (Channel& channel : wire.vcs) {
            channel.credits = config.buffer_flits;
        }
    }
    for (Interface& interface : interfaces_) {
        interface.queues.resize(at(config.classes));
        interface.sent.assign(at(config.classes), 0);
        interface.vc.assign(at(config.classes), -1);
        interface.last_vc.assign(at(config.classes), -1);
        interface.since.assign(at(config.classes), 0);
    }
}

int OracleNetwork::send(const Transfer& transfer, int flits, int plane) {
    settle();
    packets_.push_back({transfer, flits, plane});
    times_.emplace_back();
    const int id = static_cast<int>(packets_.size()) - 1;
    ++in_flight_;
    if (transfer.group >= 0 && !enter(id)) {
        return id;
    }
    Interface& interface = interfaces_[at(transfer.source)];
    if (interface.queues[transfer.traffic_class].empty()) {
        interface.since[transfer.traffic_class] = now_;
    }
    interface.queues[transfer.traffic_class].push_back(id);
    return id;
}

void OracleNetwork::step() {
    settle();
    deliver();
    for (int port = 0; port < static_cast<int>(interfaces_.size()); ++port) {
        inject(port);
    }
    for (RouterId id = 0; id < static_cast<RouterId>(topology_.routers().size()); ++id) {
        look_at_fronts(id);
        collective_cycle(id);
        route_cycle(id);
    }
    ++now_;
}

/// Flits and credits that reach the end of their wires.
void OracleNetwork::deliver() {
    for (std::size_t id = 0; id < wires_.size(); ++id) {
        Wire& wire = wires_[id];
        while (!wire.credits.empty() && wire.credits.front().when <= now_) {
            ++wire.vcs[at(wire.credits.front().vc)].credits;
            wire.credits.pop_front();
        }
        while (!wire.flits.empty() && wire.flits.front().when <= now_) {
            const Moving moving = wire.flits.front();
            wire.flits.pop_front();
            Channel& channel = wire.vcs[at(moving.vc)];
            channel.buffer.push_back(moving.flit);
            if (static_cast<int>(channel.buffer.size()) > config_.buffer_flits) {
                throw std::logic_error("a buffer overflows");
            }
            if (channel.buffer.size() == 1) {
                channel.waits_since = moving.flit.ready;
            }
        }
    }
}

int OracleNetwork::rank(int qos, std::int64_t since) const {
    if (config_.qos_levels == 1 || now_ - since >= config_.starvation_cycles) {
        return 0;
    }
    return config_.qos_levels - std::min(qos, config_.qos_levels - 1);
}

int OracleNetwork::rank_of(const Channel& channel) const {
    return rank(packet(channel.buffer.front().packet).transfer.qos, channel.waits_since);
}

std::vector<int> OracleNetwork::all_vcs(int traffic_class) const {
    std::vector<int> vcs;
    for (int v = 0; v < config_.vcs; ++v) {
        vcs.push_back(traffic_class * config_.vcs + v);
    }
    return vcs;
}

std::vector<int> OracleNetwork::open_vcs(int traffic_class, int vc_class) const {
    const int classes = routing_.vc_classes();
    std::vector<int> vcs;
    for (int v = vc_class * config_.vcs / classes; v < (vc_class + 1) * config_.vcs / classes;
         ++v) {
        vcs.push_back(traffic_class * config_.vcs + v);
    }
    return vcs;
}

/// One flit per cycle and port; the classes take turns.
void OracleNetwork::inject(int port) {
    const LinkId link = topology_.port(port).injection;
    Wire& out = wire(link);
    Interface& interface = interfaces_[at(port)];
    int best = -1;
    int best_vc = -1;
    int best_rank = 0;
    for (int i = 1; i <= config_.classes; ++i) {
        const int c = (interface.last_class + i) % config_.classes;
        if (interface.queues[at(c)].empty()) {
            continue;
        }
        int vc = interface.vc[at(c)];
        for (int k = 1; k <= config_.vcs && interface.vc[at(c)] < 0; ++k) {
            const int candidate = c * config_.vcs + (interface.last_vc[at(c)] + k) % config_.vcs;
            if (!out.vcs[at(candidate)].taken && out.vcs[at(candidate)].credits > 0) {
                vc = candidate;
                break;
            }
        }
        if (vc < 0 || out.vcs[at(vc)].credits == 0) {
            continue;
        }
        const int its_rank =
            rank(packet(interface.queues[at(c)].front()).transfer.qos, interface.since[at(c)]);
        if (best < 0 || its_rank < best_rank) {
            best = c;
            best_vc = vc;
            best_rank = its_rank;
        }
    }
    if (best < 0) {
        return;
    }
    interface.last_class = best;
    const int id = interface.queues[at(best)].front();
    const int number = interface.sent[at(best)]++;
    if (number == 0) {
        times_[at(id)].injected = now_;
        interface.last_vc[at(best)] = best_vc - best * config_.vcs;
    }
    interface.vc[at(best)] = best_vc;
    interface.since[at(best)] = now_ + 1;
    Channel& channel = out.vcs[at(best_vc)];
    channel.taken = true;
    --channel.credits;
    const Link& wires = topology_.link(link);
    const int stages = config_.speculative
                           ? std::max(config_.vc_alloc_cycles, config_.switch_alloc_cycles)
                           : std::max(config_.switch_alloc_cycles, 1);
    const std::int64_t arrives = now_ + wires.flit_cycles + wires.extra_cycles + stages - 1;
    out.flits.push_back({arrives, best_vc, {id, number, arrives}});
    if (number + 1 == packet(id).flits) {
        channel.taken = false;
        interface.vc[at(best)] = -1;
        interface.sent[at(best)] = 0;
        interface.queues[at(best)].pop_front();
    }
}

/// A head that has come to the front begins its stages.
void OracleNetwork::look_at_fronts(RouterId id) {
    const int before_grant = config_.speculative ? 0 : std::max(config_.vc_alloc_cycles, 1) - 1;
    for (const int link : inputs_[at(id)]) {
        for (int v = 0; v < vcs_; ++v) {
            Channel& channel = wire(link).vcs[at(v)];
            if (channel.out_link >= 0 || channel.bids_from >= 0 || channel.buffer.empty() ||
                visits(id, link, v)) {
                continue;
            }
            channel.bids_from = now_ + config_.routing_cycles + before_grant;
            channel.waits_since = channel.bids_from;
        }
    }
}

std::vector<Hop> OracleNetwork::hops(RouterId id, const Packet& head, int input, int vc) const {
    const RouterId to = topology_.port(head.transfer.target).router;
    Hop in{topology_.router(id).inputs[at(input)], 0};
    for (int k = 0; k < routing_.vc_classes(); ++k) {
        const std::vector<int> open = open_vcs(head.transfer.traffic_class, k);
        if (std::find(open.begin(), open.end(), vc) != open.end()) {
            in.vc_class = static_cast<std::uint8_t>(k);
        }
    }
    Hop found[RoutingTable::kMaxChoices];
    const int count = routing_.choices(id, in, to, head.plane, found);
    return {found, found + count};
}

void OracleNetwork::choose_route(RouterId id, int input, int vc) {
    Channel& channel = wire(inputs_[at(id)][at(input)]).vcs[at(vc)];
    const Packet& head = packet(channel.buffer.front().packet);
    if (head.transfer.group >= 0) {
        channel.want_link = way_of(id, head, inputs_[at(id)][at(input)]).link;
        return;
    }
    const auto& target = topology_.port(head.transfer.target);
    if (target.router == id) {
        channel.want_link = target.ejection;
        return;
    }
    int best_free = -1;
    int best_credits = -1;
    for (const Hop& hop : hops(id, head, input, vc)) {
        int free = 0;
        int credits = 0;
        for (const int v : open_vcs(head.transfer.traffic_class, hop.vc_class)) {
            free += wire(hop.link).vcs[at(v)].taken ? 0 : 1;
            credits += wire(hop.link).vcs[at(v)].credits;
        }
        if (free > best_free || (free == best_free && credits > best_credits)) {
            best_free = free;
            best_credits = credits;
            channel.want_link = hop.link;
        }
    }
}

/// VCs of the wanted link that the packet may take and nobody has.
std::vector<int> OracleNetwork::vcs_for(RouterId id, int input, int vc) const {
    const Channel& channel =
        wires_[static_cast<std::size_t>(inputs_[at(id)][at(input)])].vcs[at(vc)];
    const Packet& head = packet(channel.buffer.front().packet);
    const auto& target = topology_.port(head.transfer.target);
    std::vector<int> vcs = all_vcs(head.transfer.traffic_class);
    if (head.transfer.group >= 0) {
        if (topology_.link(channel.want_link).to >= 0) {
            const auto way = way_of(id, head, inputs_[at(id)][at(input)]);
            vcs = open_vcs(head.transfer.traffic_class, way.vc_class);
        }
    } else if (target.router != id) {
        for (const Hop& hop : hops(id, head, input, vc)) {
            if (hop.link == channel.want_link) {
                vcs = open_vcs(head.transfer.traffic_class, hop.vc_class);
                break;
            }
        }
    }
    const Wire& out = wires_[static_cast<std::size_t>(channel.want_link)];
    vcs.erase(std::remove_if(vcs.begin(), vcs.end(), [&](int v) { return out.vcs[at(v)].taken; }),
              vcs.end());
    return vcs;
}

/// Gives output VCs to heads. Yields the heads that could also bid for the switch at once.
std::vector<OracleNetwork::Bid> OracleNetwork::allocate_vcs(RouterId id) {
    const auto& router = topology_.router(id);
    const int inputs = static_cast<int>(inputs_[at(id)].size()) * vcs_;
    const int outputs = static_cast<int>(router.outputs.size()) * vcs_;
    std::vector<std::vector<bool>> asks(at(inputs), std::vector<bool>(at(outputs), false));
    std::vector<Bid> bidders;
    const auto channel_of = [&](int i) -> Channel& {
        return wire(inputs_[at(id)][at(i / vcs_)]).vcs[at(i % vcs_)];
    };
    const auto output_of = [&](int o) -> Channel& {
        return wire(router.outputs[at(o / vcs_)]).vcs[at(o % vcs_)];
    };
    for (int i = 0; i < inputs; ++i) {
        Channel& channel = channel_of(i);
        if (channel.bids_from < 0 || channel.bids_from > now_ || channel.out_link >= 0) {
            continue;
        }
        choose_route(id, i / vcs_, i % vcs_);
        const auto found =
            std::find(router.outputs.begin(), router.outputs.end(), channel.want_link);
        const int output = static_cast<int>(found - router.outputs.begin());
        bool credit = false;
        for (const int v : vcs_for(id, i / vcs_, i % vcs_)) {
            asks[at(i)][at(output * vcs_ + v)] = true;
            credit |= wire(channel.want_link).vcs[at(v)].credits > 0;
        }
        if (credit) {
            bidders.push_back({i / vcs_, i % vcs_, output});
        }
    }
    const std::vector<int> given = allocate(
        {inputs, outputs, [&](int i, int o) { return asks[at(i)][at(o)]; },
         [](int, int) { return 0; }, [&](int i, int) { return rank_of(channel_of(i)); },
         [&](int i) { return channel_of(i).accept; }, [&](int o) { return output_of(o).grant; }},
        config_.allocator == FlitConfig::Allocator::kIslip);
    for (int i = 0; i < inputs; ++i) {
        const int o = given[at(i)];
        if (o < 0) {
            continue;
        }
        Channel& channel = channel_of(i);
        channel.accept = (o + 1) % outputs;
        output_of(o).grant = (i + 1) % inputs;
        output_of(o).taken = true;
        channel.out_link = channel.want_link;
        channel.out_vc = o % vcs_;
        channel.bids_from = -1;
        channel.waits_since = now_ + 1;
    }
    return bidders;
}

/// One iteration of the switch allocator; at most one match per input and output.
std::vector<OracleNetwork::Bid> OracleNetwork::match(RouterId id, const std::vector<Bid>& bids) {
    const auto& router = topology_.router(id);
    const int inputs = static_cast<int>(inputs_[at(id)].size());
    const int outputs = static_cast<int>(router.outputs.size());
    // The VC that speaks for an input at an output.
    std::vector<std::vector<int>> speaker(at(inputs), std::vector<int>(at(outputs), -1));
    const auto channel = [&](int i, int v) -> const Channel& {
        return wire(inputs_[at(id)][at(i)]).vcs[at(v)];
    };
    for (int i = 0; i < inputs; ++i) {
        for (int k = 0; k < vcs_; ++k) {
            const int v = (wire(inputs_[at(id)][at(i)]).next_vc + k) % vcs_;
            for (const Bid& bid : bids) {
                int& best = speaker[at(i)][at(bid.output)];
                if (bid.input == i && bid.vc == v &&
                    (best < 0 || rank_of(channel(i, v)) < rank_of(channel(i, best)))) {
                    best = v;
                }
            }
        }
    }
    const auto its_rank = [&](int i, int o) { return rank_of(channel(i, speaker[at(i)][at(o)])); };
    const std::vector<int> given =
        allocate({inputs, outputs, [&](int i, int o) { return speaker[at(i)][at(o)] >= 0; },
                  its_rank, its_rank, [&](int i) { return wire(inputs_[at(id)][at(i)]).accept; },
                  [&](int o) { return wire(router.outputs[at(o)]).grant; }},
                 config_.allocator == FlitConfig::Allocator::kIslip);
    std::vector<Bid> matches;
    for (int i = 0; i < inputs; ++i) {
        if (const int o = given[at(i)]; o >= 0) {
            matches.push_back({i, speaker[at(i)][at(o)], o});
        }
    }
    return matches;
}

void OracleNetwork::move_pointers(RouterId id, const Bid& bid) {
    const auto& router = topology_.router(id);
    Wire& input = wire(inputs_[at(id)][at(bid.input)]);
    input.accept = (bid.output + 1) % static_cast<int>(router.outputs.size());
    input.next_vc = (bid.vc + 1) % vcs_;
    wire(router.outputs[at(bid.output)]).grant =
        (bid.input + 1) % static_cast<int>(inputs_[at(id)].size());
}

void OracleNetwork::route_cycle(RouterId id) {
    const auto& router = topology_.router(id);
    std::vector<Bid> bids;
    const auto collect = [&] {
        bids.clear();
        for (int i = 0; i < static_cast<int>(inputs_[at(id)].size()); ++i) {
            for (int v = 0; v < vcs_; ++v) {
                const Channel& channel = wire(inputs_[at(id)][at(i)]).vcs[at(v)];
                if (channel.out_link < 0 || channel.buffer.empty() ||
                    wire(channel.out_link).vcs[at(channel.out_vc)].credits == 0) {
                    continue;
                }
                const auto found =
                    std::find(router.outputs.begin(), router.outputs.end(), channel.out_link);
                bids.push_back({i, v, static_cast<int>(found - router.outputs.begin())});
            }
        }
    };
    collect();  // before this cycle's VC allocation, which takes effect in the next cycle,
    std::vector<Bid> bidders = allocate_vcs(id);
    if (config_.vc_alloc_cycles == 0) {
        collect();  // or in this one when it takes no time
    }
    const std::vector<Bid> matches = match(id, bids);
    for (const Bid& bid : matches) {
        move_pointers(id, bid);
        forward(id, bid);
    }
    if (!config_.speculative) {
        return;
    }
    const auto conflicts = [&](const Bid& bid) {
        return std::any_of(matches.begin(), matches.end(), [&](const Bid& taken) {
            return taken.input == bid.input || taken.output == bid.output;
        });
    };
    bidders.erase(std::remove_if(bidders.begin(), bidders.end(), conflicts), bidders.end());
    for (const Bid& bid : match(id, bidders)) {
        move_pointers(id, bid);
        const Channel& channel = wire(inputs_[at(id)][at(bid.input)]).vcs[at(bid.vc)];
        if (channel.out_link >= 0 && wire(channel.out_link).vcs[at(channel.out_vc)].credits > 0) {
            forward(id, bid);
        }
    }
}

void OracleNetwork::forward(RouterId id, const Bid& bid) {
    const auto& router = topology_.router(id);
    const int in = inputs_[at(id)][at(bid.input)];
    Channel& channel = wire(in).vcs[at(bid.vc)];
    const Flit flit = channel.buffer.front();
    if (inner(in)) {
        channel.buffer.pop_front();
    } else {
        pop(in, bid.vc);
    }
    channel.waits_since = now_ + 1;
    const Link& out = topology_.link(channel.out_link);
    Channel& sending = wire(channel.out_link).vcs[at(channel.out_vc)];
    --sending.credits;

    const int allocation = config_.speculative
                               ? std::max(config_.vc_alloc_cycles, config_.switch_alloc_cycles)
                               : config_.vc_alloc_cycles + config_.switch_alloc_cycles;
    const int traversal = router.pipeline - config_.routing_cycles - allocation;
    const std::int64_t on_link = now_ + (config_.switch_alloc_cycles > 0 ? 1 : 0) + traversal;
    const std::int64_t arrives = on_link + out.flit_cycles + out.extra_cycles;
    const bool tail = flit.number + 1 == packet(flit.packet).flits;
    if (out.to < 0) {
        Times& times = times_[at(flit.packet)];
        times.head = flit.number == 0 ? arrives : times.head;
        if (tail) {
            times.tail = arrives;
            eject(flit.packet, out.port, arrives);
        }
        wire(channel.out_link)
            .credits.push_back(
                {arrives + config_.credit_cycles + config_.credit_processing, channel.out_vc});
    } else {
        const int stages = config_.speculative
                               ? std::max(config_.vc_alloc_cycles, config_.switch_alloc_cycles)
                               : std::max(config_.switch_alloc_cycles, 1);
        const std::int64_t ready = arrives + stages - 1;
        wire(channel.out_link)
            .flits.push_back({ready, channel.out_vc, {flit.packet, flit.number, ready}});
    }
    if (tail) {
        sending.taken = false;
        channel.out_link = -1;
        channel.out_vc = -1;
        channel.bids_from = -1;
        channel.used = false;
    }
    if (inner(in)) {
        inner_sent(channel);
    }
}

}  // namespace strata::test
