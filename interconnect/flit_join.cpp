// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Joints of reductions. A part in front of an input VC is absorbed, a flit per cycle, into the
// router's sum for its round; flit i of the sum is there `reduce_cycles` after the last part's flit
// i has come, and bids as the head of a packet does that has just arrived. The last part to come
// goes on as the sum.
//
// Free of deadlock: a group has `reduce_rounds` sums in each router of its tree (assumption: set
// aside when it is made), and its sources send no part of a round beyond the first unfinished one
// and that many; such parts wait outside the ports' queues. So a part never waits for a sum: every
// joint absorbs it at once, as an ejection link would, whatever order rounds overtake each other
// in. A sum begins when the heads of all parts have been absorbed; then those packets are in front
// of every VC they are in and are absorbed as fast as they come, so a sum that holds an output VC
// always gets its flits. (Routers that hold parts back instead can deadlock: a part of a round too
// far ahead may stand in the buffer in front of one that the oldest round needs.)
// Not modelled: the way back of the notice that a round is finished, width of the adders (each
// input VC has one).

#include <algorithm>

#include "interconnect/flit_network.h"

namespace strata::interconnect {

void FlitNetwork::join(Domain& domain, std::int32_t id, Cycle cycle) {
    Visit& visit = visits_[index(begin_visit(id))];
    const FlitLayout::Input& input = layout_.inputs[index(layout_.end_of_vc(id))];
    const CollectiveGroup& group = groups_[packets_[visit.packet].group];
    const auto& branches = group.tree.nodes()[index(group.at[index(input.router)])].branches;
    const LinkId link = layout_.outputs[index(input.output)].link;
    const auto branch =
        std::find_if(branches.begin(), branches.end(),
                     [link](const CollectiveTree::Branch& each) { return each.link == link; });
    visit.branch = static_cast<std::int32_t>(branch - branches.begin());
    visit.sum = sum_of(visit, group.at[index(input.router)]);
    visit.carries = false;
    schedule_part(domain, id, cycle);
}

/// The router's sum for the round of a part.
std::int32_t FlitNetwork::sum_of(const Visit& visit, std::int32_t node) {
    const CollectiveId group = packets_[visit.packet].group;
    const std::int64_t round = shares_[visit.packet].round;
    std::int32_t& place = groups_.round(group, round).sum[index(node)];
    if (place == kNone) {
        if (free_sums_.empty()) {
            free_sums_.push_back(static_cast<std::int32_t>(sums_.size()));
            sums_.emplace_back();
        }
        place = free_sums_.back();
        free_sums_.pop_back();
        sums_[index(place)] = {};
        sums_[index(place)].group = group;
        sums_[index(place)].node = node;
        sums_[index(place)].round = round;
    }
    return place;
}

void FlitNetwork::schedule_part(Domain& domain, std::int32_t id, Cycle cycle) {
    if (cycle <= domain.next) {
        absorb(domain, id, cycle);
    } else {
        domain.wakes.push(cycle, {Wake::Kind::kPart, id});
    }
}

void FlitNetwork::absorb(Domain& domain, std::int32_t id, Cycle cycle) {
    InputVc& vc = in_[index(id)];
    leave_buffer(id, vc, layout_.inputs[index(layout_.end_of_vc(id))], cycle);
    vc.since = cycle + 1;
    Visit& visit = visits_[index(vc.visit)];
    const std::int32_t length = packets_[visit.packet].flits;
    ++visit.gone;
    add_flit(domain, visit, cycle);
    if (visit.gone < length) {
        if (visit.come > visit.gone) {
            domain.wakes.push(cycle + 1, {Wake::Kind::kPart, id});
        }
        return;
    }
    if (!visit.carries) {
        flits_summed_ += length;
        finish_packet(visit.packet);
    }
    end_visit(id);
    if (vc.count > 0) {
        domain.wakes.push(cycle + 1, {Wake::Kind::kFront, id});
    }
}

/// The next flit of a part is added to the sum.
void FlitNetwork::add_flit(Domain& domain, Visit& visit, Cycle cycle) {
    Sum& sum = sums_[index(visit.sum)];
    const CollectiveGroup& group = groups_[sum.group];
    const auto first =
        groups_.round(sum.group, sum.round).come.begin() + group.first_branch[index(sum.node)];
    const auto branches =
        static_cast<std::ptrdiff_t>(group.tree.nodes()[index(sum.node)].branches.size());
    ++first[visit.branch];
    if (*std::min_element(first, first + branches) == sum.added) {
        return;
    }
    if (++sum.added == 1) {
        sum.packet = visit.packet;
        visit.carries = true;
    }
    if (reduce_cycles_ == 0) {
        make_sum_flit(domain, visit.sum, cycle);
    } else {
        domain.wakes.push(cycle + reduce_cycles_, {Wake::Kind::kSum, visit.sum});
    }
}

void FlitNetwork::make_sum_flit(Domain& domain, std::int32_t id, Cycle cycle) {
    Sum& sum = sums_[index(id)];
    const Packet& packet = packets_[sum.packet];
    const std::int32_t number = sum.made++;
    if (number == 0) {
        sum.ready = cycle + layout_.head_delay;
        Claim claim;
        claim.sum = id;
        claim.since = cycle;
        claim.turn = (static_cast<std::int64_t>(sum.group) + 1) << 32 | sum.round;
        add_claim(domain, claim, groups_[sum.group].tree.nodes()[index(sum.node)].trunk, packet);
    } else if (sum.vc != kNone) {
        push_inner(sum.vc, flit_of(sum.packet, number), cycle);
    }
}

}  // namespace strata::interconnect
