// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/topology.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/config.h"
#include "core/diagnostics.h"

namespace strata::interconnect {

LinkConfig LinkConfig::parse(core::Section section, const LinkConfig& defaults) {
    LinkConfig link = defaults;
    link.width = section.size("width", defaults.width, {1, 4096});
    link.clock = section.frequency("clock", defaults.clock);
    link.cycles = static_cast<int>(section.integer("cycles", defaults.cycles, {1, 1000}));
    link.latency = section.time("latency", defaults.latency);
    link.pj_per_bit = section.energy_pj("energy_per_bit", defaults.pj_per_bit);
    section.finish();
    return link;
}

LinkConfig die_to_die_link() {
    LinkConfig link;
    link.name = "d2d";
    link.width = 128;  // UCIe advanced package, one x64 module at 32 GT/s: 256 GB/s per direction
    link.clock = core::Frequency{2'000'000'000};
    link.latency = core::kNanosecond;  // UCIe: 2 ns round trip of adapter and PHY
    link.pj_per_bit = 0.3;             // UCIe 2.5D: 0.25–0.30 pJ/bit
    link.shared = true;
    return link;
}

LinkConfig sip_link() {
    LinkConfig link;
    link.name = "sip";
    link.width = 64;  // UCIe standard package, two x16 modules at 32 GT/s: 128 GB/s (assumption)
    link.clock = core::Frequency{2'000'000'000};
    link.latency = 2 * core::kNanosecond;  // twice a die-to-die hop: longer reach (assumption)
    link.pj_per_bit = 0.55;                // UCIe 2D: 0.5–0.6 pJ/bit
    link.shared = true;
    return link;
}

LinkConfig pcie_link() {
    LinkConfig link;
    link.name = "pcie";
    link.width = 64;  // PCIe 5.0 x16: 64 GB/s per direction
    link.clock = core::Frequency{1'000'000'000};
    link.latency = 100 * core::kNanosecond;  // 50–120 ns one way (assumption)
    link.pj_per_bit = 5.0;                   // SerDes 4–8 pJ/bit (assumption)
    link.shared = true;
    return link;
}

Topology::Topology(core::Bytes flit) : flit_(flit) {
    if (flit <= 0) {
        throw core::ModelError("topology: a flit has at least one byte");
    }
}

RouterId Topology::add_router(const std::string& name, const RouterConfig& config) {
    const GroupId group = add_group(name, GroupKind::kRouter, 1, 1);
    const RouterId id = add_router(name, group, 0, 0, config);
    set_endpoints(group, {id}, 1);
    return id;
}

GroupId Topology::add_group(const std::string& name, GroupKind kind, int nx, int ny) {
    if (nx < 1 || ny < 1) {
        throw core::ModelError("topology: network '" + name + "' is empty");
    }
    groups_.push_back({name, kind, nx, ny, {}, {}, 1, {}});
    return static_cast<GroupId>(groups_.size() - 1);
}

RouterId Topology::add_router(const std::string& name, GroupId group, int x, int y,
                              const RouterConfig& config) {
    Router made;
    made.name = name;
    made.group = group;
    made.x = x;
    made.y = y;
    made.clock = clock_index(config.clock_domain, config.clock);
    made.pipeline = config.pipeline;
    made.config = config;
    routers_.push_back(std::move(made));
    const auto id = static_cast<RouterId>(routers_.size() - 1);
    groups_.at(static_cast<std::size_t>(group)).routers.push_back(id);
    return id;
}

void Topology::set_endpoints(GroupId group, std::vector<RouterId> routers, int columns) {
    Group& changed = groups_.at(static_cast<std::size_t>(group));
    changed.endpoints = std::move(routers);
    changed.columns = columns;
}

void Topology::add_route(GroupId group, const Route& route) {
    groups_.at(static_cast<std::size_t>(group)).routes.push_back(route);
}

LinkId Topology::connect(RouterId a, RouterId b, const LinkConfig& config) {
    const LinkId forward = connect_one_way(a, b, config);
    connect_one_way(b, a, config);
    return forward;
}

LinkId Topology::connect_one_way(RouterId a, RouterId b, const LinkConfig& config) {
    const std::string suffix = config.name.empty() ? "" : "." + config.name;
    return make_link(a, b, config, router(a).name + "_to_" + router(b).name + suffix);
}

PortId Topology::add_port(const std::string& name, RouterId router_id) {
    const RouterConfig config = router(router_id).config;
    const auto id = static_cast<PortId>(ports_.size());
    LinkConfig link;
    link.width = flit_;
    link.clock = config.clock;
    link.clock_domain = config.clock_domain;
    link.cycles = config.injection_cycles;
    const LinkId injection = make_link(-1, router_id, link, name + ".injection");
    constexpr int kWireCycles = 1;  // next to its router, however far apart routers are
    link.cycles = kWireCycles + config.ejection_cycles;
    const LinkId ejection = make_link(router_id, -1, link, name + ".ejection");
    links_[static_cast<std::size_t>(injection)].port = id;
    links_[static_cast<std::size_t>(ejection)].port = id;
    ports_.push_back({name, router_id, injection, ejection});
    return id;
}

RouterId Topology::mesh_router(GroupId group, int x, int y) const {
    const Group& mesh = groups_.at(static_cast<std::size_t>(group));
    if (x < 0 || y < 0 || x >= mesh.nx || y >= mesh.ny) {
        throw core::ModelError("topology: no router (" + std::to_string(x) + ", " +
                               std::to_string(y) + ") in '" + mesh.name + "'");
    }
    return mesh.routers[static_cast<std::size_t>(y * mesh.nx + x)];
}

LinkId Topology::find_link(const std::string& name) const {
    const auto found = std::find_if(links_.begin(), links_.end(),
                                    [&](const Link& link) { return link.name == name; });
    return found == links_.end() ? -1 : static_cast<LinkId>(found - links_.begin());
}

LinkId Topology::make_link(RouterId from, RouterId to, const LinkConfig& config,
                           const std::string& name) {
    const auto id = static_cast<LinkId>(links_.size());
    if (id >= std::numeric_limits<std::uint16_t>::max()) {
        throw core::UserError("network: more than 65534 links");
    }
    Link made;
    made.from = from;
    made.to = to;
    made.clock = clock_index(config.clock_domain, config.clock);
    made.flit_cycles = static_cast<std::int32_t>(core::ceil_div(flit_, config.width));
    made.extra_cycles = config.cycles - 1;
    made.shared = config.shared;
    made.width = config.width;
    made.latency = config.latency;
    made.pj_per_bit = config.pj_per_bit;
    made.static_w = config.static_w;
    made.name = name;
    const RouterId owner = from >= 0 ? from : to;
    made.block = config.block.empty() ? router(owner).config.block : config.block;
    if (to >= 0) {
        std::vector<LinkId>& inputs = routers_[static_cast<std::size_t>(to)].inputs;
        made.input = static_cast<std::int32_t>(inputs.size());
        inputs.push_back(id);
    }
    if (from >= 0) {
        routers_[static_cast<std::size_t>(from)].outputs.push_back(id);
    }
    links_.push_back(std::move(made));
    return id;
}

std::int32_t Topology::clock_index(const std::string& domain, core::Frequency frequency) {
    const auto known =
        std::find_if(origins_.begin(), origins_.end(), [&](const ClockOrigin& origin) {
            return origin.domain == domain && origin.frequency == frequency;
        });
    if (known != origins_.end()) {
        return static_cast<std::int32_t>(known - origins_.begin());
    }
    clocks_.emplace_back(frequency);
    origins_.push_back({domain, frequency});
    return static_cast<std::int32_t>(clocks_.size() - 1);
}

std::vector<ClockChange> Topology::set_speed(const std::string& domain, double ratio,
                                             core::Ps now) {
    std::vector<ClockChange> changes;
    for (std::size_t i = 0; i < clocks_.size(); ++i) {
        if (domain.empty() || origins_[i].domain != domain) {
            continue;
        }
        const double hz = ratio * static_cast<double>(origins_[i].frequency.hz);
        // At least one cycle per second, at most one per ps.
        if (!(hz >= 1.0 && hz <= static_cast<double>(core::kSecond))) {
            throw core::ModelError("topology: clocks of '" + domain + "' cannot run at " +
                                   std::to_string(ratio) + " of their frequency");
        }
        const core::Frequency frequency{std::llround(hz)};
        if (frequency == clocks_[i].frequency()) {
            continue;
        }
        changes.push_back({static_cast<std::int32_t>(i), clocks_[i]});
        clocks_[i].change(now, frequency);
    }
    return changes;
}

}  // namespace strata::interconnect
