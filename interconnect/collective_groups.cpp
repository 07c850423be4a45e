// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/collective_groups.h"

#include <algorithm>
#include <string>

#include "core/diagnostics.h"

namespace strata::interconnect {
namespace {

std::size_t index(std::int64_t i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

CollectiveId CollectiveGroups::add(const Topology& topology, const RoutingTable& routing,
                                   bool reduces, PortId root, const std::vector<PortId>& members) {
    CollectiveGroup group{reduces ? CollectiveTree::reduction(topology, routing, members, root)
                                  : CollectiveTree::multicast(topology, routing, root, members),
                          reduces,
                          root,
                          members,
                          std::vector<std::int32_t>(topology.routers().size(), -1),
                          std::vector<std::int32_t>(topology.ports().size(), -1),
                          {},
                          0};
    for (std::size_t i = 0; i < members.size(); ++i) {
        group.member_at[index(members[i])] = static_cast<std::int32_t>(i);
    }
    for (const CollectiveTree::Node& node : group.tree.nodes()) {
        group.at[index(node.router)] = static_cast<std::int32_t>(group.first_branch.size());
        group.first_branch.push_back(group.branches);
        group.branches += static_cast<std::int32_t>(node.branches.size());
    }
    groups_.push_back(std::move(group));
    states_.emplace_back();
    states_.back().joined.resize(topology.ports().size());
    return static_cast<CollectiveId>(groups_.size() - 1);
}

void CollectiveGroups::check(CollectiveId id, PortId source) const {
    if (id >= static_cast<CollectiveId>(groups_.size())) {
        throw core::ModelError("network: there is no collective " + std::to_string(id));
    }
    const CollectiveGroup& group = (*this)[id];
    const bool may = group.reduces ? group.member_at[index(source)] >= 0 : source == group.root;
    if (!may) {
        throw core::ModelError("network: port " + std::to_string(source) +
                               " does not send to collective " + std::to_string(id));
    }
}

void CollectiveGroups::clear(CollectiveId id, ReductionRound& round) const {
    const CollectiveGroup& group = (*this)[id];
    round.flits = 0;
    round.last = false;
    round.done = false;
    round.come.assign(index(group.branches), 0);
    round.tail.assign(group.tree.nodes().size(), 0);
    round.sum.assign(group.tree.nodes().size(), -1);
}

std::int64_t CollectiveGroups::join(const Transfer& transfer, std::int32_t flits, bool last) {
    const CollectiveId id = transfer.group;
    State& state = states_[index(id)];
    const std::int64_t number = state.joined[index(transfer.source)]++;
    const auto size = static_cast<std::int64_t>(state.rounds.size());
    if (number - state.base >= size) {
        std::vector<ReductionRound> larger(index(std::max<std::int64_t>(4, 2 * size)));
        for (ReductionRound& round : larger) {
            clear(id, round);
        }
        for (std::int64_t n = state.base; n < state.base + size; ++n) {
            larger[index(n) % larger.size()] = std::move(state.rounds[index(n % size)]);
        }
        state.rounds.swap(larger);
    }
    ReductionRound& its_round = round(id, number);
    if (its_round.flits == 0) {
        its_round.flits = flits;
        its_round.last = last;
        its_round.id = transfer.id;
    } else if (its_round.flits != flits || its_round.last != last) {
        throw core::ModelError("network: the parts of collective " + std::to_string(id) +
                               " differ in size");
    }
    return number;
}

ReductionRound& CollectiveGroups::round(CollectiveId id, std::int64_t number) {
    std::vector<ReductionRound>& rounds = states_[index(id)].rounds;
    return rounds[index(number) % rounds.size()];
}

}  // namespace strata::interconnect
