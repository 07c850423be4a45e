// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/noc_run.h"

#include <algorithm>
#include <ctime>
#include <memory>
#include <queue>
#include <tuple>
#include <utility>

#include "core/diagnostics.h"
#include "core/energy.h"
#include "interconnect/flit_network.h"
#include "interconnect/ideal_network.h"
#include "interconnect/packet_network.h"
#include "interconnect/static_energy.h"

namespace strata::platform {

using interconnect::Link;
using interconnect::LinkId;
using interconnect::NetworkBase;
using interconnect::PacketRecord;
using interconnect::RouterId;
using interconnect::Topology;
using interconnect::Transfer;

namespace {

double cpu_s() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

class NocRun : public interconnect::PacketObserver {
   public:
    NocRun(const interconnect::NocConfig& noc, const Topology& topology,
           const interconnect::RoutingTable& routing, const NocTraffic& traffic,
           const NocGrid& grid, double rate);
    void run();
    NocMeasurement result();

    void delivered(const PacketRecord& record) override;

   private:
    struct Reply {
        core::Ps time;
        std::int32_t source;
        std::int32_t target;
        core::Ps since;  // of the request

        friend bool operator>(const Reply& a, const Reply& b) {
            return std::tie(a.time, a.source, a.target, a.since) >
                   std::tie(b.time, b.source, b.target, b.since);
        }
    };

    void make_network(const interconnect::NocConfig& noc,
                      const interconnect::RoutingTable& routing);
    void send(core::Ps now, const NocPacket& packet, core::Ps since);
    void request(core::Ps now, std::int32_t source);
    void close_loop(const PacketRecord& record);
    void take_replies(core::Ps now);
    core::Ps next_source_event();
    void step_sources(core::Ps now);
    bool finished(core::Ps now) const;
    core::Ps zero_load_head(const PacketRecord& record);
    bool in_window(core::Ps time) const { return time >= begin_ && time < end_; }
    core::Ps at(NocCycle cycle) const { return clock_.time(cycle); }
    void add_loads(NocMeasurement& m) const;

    const Topology& topology_;
    const NocTraffic& traffic_;
    NocGrid grid_;
    double rate_;
    interconnect::CycleClock clock_;
    double period_;  // ps
    NocTrafficSource source_;
    core::EnergyLedger ledger_;
    std::unique_ptr<interconnect::NetworkEnergy> energy_;
    std::unique_ptr<NetworkBase> network_;
    const interconnect::FlitNetwork* flit_ = nullptr;  // network_, where it is one
    interconnect::Progress progress_;

    core::Ps begin_ = 0;  // measured window
    core::Ps end_ = 0;
    core::Ps limit_ = 0;
    core::Ps now_ = 0;
    NocPacket packet_;  // next of an open loop
    bool more_ = false;
    std::priority_queue<Reply, std::vector<Reply>, std::greater<>> replies_;
    bool uniform_;                     // ways of as many routers take as long
    std::vector<core::Ps> zero_load_;  // heads by routers visited; 0: not yet known

    Distribution latency_;
    Distribution network_latency_;
    Distribution round_trip_;
    core::Ps source_queue_ = 0;
    core::Ps head_ = 0;
    core::Ps body_ = 0;
    std::int64_t hops_ = 0;
    std::int64_t sent_ = 0;
    std::int64_t measured_sent_ = 0;
    std::int64_t measured_ = 0;
    std::int64_t delivered_ = 0;
    std::int64_t offered_flits_ = 0;
    std::int64_t accepted_flits_ = 0;
    std::int64_t waiting_at_end_ = -1;  // packets under way when the window closed
    double run_cpu_s_ = 0.0;
};

/// All routers alike, and all links of a kind.
bool is_uniform(const Topology& topology) {
    const auto& routers = topology.routers();
    const auto kind = [](const Link& link) { return link.from < 0 ? 0 : link.to < 0 ? 1 : 2; };
    const Link* first[3] = {};
    return std::all_of(routers.begin(), routers.end(),
                       [&](const interconnect::Router& router) {
                           return router.pipeline == routers.front().pipeline &&
                                  router.clock == routers.front().clock;
                       }) &&
           std::all_of(topology.links().begin(), topology.links().end(), [&](const Link& link) {
               const Link*& like = first[kind(link)];
               like = like == nullptr ? &link : like;
               return std::tie(link.clock, link.width, link.latency, link.flit_cycles,
                               link.extra_cycles) == std::tie(like->clock, like->width,
                                                              like->latency, like->flit_cycles,
                                                              like->extra_cycles);
           });
}

NocRun::NocRun(const interconnect::NocConfig& noc, const Topology& topology,
               const interconnect::RoutingTable& routing, const NocTraffic& traffic,
               const NocGrid& grid, double rate)
    : topology_(topology),
      traffic_(traffic),
      grid_(grid),
      rate_(rate),
      clock_(noc.clock),
      period_(static_cast<double>(core::kSecond) / static_cast<double>(noc.clock.hz)),
      source_(traffic, grid, rate),
      uniform_(is_uniform(topology)) {
    make_network(noc, routing);
    // A trace that gives no window is measured as a whole.
    const NocCycle longest = core::kNever / 4 / static_cast<NocCycle>(period_ + 1.0);
    const auto clip = [&](NocCycle cycles) { return at(std::min(cycles, longest)); };
    begin_ = clip(traffic.warmup_cycles);
    end_ = begin_ + clip(traffic.measure_cycles);
    limit_ = end_ + clip(traffic.drain_cycles);
}

void NocRun::make_network(const interconnect::NocConfig& noc,
                          const interconnect::RoutingTable& routing) {
    energy_ = std::make_unique<interconnect::NetworkEnergy>(topology_, ledger_);
    interconnect::NetworkOptions options;
    options.max_packet = 65'536 * noc.flit;  // what the traffic calls a packet is one
    options.energy = energy_.get();
    options.observer = this;
    options.vcs = noc.vcs / noc.classes;
    if (noc.model == "ideal") {
        network_ = std::make_unique<interconnect::IdealNetwork>(topology_, routing, options);
    } else if (noc.model == "packet") {
        network_ = std::make_unique<interconnect::PacketNetwork>(topology_, routing, options);
    } else {
        auto network = std::make_unique<interconnect::FlitNetwork>(topology_, routing, options,
                                                                   noc.flit_level());
        flit_ = network.get();
        network_ = std::move(network);
    }
}

void NocRun::send(core::Ps now, const NocPacket& packet, core::Ps since) {
    Transfer transfer;
    transfer.id = static_cast<std::uint64_t>(since);
    transfer.source = packet.source;
    transfer.target = packet.target;
    transfer.bytes = (packet.flits - 1) * topology_.flit();
    transfer.traffic_class = packet.traffic_class;
    network_->send(now, transfer);
    ++sent_;
    if (in_window(now)) {
        ++measured_sent_;
        offered_flits_ += packet.flits;
    }
}

void NocRun::request(core::Ps now, std::int32_t source) {
    NocPacket packet;
    packet.source = source;
    packet.target = source_.target(source);
    packet.flits = static_cast<std::int32_t>(traffic_.packet_flits);
    send(now, packet, now);
}

/// A request makes its target reply, a reply lets its node send the next request.
void NocRun::close_loop(const PacketRecord& record) {
    const Transfer& transfer = record.transfer;
    const auto since = static_cast<core::Ps>(transfer.id);
    if (transfer.traffic_class == 0) {
        const core::Ps ready = record.tail_arrived + at(traffic_.service_cycles);
        replies_.push({ready, transfer.target, transfer.source, since});
        return;
    }
    if (in_window(record.tail_arrived)) {
        round_trip_.add(record.tail_arrived - since);
    }
    replies_.push({record.tail_arrived, transfer.target, -1, 0});
}

void NocRun::delivered(const PacketRecord& record) {
    ++delivered_;
    accepted_flits_ += in_window(record.tail_arrived) ? record.flits : 0;
    if (traffic_.closed_loop()) {
        close_loop(record);
    }
    if (!in_window(record.sent)) {
        return;
    }
    ++measured_;
    const core::Ps head = zero_load_head(record);
    latency_.add(record.tail_arrived - record.sent);
    network_latency_.add(record.tail_arrived - record.injected);
    source_queue_ += record.injected - record.sent;
    head_ += head;
    body_ += at(record.flits - 1);
    hops_ += record.routers - 1;
}

core::Ps NocRun::zero_load_head(const PacketRecord& record) {
    Transfer head = record.transfer;
    head.bytes = 0;
    if (!uniform_) {
        return network_->zero_load_latency(head);
    }
    const auto routers = static_cast<std::size_t>(record.routers);
    if (routers >= zero_load_.size()) {
        zero_load_.resize(routers + 1);
    }
    if (zero_load_[routers] == 0) {
        zero_load_[routers] = network_->zero_load_latency(head);
    }
    return zero_load_[routers];
}

core::Ps NocRun::next_source_event() {
    const core::Ps reply = replies_.empty() ? core::kNever : replies_.top().time;
    return more_ ? std::min(reply, at(packet_.cycle)) : reply;
}

void NocRun::take_replies(core::Ps now) {
    while (!replies_.empty() && replies_.top().time <= now) {
        const Reply reply = replies_.top();
        replies_.pop();
        if (reply.target < 0) {
            request(now, reply.source);
            continue;
        }
        NocPacket packet;
        packet.source = reply.source;
        packet.target = reply.target;
        packet.flits = static_cast<std::int32_t>(traffic_.reply_flits);
        packet.traffic_class = 1;
        send(now, packet, reply.since);
    }
}

void NocRun::step_sources(core::Ps now) {
    take_replies(now);
    while (more_ && at(packet_.cycle) <= now) {
        send(now, packet_, now);
        more_ = source_.next(packet_);
    }
}

bool NocRun::finished(core::Ps now) const {
    return now >= end_ && (measured_ == measured_sent_ || now >= limit_);
}

void NocRun::run() {
    const double before = cpu_s();
    for (std::int64_t i = 0; i < traffic_.outstanding; ++i) {
        for (std::int32_t node = 0; node < grid_.nodes(); ++node) {
            request(0, node);
        }
    }
    more_ = !traffic_.closed_loop() && source_.next(packet_);
    while (true) {
        // Replies are made on the way, so a closed loop goes from event to event.
        core::Ps next = next_source_event();
        if (!more_) {
            next = std::min(next, network_->next_event());
        }
        if (waiting_at_end_ < 0 && next >= end_) {
            waiting_at_end_ = sent_ - delivered_;
        }
        if (next == core::kNever || finished(next)) {
            break;
        }
        now_ = next;
        network_->advance(next, progress_);
        progress_.clear();
        step_sources(next);
    }
    run_cpu_s_ = cpu_s() - before;
    if (network_->next_event() == core::kNever && network_->in_flight() > 0) {
        throw core::ModelError("the network stands still: " + network_->describe_state());
    }
}

void NocRun::add_loads(NocMeasurement& m) const {
    const double cycles = std::max(1.0, static_cast<double>(m.cycles));
    for (LinkId id = 0; id < static_cast<LinkId>(topology_.links().size()); ++id) {
        const Link& link = topology_.link(id);
        if (link.from < 0 || link.to < 0) {
            continue;
        }
        const double busy = static_cast<double>(network_->link_busy(id)) / period_;
        m.links.push_back({link.name, busy / cycles, network_->link_flits(id)});
    }
    for (RouterId id = 0; id < static_cast<RouterId>(topology_.routers().size()); ++id) {
        const interconnect::Router& router = topology_.router(id);
        const std::int64_t flits = network_->router_flits(id);
        const double outputs = std::max(1.0, static_cast<double>(router.outputs.size()));
        m.flit_hops += flits;
        m.routers.push_back({router.name, router.x, router.y,
                             static_cast<double>(flits) / cycles / outputs,
                             flit_ != nullptr ? flit_->mean_occupancy(id) : 0.0, flits});
    }
    for (const core::EnergyLedger::EventTotal& event : ledger_.events()) {
        (event.name.rfind("link_", 0) == 0 ? m.link_pj : m.router_pj) += event.pj;
    }
}

NocMeasurement NocRun::result() {
    std::vector<const interconnect::FlitNetwork*> gated;
    if (flit_ != nullptr) {
        gated.push_back(flit_);
    }
    interconnect::StaticEnergy(topology_, ledger_, 1).settle(now_, gated);
    NocMeasurement m;
    m.rate = rate_;
    m.packets = measured_;
    m.all_packets = delivered_;
    m.cycles = clock_.at_or_after(now_);
    const double count = std::max(1.0, static_cast<double>(measured_)) * period_;
    m.source_queue = static_cast<double>(source_queue_) / count;
    m.head = static_cast<double>(head_) / count;
    m.serialisation = static_cast<double>(body_) / count;
    // Waiting is never negative; rounding may be.
    m.contention = std::max(0.0, network_latency_.mean() / period_ - m.head - m.serialisation);
    m.hops_mean = static_cast<double>(hops_) * period_ / count;
    const core::Ps window = std::max<core::Ps>(1, std::min(end_, now_) - begin_);
    const double node_cycles = static_cast<double>(window) / period_ * grid_.nodes();
    m.offered_rate = static_cast<double>(offered_flits_) / node_cycles;
    m.accepted_rate = static_cast<double>(accepted_flits_) / node_cycles;
    // A short window ends with packets under way; two per node are no sign of saturation.
    constexpr double kAccepted = 0.97;
    const bool left_over = measured_ < measured_sent_;
    m.saturated = !traffic_.closed_loop() && !traffic_.trace() &&
                  (left_over || (m.accepted_rate < kAccepted * m.offered_rate &&
                                 waiting_at_end_ > 2 * grid_.nodes()));
    m.packet_latency = latency_.summary(period_);
    m.network_latency = network_latency_.summary(period_);
    m.round_trip_mean = round_trip_.mean() / period_;
    m.round_trips = static_cast<std::int64_t>(round_trip_.size());
    m.run_cpu_s = run_cpu_s_;
    add_loads(m);
    return m;
}

}  // namespace

const NocLinkLoad* NocMeasurement::busiest() const {
    const auto most = std::max_element(
        links.begin(), links.end(),
        [](const NocLinkLoad& a, const NocLinkLoad& b) { return a.utilisation < b.utilisation; });
    return most == links.end() ? nullptr : &*most;
}

NocMeasurement run_noc(const interconnect::NocConfig& noc, const Topology& topology,
                       const interconnect::RoutingTable& routing, const NocTraffic& traffic,
                       const NocGrid& grid, double rate) {
    NocRun run(noc, topology, routing, traffic, grid, rate);
    run.run();
    return run.result();
}

}  // namespace strata::platform
