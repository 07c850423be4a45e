// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/local_routing.h"

#include <algorithm>

#include "core/diagnostics.h"

namespace strata::interconnect {
namespace {

/// Algorithms for any group, in the order of preference.
constexpr const char* kGraphAlgorithms[] = {"shortest", "up_down"};

std::vector<std::string> own_names(GroupKind kind) {
    switch (kind) {
        case GroupKind::kMesh:
            return {"xy", "yx", "adaptive_west_first", "adaptive_odd_even", "o1turn"};
        case GroupKind::kTorus:
            return {"xy", "yx"};
        case GroupKind::kFatTree:
            return {"nca"};
        case GroupKind::kGraph:
        case GroupKind::kRouter:
            break;
    }
    return {};
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

void check_fits(const std::string& algorithm, const Group& group) {
    if (!contains(routing_names(), algorithm)) {
        const std::string hint = core::closest(algorithm, routing_names());
        throw core::UserError("unknown routing '" + algorithm + "'" +
                              (hint.empty() ? "" : ", did you mean '" + hint + "'?"));
    }
    const std::vector<std::string> fitting = routing_names(group.kind);
    if (!contains(fitting, algorithm)) {
        throw core::UserError("routing '" + algorithm + "' does not fit '" + group.name +
                              "'; expected one of " + joined(fitting));
    }
}

}  // namespace

std::vector<std::string> routing_names() {
    std::vector<std::string> names = routing_names(GroupKind::kMesh);
    for (const GroupKind kind : {GroupKind::kFatTree, GroupKind::kGraph}) {
        for (const std::string& name : routing_names(kind)) {
            if (!contains(names, name)) {
                names.push_back(name);
            }
        }
    }
    return names;
}

std::vector<std::string> routing_names(GroupKind kind) {
    if (kind == GroupKind::kRouter) {
        return routing_names();  // nothing to decide
    }
    std::vector<std::string> names = own_names(kind);
    names.insert(names.end(), std::begin(kGraphAlgorithms), std::end(kGraphAlgorithms));
    if (kind == GroupKind::kGraph) {
        names.emplace_back("table");
    }
    return names;
}

std::unique_ptr<LocalRouting> make_local_routing(const std::string& algorithm,
                                                 const Topology& topology, GroupId group,
                                                 const std::vector<char>& down) {
    const Group& shape = topology.group(group);
    check_fits(algorithm, shape);
    if (!contains(own_names(shape.kind), algorithm)) {
        return make_graph_routing(algorithm, topology, group, down);
    }
    switch (shape.kind) {
        case GroupKind::kMesh:
            return make_mesh_routing(algorithm, topology, group);
        case GroupKind::kTorus:
            return make_torus_routing(algorithm, topology, group);
        default:
            return make_tree_routing(topology, group);
    }
}

}  // namespace strata::interconnect
