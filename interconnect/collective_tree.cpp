// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/collective_tree.h"

#include <algorithm>

#include "core/diagnostics.h"

namespace strata::interconnect {
namespace {

void check_ports(const Topology& topology, std::vector<PortId> ports) {
    std::sort(ports.begin(), ports.end());
    if (ports.empty() || ports.front() < 0 ||
        ports.back() >= static_cast<PortId>(topology.ports().size()) ||
        std::adjacent_find(ports.begin(), ports.end()) != ports.end()) {
        throw core::ModelError("network: a collective needs one or more ports, each once");
    }
}

}  // namespace

CollectiveTree::CollectiveTree(const Topology& topology, RouterId root, LinkId port_link)
    : index_(topology.routers().size(), -1) {
    nodes_.push_back({root, {port_link, 0, -1}, {}});
    index_[static_cast<std::size_t>(root)] = 0;
}

std::int32_t CollectiveTree::grow(std::int32_t parent, RouterId router, const Hop& hop) {
    const auto node = static_cast<std::int32_t>(nodes_.size());
    nodes_[static_cast<std::size_t>(parent)].branches.push_back({hop.link, hop.vc_class, node});
    nodes_.push_back({router, {hop.link, hop.vc_class, parent}, {}});
    index_[static_cast<std::size_t>(router)] = node;
    return node;
}

/// One more route comes to `node` by `hop`.
void CollectiveTree::share(std::int32_t node, const Hop& hop, const RoutingTable& routing) {
    Branch& trunk = nodes_[static_cast<std::size_t>(node)].trunk;
    if (trunk.link != hop.link) {
        return;
    }
    trunk.vc_class = static_cast<std::uint8_t>(routing.farther_class(trunk.vc_class, hop.vc_class));
    for (Branch& branch : nodes_[static_cast<std::size_t>(trunk.node)].branches) {
        branch.vc_class = branch.node == node ? trunk.vc_class : branch.vc_class;
    }
}

void CollectiveTree::attach(std::int32_t node, LinkId port_link) {
    nodes_[static_cast<std::size_t>(node)].branches.push_back({port_link, 0, -1});
}

CollectiveTree CollectiveTree::multicast(const Topology& topology, const RoutingTable& routing,
                                         PortId source, const std::vector<PortId>& targets) {
    check_ports(topology, targets);
    check_ports(topology, {source});
    const Port& from = topology.port(source);
    CollectiveTree tree(topology, from.router, from.injection);
    std::vector<Hop> way;  // from the last router that the tree has already
    for (const PortId target : targets) {
        const Port& to = topology.port(target);
        way.clear();
        std::int32_t node = 0;
        for (RouterId at = from.router; at != to.router;) {
            const Hop hop = routing.next(at, to.router);
            at = topology.link(hop.link).to;
            way.push_back(hop);
            if (tree.find(at) >= 0) {
                node = tree.find(at);
                tree.share(node, hop, routing);
                way.clear();
            }
        }
        for (const Hop& hop : way) {
            node = tree.grow(node, topology.link(hop.link).to, hop);
        }
        tree.attach(node, to.ejection);
    }
    return tree;
}

CollectiveTree CollectiveTree::reduction(const Topology& topology, const RoutingTable& routing,
                                         const std::vector<PortId>& sources, PortId root) {
    check_ports(topology, sources);
    check_ports(topology, {root});
    const Port& to = topology.port(root);
    CollectiveTree tree(topology, to.router, to.ejection);
    std::vector<Hop> way;
    for (const PortId source : sources) {
        const Port& from = topology.port(source);
        way.clear();
        RouterId at = from.router;
        while (tree.find(at) < 0) {
            way.push_back(routing.next(at, to.router));
            at = topology.link(way.back().link).to;
        }
        std::int32_t node = tree.find(at);
        for (auto hop = way.rbegin(); hop != way.rend(); ++hop) {
            node = tree.grow(node, topology.link(hop->link).from, *hop);
        }
        tree.attach(node, from.injection);
    }
    return tree;
}

}  // namespace strata::interconnect
