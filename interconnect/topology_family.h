// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The networks that `noc.topology` names. A family makes one Group of routers and links and says at
// which router each endpoint attaches; ports are the caller's business.
//
// mesh, cmesh  columns × rows of routers, `concentration` endpoints each (cmesh: 4 by default), as
//              tiles as square as can be of a grid of endpoints
// torus        the same, closed in every dimension of 3 or more; folded, so each of its links is
//              twice as long as a mesh's
// ring         one closed row
// crossbar     one router with all endpoints
// fat_tree     k-ary n-tree (Petrini & Vanneschi 1997): n levels of k^(n-1) routers, k endpoints at
//              each leaf
// table        any graph: routers, links, endpoints by name (graph_config.h)
// Not modelled: the length of wires beyond `hop_length` per link (a table: `length`), the slower
// arbitration of a crossbar with many ports.

#include <string>
#include <vector>

#include "interconnect/topology.h"

namespace strata::interconnect {

struct NocConfig;

struct TopologyFamily {
    const char* name;
    const char* dims;                   ///< what `dims` holds, for messages; empty: nothing
    std::vector<std::string> routings;  ///< the first is the default
    int concentration;                  ///< default

    /// What is wrong with `dims` and `concentration`; empty: nothing.
    std::string (*check)(const NocConfig& noc);
    /// `dims` for a grid of endpoints; empty: there are none.
    std::vector<int> (*fit)(const NocConfig& noc, int columns, int rows);
    /// Adds the network, its routers named `prefix.…`, charged to energy block `block`.
    GroupId (*build)(Topology& topology, const std::string& prefix, const NocConfig& noc,
                     const std::string& block);
};

const std::vector<TopologyFamily>& topology_families();
/// ModelError when there is none of that name.
const TopologyFamily& topology_family(const std::string& name);
std::vector<std::string> topology_names();

// One per file topology_<family>.cpp.
TopologyFamily mesh_family();
TopologyFamily cmesh_family();
TopologyFamily torus_family();
TopologyFamily ring_family();
TopologyFamily crossbar_family();
TopologyFamily fat_tree_family();
TopologyFamily table_family();

}  // namespace strata::interconnect
