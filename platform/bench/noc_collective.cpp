// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/noc_collective.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "core/diagnostics.h"
#include "interconnect/flit_network.h"
#include "interconnect/ideal_network.h"
#include "interconnect/packet_network.h"

namespace strata::platform {

using interconnect::LinkId;
using interconnect::NetworkBase;
using interconnect::NetworkOptions;
using interconnect::PortId;
using interconnect::Topology;
using interconnect::Transfer;
using nlohmann::ordered_json;

namespace {

using Kind = NocCollective::Kind;

constexpr const char* kNames[] = {"", "broadcast", "all_reduce", "all_gather"};

std::unique_ptr<NetworkBase> make_network(const interconnect::NocConfig& noc,
                                          const Topology& topology,
                                          const interconnect::RoutingTable& routing,
                                          const NetworkOptions& options) {
    if (noc.model == "ideal") {
        return std::make_unique<interconnect::IdealNetwork>(topology, routing, options);
    }
    if (noc.model == "packet") {
        return std::make_unique<interconnect::PacketNetwork>(topology, routing, options);
    }
    return std::make_unique<interconnect::FlitNetwork>(topology, routing, options,
                                                       noc.flit_level());
}

class CollectiveRun {
   public:
    CollectiveRun(const NocCollective& collective, core::Bytes flit, NetworkBase& network);
    /// Time of the last delivery.
    core::Ps run();

   private:
    // A transfer's id: packet · 2, and 1 for an all-reduce's way to the root.
    static constexpr std::uint64_t kGather = 1;

    void spread(core::Ps now, std::size_t from, std::uint64_t packet);
    void gather(std::uint64_t packet);
    void arrived(const interconnect::Delivery& delivery);
    void send(core::Ps now, Transfer transfer, interconnect::CollectiveId group);
    bool roots_all() const { return collective_.kind == Kind::kAllGather; }

    const NocCollective& collective_;
    NetworkBase& network_;
    core::Bytes packet_bytes_;
    std::uint64_t packets_;
    std::vector<PortId> ports_;
    std::vector<interconnect::CollectiveId> spread_groups_;  // by source; empty: unicast
    interconnect::CollectiveId reduction_ = -1;
    std::vector<std::size_t> parts_left_;  // by packet: deliveries to come at the root
};

CollectiveRun::CollectiveRun(const NocCollective& collective, core::Bytes flit,
                             NetworkBase& network)
    : collective_(collective),
      network_(network),
      packet_bytes_((collective.packet_flits - 1) * flit),
      packets_(static_cast<std::uint64_t>(core::ceil_div(collective.bytes, packet_bytes_))) {
    for (const std::int64_t participant : collective.participants) {
        ports_.push_back(static_cast<PortId>(participant));
    }
    parts_left_.assign(packets_, collective.native ? 1 : ports_.size() - 1);
    if (!collective.native) {
        return;
    }
    for (std::size_t i = 0; i < (roots_all() ? ports_.size() : 1); ++i) {
        std::vector<PortId> others = ports_;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
        spread_groups_.push_back(network.add_multicast(ports_[i], others));
    }
    if (collective.kind == Kind::kAllReduce) {
        reduction_ = network.add_reduction({ports_.begin() + 1, ports_.end()}, ports_.front());
    }
}

void CollectiveRun::send(core::Ps now, Transfer transfer, interconnect::CollectiveId group) {
    const auto packet = static_cast<core::Bytes>(transfer.id / 2);
    transfer.bytes = std::min(packet_bytes_, collective_.bytes - packet * packet_bytes_);
    transfer.group = group;
    network_.send(now, transfer);
}

void CollectiveRun::spread(core::Ps now, std::size_t from, std::uint64_t packet) {
    if (collective_.native) {
        send(now, {2 * packet, ports_[from], 0, 0}, spread_groups_[from]);
        return;
    }
    for (std::size_t i = 1; i < ports_.size(); ++i) {
        send(now, {2 * packet, ports_[from], ports_[(from + i) % ports_.size()], 0}, -1);
    }
}

void CollectiveRun::gather(std::uint64_t packet) {
    for (std::size_t i = 1; i < ports_.size(); ++i) {
        send(0, {2 * packet + kGather, ports_[i], ports_.front(), 0}, reduction_);
    }
}

void CollectiveRun::arrived(const interconnect::Delivery& delivery) {
    const std::uint64_t packet = delivery.id / 2;
    if (delivery.id % 2 == kGather && --parts_left_[packet] == 0) {
        spread(delivery.time, 0, packet);
    }
}

core::Ps CollectiveRun::run() {
    for (std::uint64_t packet = 0; packet < packets_; ++packet) {
        if (collective_.kind == Kind::kAllReduce) {
            gather(packet);
            continue;
        }
        for (std::size_t from = 0; from < (roots_all() ? ports_.size() : 1); ++from) {
            spread(0, from, packet);
        }
    }
    core::Ps last = 0;
    interconnect::Progress progress;
    while (network_.next_event() != core::kNever) {
        network_.advance(network_.next_event(), progress);
        for (const interconnect::Delivery& delivery : progress.delivered) {
            last = std::max(last, delivery.time);
            arrived(delivery);
        }
        progress.clear();
    }
    if (network_.in_flight() > 0) {
        throw core::ModelError("the network stands still: " + network_.describe_state());
    }
    return last;
}

/// Loads of the links that leave a router, ejection included.
void add_loads(ordered_json& result, const NetworkBase& network, const Topology& topology,
               std::int64_t cycles) {
    std::int64_t flit_hops = 0;
    LinkId busiest = 0;
    ordered_json links = ordered_json::object();
    for (LinkId id = 0; id < static_cast<LinkId>(topology.links().size()); ++id) {
        const std::int64_t flits = network.link_flits(id);
        flit_hops += topology.link(id).from >= 0 ? flits : 0;
        busiest = flits > network.link_flits(busiest) ? id : busiest;
        if (flits > 0) {
            links[topology.link(id).name] = flits;
        }
    }
    const std::int64_t most = network.link_flits(busiest);
    result["flit_hops"] = flit_hops;
    result["busiest_link"] = {
        {"name", topology.link(busiest).name},
        {"flits", most},
        {"utilisation", static_cast<double>(most) / static_cast<double>(cycles)}};
    result["link_flits"] = links;
}

}  // namespace

std::vector<std::string> NocCollective::names() {
    return {std::begin(kNames) + 1, std::end(kNames)};
}

NocCollective NocCollective::parse(core::Section& section) {
    NocCollective result;
    const std::string pattern = section.string("pattern", "uniform");
    const auto known = std::find(std::begin(kNames) + 1, std::end(kNames), pattern);
    if (known == std::end(kNames)) {
        return result;
    }
    result.kind = static_cast<Kind>(known - std::begin(kNames));
    result.native = section.choice("collective", {"native", "unicast"}, "native") == "native";
    result.bytes = section.size("bytes", result.bytes);
    result.packet_flits = section.integer("packet_flits", result.packet_flits, {2, 65'536});
    result.participants = section.integers("participants", std::vector<std::int64_t>{}, {0, 1e9});
    return result;
}

void NocCollective::check(core::Section& section, const interconnect::NocConfig& noc) {
    const Topology topology = make_topology(noc);
    const auto nodes = static_cast<std::int64_t>(topology.ports().size());
    if (participants.empty()) {
        participants.resize(static_cast<std::size_t>(nodes));
        std::iota(participants.begin(), participants.end(), 0);
    }
    std::vector<std::int64_t> sorted = participants;
    std::sort(sorted.begin(), sorted.end());
    if (sorted.size() < 2 || sorted.back() >= nodes ||
        std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
        section.error(
            "participants",
            fmt::format("expected two or more of the endpoints 0..{}, each once", nodes - 1));
    }
    if (bytes <= 0 || bytes > core::kGiB) {
        section.error("bytes", "expected 1B..1GiB");
    }
    if (native && (noc.model == "ideal" || noc.routing.rfind("adaptive", 0) == 0 ||
                   noc.routing == "o1turn")) {
        section.error("collective",
                      "native collectives need the packet or flit level and a routing of one path");
    }
    if (native && noc.model == "flit" && packet_flits > noc.buffer_flits) {
        section.error("packet_flits",
                      fmt::format("packets of native collectives must fit a buffer: expected "
                                  "2..{} (noc.buffer_flits), got {}",
                                  noc.buffer_flits, packet_flits));
    }
}

ordered_json run_collective(const NocCollective& collective, const interconnect::NocConfig& noc,
                            const Topology& topology, const interconnect::RoutingTable& routing) {
    core::EnergyLedger ledger;
    interconnect::NetworkEnergy energy(topology, ledger);
    NetworkOptions options;
    options.max_packet = 65'536 * noc.flit;
    options.energy = &energy;
    options.vcs = noc.vcs / noc.classes;
    options.reduce_cycles = collective.reduce_cycles;
    options.reduce_rounds = collective.reduce_rounds;
    const auto network = make_network(noc, topology, routing, options);
    const core::Ps end = CollectiveRun(collective, noc.flit, *network).run();
    const std::int64_t cycles = interconnect::CycleClock(noc.clock).at_or_after(end);
    ordered_json result;
    result["sim_time_ns"] = static_cast<double>(end) * 1e-3;
    result["pattern"] = kNames[static_cast<int>(collective.kind)];
    result["collective"] = collective.native ? "native" : "unicast";
    result["participants"] = collective.participants.size();
    result["bytes"] = collective.bytes;
    result["completion_cycles"] = cycles;
    add_loads(result, *network, topology, cycles);
    double pj = 0.0;
    for (const core::EnergyLedger::EventTotal& event : ledger.events()) {
        pj += event.pj;
    }
    result["energy_pj"] = {{"total", pj}};
    return result;
}

std::string collective_text(const ordered_json& result) {
    const ordered_json& busiest = result["busiest_link"];
    return fmt::format(
        "{}, {} level: {} of {} bytes by {} among {} endpoints: {} cycles\n"
        "{} flit-hops; busiest link {}: {} flits, {:.1f} % busy; energy {:.3f} uJ\n",
        result["case"].get<std::string>(), result["model"].get<std::string>(),
        result["pattern"].get<std::string>(), result["bytes"].get<std::int64_t>(),
        result["collective"].get<std::string>(), result["participants"].get<std::int64_t>(),
        result["completion_cycles"].get<std::int64_t>(), result["flit_hops"].get<std::int64_t>(),
        busiest["name"].get<std::string>(), busiest["flits"].get<std::int64_t>(),
        100.0 * busiest["utilisation"].get<double>(),
        result["energy_pj"]["total"].get<double>() * 1e-6);
}

}  // namespace strata::platform
