// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The graph of the interconnect: routers, links between them, and ports where endpoints attach.
//
// Modelled: one link type for on-die, die-to-die, SIP and PCIe links, each with its own width,
// clock and latency; networks (mesh, torus, …, see topology_family.h) as groups of routers, joined
// by any links; an injection and an ejection link per port, as wide as a flit and in the router's
// clock; clock domains whose frequency changes during the run. Not modelled: wires and repeaters
// one by one, link retraining. Timings: the reference router of the field (BookSim 2): routing 0,
// VC allocation 1, switch allocation 1, traversal 1, link 1, injection 1, ejection 1 cycle. Units:
// widths in bytes per link cycle; latencies in ps.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/units.h"
#include "interconnect/cycle_clock.h"

namespace strata::core {
class Section;
}

namespace strata::interconnect {

using RouterId = std::int32_t;
using LinkId = std::int32_t;
using PortId = std::int32_t;
using GroupId = std::int32_t;

struct LinkConfig {
    std::string name;        ///< suffix of the link's name, e.g. `d2d`; may be empty
    core::Bytes width = 32;  ///< bytes per cycle
    core::Frequency clock{1'000'000'000};
    int cycles = 1;        ///< link cycles a flit takes when it fits the width
    core::Ps latency = 0;  ///< on top, e.g. adapter and PHY
    double pj_per_bit = 0.0;
    double static_w = 0.0;     ///< per direction
    bool shared = false;       ///< requests and responses share the wires
    std::string block;         ///< energy block; empty: the sending router's
    std::string clock_domain;  ///< empty: a clock that never changes

    /// Reads `width, clock, cycles, latency, energy_per_bit` over `defaults` and closes the
    /// mapping.
    static LinkConfig parse(core::Section section, const LinkConfig& defaults);
};

// Defaults of the links that leave a die; sources beside the values.
LinkConfig die_to_die_link();
LinkConfig sip_link();
LinkConfig pcie_link();

struct RouterConfig {
    core::Frequency clock{1'000'000'000};
    int pipeline = 3;  ///< cycles from a head's arrival to its first cycle on the link
    int injection_cycles = 1;
    int ejection_cycles = 1;
    double pj_per_flit = 0.0;  ///< buffer write and read, crossbar, arbitration
    double static_w = 0.0;
    std::string block = "noc";  ///< energy block
    std::string clock_domain;   ///< empty: a clock that never changes
};

struct Router {
    std::string name;
    GroupId group = -1;
    int x = 0;  ///< mesh coordinates; 0 outside a mesh
    int y = 0;
    std::int32_t clock = 0;  ///< index into Topology::clocks
    int pipeline = 3;
    std::vector<LinkId> inputs;
    std::vector<LinkId> outputs;
    RouterConfig config;
};

/// A unidirectional link. Injection links have no `from`, ejection links no `to`.
struct Link {
    RouterId from = -1;
    RouterId to = -1;
    std::int32_t clock = 0;         ///< index into Topology::clocks
    std::int32_t flit_cycles = 1;   ///< link cycles that one flit occupies
    std::int32_t extra_cycles = 0;  ///< from the end of a flit's transmission to its arrival
    std::int32_t input = 0;         ///< index among the inputs of `to`
    bool shared = false;
    core::Bytes width = 32;
    core::Ps latency = 0;
    PortId port = -1;  ///< of an injection or ejection link
    double pj_per_bit = 0.0;
    double static_w = 0.0;
    std::string name;
    std::string block;
};

struct Port {
    std::string name;
    RouterId router = -1;
    LinkId injection = -1;
    LinkId ejection = -1;
};

/// How the routers of a group are joined; decides which routing algorithms fit.
enum class GroupKind {
    kRouter,   ///< one router alone (IO die, host, crossbar)
    kMesh,     ///< nx columns, ny rows; (x, y) joined to its neighbours
    kTorus,    ///< the same, closed in every dimension of 3 or more; a ring is one of one row
    kFatTree,  ///< nx-ary ny-tree; a router's x is its number within level y, level 0 at the leaves
    kGraph,    ///< any
};

/// At router `at`, packets for router `to` take `link`.
struct Route {
    RouterId at = -1;
    RouterId to = -1;
    LinkId link = -1;
};

/// A network of its own. Packets between two of its routers stay inside it.
struct Group {
    std::string name;
    GroupKind kind = GroupKind::kRouter;
    int nx = 1;
    int ny = 1;
    std::vector<RouterId> routers;    ///< mesh, torus, tree: y * (routers per y) + x
    std::vector<RouterId> endpoints;  ///< router where endpoint i attaches
    int columns = 1;                  ///< of the grid of endpoints; rows = endpoints / columns
    std::vector<Route> routes;        ///< graph: what its table says, for `routing: table`
};

/// What a change of frequency replaced.
struct ClockChange {
    std::int32_t clock = 0;  ///< index into Topology::clocks
    CycleClock before;
};

class Topology {
   public:
    /// `flit` is the width of routers and ports, and the size of a packet's header.
    explicit Topology(core::Bytes flit);

    /// A router that is a group of its own (IO die, host, crossbar).
    RouterId add_router(const std::string& name, const RouterConfig& config);
    /// nx × ny routers named `prefix.r<x>_<y>`, neighbours joined by `link`, an endpoint at each.
    GroupId add_mesh(const std::string& prefix, int nx, int ny, const LinkConfig& link,
                     const RouterConfig& config);
    /// An empty group, to be filled with `add_router` and given its `endpoints`.
    GroupId add_group(const std::string& name, GroupKind kind, int nx, int ny);
    RouterId add_router(const std::string& name, GroupId group, int x, int y,
                        const RouterConfig& config);
    void set_endpoints(GroupId group, std::vector<RouterId> routers, int columns);
    void add_route(GroupId group, const Route& route);
    /// A pair of links, a → b and b → a; yields the first, the second has the next number.
    LinkId connect(RouterId a, RouterId b, const LinkConfig& config);
    /// One link a → b alone.
    LinkId connect_one_way(RouterId a, RouterId b, const LinkConfig& config);
    /// Attaches an endpoint. Port numbers count from 0 in the order of the calls.
    PortId add_port(const std::string& name, RouterId router);

    /// Runs the clocks of a domain at `ratio` > 0 of the frequencies they were made with, each from
    /// its next edge at or after `now` on. Tell the networks what it returns, one by one.
    std::vector<ClockChange> set_speed(const std::string& domain, double ratio, core::Ps now);

    /// Router at a position of a mesh or torus; ModelError outside it.
    RouterId mesh_router(GroupId group, int x, int y) const;
    /// Link called `name`; -1: none.
    LinkId find_link(const std::string& name) const;

    core::Bytes flit() const { return flit_; }
    const std::vector<Router>& routers() const { return routers_; }
    const std::vector<Link>& links() const { return links_; }
    const std::vector<Port>& ports() const { return ports_; }
    const std::vector<Group>& groups() const { return groups_; }
    const std::vector<CycleClock>& clocks() const { return clocks_; }

    const Group& group(GroupId id) const { return groups_[static_cast<std::size_t>(id)]; }
    const Router& router(RouterId id) const { return routers_[static_cast<std::size_t>(id)]; }
    const Link& link(LinkId id) const { return links_[static_cast<std::size_t>(id)]; }
    const Port& port(PortId id) const { return ports_[static_cast<std::size_t>(id)]; }
    const CycleClock& clock(std::int32_t id) const { return clocks_[static_cast<std::size_t>(id)]; }

   private:
    LinkId make_link(RouterId from, RouterId to, const LinkConfig& config, const std::string& name);
    std::int32_t clock_index(const std::string& domain, core::Frequency frequency);

    core::Bytes flit_;
    std::vector<Router> routers_;
    std::vector<Link> links_;
    std::vector<Port> ports_;
    std::vector<Group> groups_;
    std::vector<CycleClock> clocks_;
    struct ClockOrigin {
        std::string domain;
        core::Frequency frequency;
    };
    std::vector<ClockOrigin> origins_;  // by clock
};

}  // namespace strata::interconnect
