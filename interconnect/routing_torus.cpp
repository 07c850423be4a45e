// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>

#include "interconnect/local_routing.h"

namespace strata::interconnect {
namespace {

class TorusRouting : public LocalRouting {
   public:
    TorusRouting(const Topology& topology, GroupId group, bool x_first)
        : topology_(topology),
          nx_(topology.group(group).nx),
          ny_(topology.group(group).ny),
          x_first_(x_first),
          ways_(compass_of(topology, group)) {}

    int vc_classes() const override { return std::max(nx_, ny_) > 2 ? 2 : 1; }

    int distance(RouterId from, RouterId to) const override {
        const Router& a = topology_.router(from);
        const Router& b = topology_.router(to);
        return along(std::abs(a.x - b.x), nx_) + along(std::abs(a.y - b.y), ny_);
    }

    int ring(LinkId link) const override {
        const RouterId to = topology_.link(link).to;
        const bool in_x = topology_.router(topology_.link(link).from).y == topology_.router(to).y;
        return in_x ? 1 : 2;
    }

    /// In the class of a packet that enters the ring at `at`; others keep theirs.
    HopSet hops(RouterId at, RouterId to, int /*plane*/, bool /*restricted*/) const override {
        const Router& here = topology_.router(at);
        const Router& there = topology_.router(to);
        const Compass& way = ways_[static_cast<std::size_t>(here.y * nx_ + here.x)];
        const bool in_x = x_first_ ? here.x != there.x : here.y == there.y;
        HopSet allowed;
        if (in_x) {
            step(here.x, there.x, nx_, way.east, way.west, allowed);
        } else {
            step(here.y, there.y, ny_, way.north, way.south, allowed);
        }
        return allowed;
    }

   private:
    static int along(int straight, int length) { return std::min(straight, length - straight); }

    static void step(int here, int there, int length, LinkId up, LinkId down, HopSet& allowed) {
        const int upwards = (there - here + length) % length;
        const bool half_way = 2 * upwards == length;
        const bool go_up = half_way ? here % 2 == 0 : 2 * upwards < length;
        if (length <= 2) {
            allowed.add(there > here ? up : down, 0);
        } else if (go_up) {
            allowed.add(up, there < here ? 0 : 1);
        } else {
            allowed.add(down, there > here ? 0 : 1);
        }
    }

    const Topology& topology_;
    int nx_;
    int ny_;
    bool x_first_;
    std::vector<Compass> ways_;
};

}  // namespace

std::unique_ptr<LocalRouting> make_torus_routing(const std::string& name, const Topology& topology,
                                                 GroupId group) {
    return std::make_unique<TorusRouting>(topology, group, name == "xy");
}

}  // namespace strata::interconnect
