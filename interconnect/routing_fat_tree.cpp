// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/diagnostics.h"
#include "interconnect/local_routing.h"

namespace strata::interconnect {
namespace {

/// Going up from level l sets digit l of the router's number to that of the destination, so that
/// destinations spread over the roots and the way down repeats none of the choices.
class FatTreeRouting : public LocalRouting {
   public:
    FatTreeRouting(const Topology& topology, GroupId group)
        : topology_(topology), arity_(topology.group(group).nx) {}

    int distance(RouterId from, RouterId to) const override {
        const Router& a = topology_.router(from);
        const Router& b = topology_.router(to);
        return 2 * std::max(a.y, ancestor_level(a, b)) - a.y - b.y;
    }

    HopSet hops(RouterId at, RouterId to, int /*plane*/, bool /*restricted*/) const override {
        const Router& here = topology_.router(at);
        const Router& there = topology_.router(to);
        const int top = ancestor_level(here, there);
        const bool up = here.y < top;
        const int level = up ? here.y : here.y - 1;  // of the digit that the link changes
        const int number = with_digit(here.x, there.x, level);
        const auto found = std::find_if(here.outputs.begin(), here.outputs.end(), [&](LinkId id) {
            const RouterId next = topology_.link(id).to;
            return next >= 0 && topology_.router(next).group == here.group &&
                   topology_.router(next).x == number &&
                   topology_.router(next).y == (up ? here.y + 1 : here.y - 1);
        });
        HopSet allowed;
        allowed.add(*found);
        return allowed;
    }

   private:
    /// Level of the nearest ancestor of a leaf that is reached from `a` by going up.
    int ancestor_level(const Router& a, const Router& leaf) const {
        if (leaf.y != 0) {
            throw core::ModelError("routing: '" + leaf.name + "' is not a leaf of its fat tree");
        }
        int level = 0;
        for (int i = 1, x = a.x, to = leaf.x; x != to; ++i, x /= arity_, to /= arity_) {
            level = i;
        }
        return level;
    }

    int with_digit(int number, int from, int level) const {
        int weight = 1;
        for (int i = 0; i < level; ++i) {
            weight *= arity_;
        }
        const int digit = from / weight % arity_ - number / weight % arity_;
        return number + digit * weight;
    }

    const Topology& topology_;
    int arity_;
};

}  // namespace

std::unique_ptr<LocalRouting> make_tree_routing(const Topology& topology, GroupId group) {
    return std::make_unique<FatTreeRouting>(topology, group);
}

}  // namespace strata::interconnect
