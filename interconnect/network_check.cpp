// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/network_check.h"

#include <optional>

#include "core/diagnostics.h"
#include "interconnect/deadlock_check.h"

namespace strata::interconnect {
namespace {

struct Complaint {
    std::string key;
    std::string message;
};

std::optional<Complaint> find_down_links(const Topology& topology, const NocConfig& noc,
                                         std::vector<LinkId>& down) {
    std::vector<std::string> names;
    for (const Link& link : topology.links()) {
        if (link.from >= 0 && link.to >= 0) {
            names.push_back(link.name);
        }
    }
    for (const std::string& name : noc.faults.down) {
        const LinkId link = topology.find_link(name);
        if (link < 0 || topology.link(link).port >= 0) {
            const std::string hint = core::closest(name, names);
            return Complaint{"faults", "no link '" + name + "'" +
                                           (hint.empty() ? "" : ", did you mean '" + hint + "'?")};
        }
        down.push_back(link);
    }
    return {};
}

std::optional<Complaint> check_classes(const Topology& topology, const RoutingTable& routing,
                                       const NocConfig& noc) {
    if (noc.classes < noc.message_classes) {
        const auto circle = find_deadlock(topology, routing, true);
        if (!circle.empty()) {
            return Complaint{"classes", "requests and responses in the same VCs may deadlock: " +
                                            describe(topology, circle)};
        }
    }
    if (noc.native_collectives && (routing.adaptive() || routing.planes() > 1)) {
        return Complaint{"collectives",
                         "native needs a routing with one way for each pair, not " + noc.routing};
    }
    const int parts = noc.classes * routing.vc_classes();
    if (noc.model == "flit" && noc.vcs % parts != 0) {
        return Complaint{"vcs", "expected a multiple of " + std::to_string(parts) + ", for " +
                                    std::to_string(noc.classes) + " message classes and " +
                                    std::to_string(routing.vc_classes()) +
                                    " classes of the routing, got " + std::to_string(noc.vcs)};
    }
    return {};
}

std::optional<Complaint> find_routes(const Topology& topology, const NocConfig& noc,
                                     std::optional<RoutingTable>& routing) {
    std::vector<LinkId> down;
    if (auto complaint = find_down_links(topology, noc, down)) {
        return complaint;
    }
    try {
        routing.emplace(topology, noc.routing, down);
    } catch (const core::UserError& error) {
        return Complaint{noc.routing == "table" ? "table" : "routing", error.what()};
    }
    return check_classes(topology, *routing, noc);
}

}  // namespace

RoutingTable make_routing(const Topology& topology, const NocConfig& noc) {
    std::optional<RoutingTable> routing;
    if (const auto complaint = find_routes(topology, noc, routing)) {
        throw core::UserError("noc." + complaint->key + ": " + complaint->message);
    }
    return std::move(*routing);
}

void check_network(core::Section& section, const Topology& topology, const NocConfig& noc) {
    std::optional<RoutingTable> routing;
    if (const auto complaint = find_routes(topology, noc, routing)) {
        section.error(complaint->key, complaint->message);
    }
}

}  // namespace strata::interconnect
