// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Forks of multicasts: asynchronous replication. When the head of a packet comes to the front of
// its input VC, each branch of the tree gets a copy that takes an output VC, credits and turns of
// the switch by itself, at its own pace; a flit leaves the buffer, and its credit goes back, when
// the slowest copy has been sent.
//
// Free of deadlock: (1) A packet fits a buffer (L ≤ B, else ModelError). Once its head is in front
// of a VC, all flits before it are gone, so all of it can come whatever its copies do; it is in
// front in every router behind, up to the source. So a copy that has an output VC needs nothing of
// the other copies, only credits there. (2) What it waits for are packets further on: those that
// hold the VCs of its class behind its output, and those in the buffer there, each of which waits
// for all of its own copies. (3) That relation, the channel dependencies of the routing and of all
// trees, has no circle: the routing's has none, and a group whose tree adds one is refused
// (FlitNetwork::group_added). Its ends are ejection links, which always drain. By induction from
// them, every packet gets on. Dateline classes divide the inner inputs too; a tree link takes the
// class of the target that goes farthest (collective_tree.h).

#include <algorithm>

#include "interconnect/flit_network.h"

namespace strata::interconnect {

void FlitNetwork::fork(Domain& domain, std::int32_t id, Cycle cycle) {
    const std::int32_t place = begin_visit(id);
    Visit& visit = visits_[index(place)];
    const Packet& packet = packets_[visit.packet];
    const CollectiveGroup& group = groups_[packet.group];
    const RouterId router = layout_.inputs[index(layout_.end_of_vc(id))].router;
    const auto& branches = group.tree.nodes()[index(group.at[index(router)])].branches;
    visit.ready = cycle + layout_.head_delay;
    visit.copies.assign(branches.size(), {});
    flits_copied_ += (static_cast<std::int64_t>(branches.size()) - 1) * packet.flits;
    for (std::size_t i = 0; i < branches.size(); ++i) {
        Claim copy;
        copy.visit = place;
        copy.branch = static_cast<std::int32_t>(i);
        copy.since = cycle;
        copy.turn = id;
        add_claim(domain, copy, branches[i], packet);
    }
}

void FlitNetwork::copy_sent(Domain& domain, const Claim& claim, Cycle cycle) {
    Visit& visit = visits_[index(claim.visit)];
    ++visit.copies[index(claim.branch)].sent;
    const auto slowest = std::min_element(
        visit.copies.begin(), visit.copies.end(),
        [](const Visit::Copy& a, const Visit::Copy& b) { return a.sent < b.sent; });
    if (slowest->sent == visit.gone) {
        return;
    }
    leave_buffer(visit.vc, in_[index(visit.vc)], layout_.inputs[index(layout_.end_of_vc(visit.vc))],
                 cycle);
    if (++visit.gone == packets_[visit.packet].flits) {
        const std::int32_t id = visit.vc;
        end_visit(id);
        if (in_[index(id)].count > 0) {
            begin_head(domain, id, cycle + 1);
        }
    }
}

}  // namespace strata::interconnect
