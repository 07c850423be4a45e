// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/topology_family.h"

#include "core/diagnostics.h"

namespace strata::interconnect {

const std::vector<TopologyFamily>& topology_families() {
    static const std::vector<TopologyFamily> families = {
        mesh_family(),     cmesh_family(),    torus_family(), ring_family(),
        crossbar_family(), fat_tree_family(), table_family()};
    return families;
}

const TopologyFamily& topology_family(const std::string& name) {
    for (const TopologyFamily& family : topology_families()) {
        if (name == family.name) {
            return family;
        }
    }
    throw core::ModelError("topology: no family '" + name + "'");
}

std::vector<std::string> topology_names() {
    std::vector<std::string> names;
    for (const TopologyFamily& family : topology_families()) {
        names.emplace_back(family.name);
    }
    return names;
}

}  // namespace strata::interconnect
