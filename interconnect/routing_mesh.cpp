// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "interconnect/local_routing.h"

namespace strata::interconnect {

std::vector<Compass> compass_of(const Topology& topology, GroupId group) {
    const Group& shape = topology.group(group);
    std::vector<Compass> compasses(shape.routers.size());
    for (std::size_t i = 0; i < shape.routers.size(); ++i) {
        const Router& here = topology.router(shape.routers[i]);
        for (const LinkId id : here.outputs) {
            const RouterId to = topology.link(id).to;
            if (to < 0 || topology.router(to).group != group) {
                continue;
            }
            const int dx = topology.router(to).x - here.x;
            const int dy = topology.router(to).y - here.y;
            Compass& compass = compasses[i];
            // A neighbour further away than 1 is reached round the end of the dimension.
            LinkId& way = dy == 0 ? (dx == 1 || dx < -1 ? compass.east : compass.west)
                                  : (dy == 1 || dy < -1 ? compass.north : compass.south);
            way = id;
        }
    }
    return compasses;
}

namespace {

class MeshRouting : public LocalRouting {
   public:
    MeshRouting(const Topology& topology, GroupId group)
        : topology_(topology), nx_(topology.group(group).nx), ways_(compass_of(topology, group)) {}

    int distance(RouterId from, RouterId to) const override {
        const Router& a = topology_.router(from);
        const Router& b = topology_.router(to);
        return std::abs(a.x - b.x) + std::abs(a.y - b.y);
    }

    HopSet hops(RouterId at, RouterId to, int plane, bool restricted) const override {
        const Router& here = topology_.router(at);
        const Router& there = topology_.router(to);
        const Compass& way = ways_[static_cast<std::size_t>(here.y * nx_ + here.x)];
        Minimal minimal;
        minimal.dx = there.x - here.x;
        minimal.dy = there.y - here.y;
        minimal.column = here.x;
        minimal.to_column = there.x;
        minimal.x_link = minimal.dx > 0 ? way.east : way.west;
        minimal.y_link = minimal.dy > 0 ? way.north : way.south;
        HopSet allowed;
        choose(minimal, plane, restricted, allowed);
        return allowed;
    }

   protected:
    /// The one link in each dimension that leads closer; dx or dy 0: none there.
    struct Minimal {
        int dx = 0;
        int dy = 0;
        int column = 0;
        int to_column = 0;
        LinkId x_link = -1;
        LinkId y_link = -1;
    };
    virtual void choose(const Minimal& minimal, int plane, bool restricted,
                        HopSet& allowed) const = 0;

    const Topology& topology_;

   private:
    int nx_;
    std::vector<Compass> ways_;
};

class XyRouting : public MeshRouting {
   public:
    using MeshRouting::MeshRouting;

   private:
    void choose(const Minimal& way, int /*plane*/, bool /*restricted*/,
                HopSet& allowed) const override {
        allowed.add(way.dx != 0 ? way.x_link : way.y_link);
    }
};

class YxRouting : public MeshRouting {
   public:
    using MeshRouting::MeshRouting;

   private:
    void choose(const Minimal& way, int /*plane*/, bool /*restricted*/,
                HopSet& allowed) const override {
        allowed.add(way.dy != 0 ? way.y_link : way.x_link);
    }
};

class O1TurnRouting : public MeshRouting {
   public:
    using MeshRouting::MeshRouting;
    int planes() const override { return 2; }
    int vc_classes() const override { return 2; }

   private:
    void choose(const Minimal& way, int plane, bool /*restricted*/,
                HopSet& allowed) const override {
        const bool x_first = plane == 0;
        const bool take_x = x_first ? way.dx != 0 : way.dy == 0;
        allowed.add(take_x ? way.x_link : way.y_link, plane);
    }
};

class WestFirstRouting : public MeshRouting {
   public:
    using MeshRouting::MeshRouting;
    bool adaptive() const override { return true; }

   private:
    void choose(const Minimal& way, int /*plane*/, bool /*restricted*/,
                HopSet& allowed) const override {
        if (way.dx != 0) {
            allowed.add(way.x_link);
        }
        if (way.dx >= 0 && way.dy != 0) {
            allowed.add(way.y_link);
        }
    }
};

class OddEvenRouting : public MeshRouting {
   public:
    using MeshRouting::MeshRouting;
    bool adaptive() const override { return true; }
    /// An east-bound packet may not turn in an even column.
    bool restricts(LinkId in) const override {
        const Link& link = topology_.link(in);
        if (link.from < 0 || link.to < 0) {
            return false;
        }
        const Router& from = topology_.router(link.from);
        const Router& to = topology_.router(link.to);
        return from.group == to.group && to.x == from.x + 1 && to.x % 2 == 0;
    }

   private:
    void choose(const Minimal& way, int /*plane*/, bool restricted,
                HopSet& allowed) const override {
        if (way.dx < 0) {
            allowed.add(way.x_link);
            if (way.dy != 0 && way.column % 2 == 0) {
                allowed.add(way.y_link);  // the turn west comes in this column, an even one
            }
            return;
        }
        // The last turn must not be one in an even destination column.
        if (way.dx > 1 || (way.dx == 1 && (way.dy == 0 || way.to_column % 2 == 1))) {
            allowed.add(way.x_link);
        }
        if (way.dy != 0 && (!restricted || way.dx == 0)) {
            allowed.add(way.y_link);
        }
    }
};

}  // namespace

std::unique_ptr<LocalRouting> make_mesh_routing(const std::string& name, const Topology& topology,
                                                GroupId group) {
    if (name == "xy") {
        return std::make_unique<XyRouting>(topology, group);
    }
    if (name == "yx") {
        return std::make_unique<YxRouting>(topology, group);
    }
    if (name == "o1turn") {
        return std::make_unique<O1TurnRouting>(topology, group);
    }
    if (name == "adaptive_west_first") {
        return std::make_unique<WestFirstRouting>(topology, group);
    }
    return std::make_unique<OddEvenRouting>(topology, group);
}

}  // namespace strata::interconnect
