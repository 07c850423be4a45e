// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/noc_config.h"
#include "interconnect/routing.h"
#include "interconnect/topology_family.h"

namespace strata::interconnect {
namespace {

constexpr int kMaxArity = 32;
constexpr int kMaxLevels = 6;
constexpr int kMaxEndpoints = 4096;

/// base^exponent, as far as kMaxEndpoints is not exceeded.
int power(int base, int exponent) {
    int result = 1;
    for (int i = 0; i < exponent && result <= kMaxEndpoints; ++i) {
        result *= base;
    }
    return result;
}

std::string check(const NocConfig& noc) {
    if (noc.dims.size() != 2 || noc.dims[0] < 2 || noc.dims[0] > kMaxArity ||
        noc.dims[1] > kMaxLevels || power(noc.dims[0], noc.dims[1]) > kMaxEndpoints) {
        return "expected [k, n] with k 2.." + std::to_string(kMaxArity) + ", n 1.." +
               std::to_string(kMaxLevels) + " and at most " + std::to_string(kMaxEndpoints) +
               " endpoints, k^n";
    }
    return noc.concentration == 1 ? "" : "a fat tree has k endpoints at each leaf";
}

/// What was asked for, else arity 4 where it fits (half the levels of 2), else the lowest.
std::vector<int> fit(const NocConfig& noc, int columns, int rows) {
    const int endpoints = columns * rows;
    if (!noc.dims.empty()) {
        return power(noc.dims[0], noc.dims[1]) == endpoints ? noc.dims : std::vector<int>{};
    }
    const auto levels = [&](int arity) {
        int level = 1;
        while (level < kMaxLevels && power(arity, level) < endpoints) {
            ++level;
        }
        return power(arity, level) == endpoints ? level : 0;
    };
    for (int arity = levels(4) > 0 ? 4 : 2; arity <= kMaxArity; ++arity) {
        if (levels(arity) > 0) {
            return {arity, levels(arity)};
        }
    }
    return {};
}

/// Each router below is joined to the k routers above whose numbers differ in digit `level` only.
void join_levels(Topology& topology, GroupId id, int level, const LinkConfig& link) {
    const Group group = topology.group(id);
    const int width = static_cast<int>(group.routers.size()) / group.ny;
    const int step = power(group.nx, level);
    const auto router = [&](int at_level, int number) {
        return group.routers[static_cast<std::size_t>(at_level * width + number)];
    };
    for (int number = 0; number < width; ++number) {
        const int cleared = number - number / step % group.nx * step;
        for (int digit = 0; digit < group.nx; ++digit) {
            topology.connect(router(level, number), router(level + 1, cleared + digit * step),
                             link);
        }
    }
}

GroupId build(Topology& topology, const std::string& prefix, const NocConfig& noc,
              const std::string& block) {
    const int arity = noc.dims[0];
    const int levels = noc.dims[1];
    const int width = power(arity, levels - 1);
    const GroupId group = topology.add_group(prefix, GroupKind::kFatTree, arity, levels);
    for (int level = 0; level < levels; ++level) {
        for (int number = 0; number < width; ++number) {
            topology.add_router(
                prefix + ".l" + std::to_string(level) + "_" + std::to_string(number), group, number,
                level, noc.router(block));
        }
    }
    for (int level = 0; level + 1 < levels; ++level) {
        join_levels(topology, group, level, noc.link(block));
    }
    std::vector<RouterId> endpoints;
    for (int endpoint = 0; endpoint < width * arity; ++endpoint) {
        endpoints.push_back(
            topology.group(group).routers[static_cast<std::size_t>(endpoint / arity)]);
    }
    topology.set_endpoints(group, std::move(endpoints), width * arity);
    return group;
}

}  // namespace

TopologyFamily fat_tree_family() {
    return {"fat_tree", "[k, n]", routing_names(GroupKind::kFatTree), 1, &check, &fit, &build};
}

}  // namespace strata::interconnect
