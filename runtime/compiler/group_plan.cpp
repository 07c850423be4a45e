// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/group_plan.h"

#include <algorithm>

#include "runtime/compiler/sharding.h"

namespace strata::runtime {
namespace {

constexpr std::uint64_t kWindowBase = std::uint64_t{1} << 46;  // above all tensors

const ChannelPlan& plan_of(const LoweringPlan& plan, Channel channel) {
    return plan.channels[static_cast<std::size_t>(channel)];
}

std::vector<Channel> native_channels(const LoweringPlan& plan) {
    std::vector<Channel> channels;
    for (int c = 0; c < kChannels; ++c) {
        const auto channel = static_cast<Channel>(c);
        if (plan_of(plan, channel).half > 0 &&
            plan_of(plan, channel).transport != Transport::kUnicast) {
            channels.push_back(channel);
        }
    }
    return channels;
}

std::int16_t group_number(const LoweringPlan& plan, const Machine& machine, Channel channel,
                          std::int64_t root) {
    const std::vector<Channel> channels = native_channels(plan);
    const auto position = std::find(channels.begin(), channels.end(), channel) - channels.begin();
    const auto count = static_cast<std::int64_t>(channels.size());
    return static_cast<std::int16_t>(root % machine.pes_per_cube * count + position);
}

}  // namespace

std::vector<std::int64_t> exchange_members(Channel channel, std::int64_t pe, const Machine& machine,
                                           std::int64_t kv_heads) {
    std::int64_t first = 0;
    std::int64_t step = 1;
    std::int64_t count = machine.pes_per_cube;
    if (channel == Channel::kReduceCubes || channel == Channel::kGatherCubes) {
        first = pe % machine.pes_per_cube;
        step = machine.pes_per_cube;
        count = machine.cubes();
    } else if (is_of_heads(channel)) {
        const Grouping g = Grouping::of(machine.pes(), kv_heads);
        first = g.group(pe) * g.members;
        count = g.members;
    } else {
        first = pe / machine.pes_per_cube * machine.pes_per_cube;
    }
    std::vector<std::int64_t> members;
    for (std::int64_t i = 0; i < count; ++i) {
        members.push_back(first + i * step);
    }
    return members;
}

bool takes_part(const LoweringPlan& plan, const Machine& machine, Channel channel,
                std::int64_t pe) {
    return plan_of(plan, channel).half > 0 &&
           (!is_of_heads(channel) || Grouping::of(machine.pes(), plan.kv_heads).active(pe));
}

std::vector<GroupWindow> group_windows(const LoweringPlan& plan, const MappedTensor& mailboxes,
                                       const Machine& machine, std::int64_t pe) {
    std::vector<GroupWindow> windows;
    const auto add = [&](Channel channel, std::int64_t root) {
        const auto shard = static_cast<std::uint64_t>(mailboxes.shard);
        const auto offset = static_cast<std::uint64_t>(mailboxes.placements[0].offset);
        windows.push_back({channel, root, kWindowBase + windows.size() * shard - offset});
    };
    for (const Channel channel : native_channels(plan)) {
        if (!takes_part(plan, machine, channel, pe)) {
            continue;
        }
        if (plan_of(plan, channel).transport == Transport::kMulticast) {
            add(channel, pe);
            continue;
        }
        for (const std::int64_t root : exchange_members(channel, pe, machine, plan.kv_heads)) {
            if (root != pe) {
                add(channel, root);
            }
        }
    }
    return windows;
}

std::vector<models::MmuMap::Entry> group_entries(const LoweringPlan& plan,
                                                 const MappedTensor& mailboxes,
                                                 const Machine& machine, std::int64_t pe) {
    std::vector<models::MmuMap::Entry> entries;
    const auto offset = static_cast<std::uint64_t>(mailboxes.placements[0].offset);
    for (const GroupWindow& window : group_windows(plan, mailboxes, machine, pe)) {
        const std::int16_t number = group_number(plan, machine, window.channel, window.root);
        entries.push_back({window.va + offset,
                           core::collective_address(machine.place(window.root), number, offset),
                           mailboxes.shard, true});
    }
    return entries;
}

models::CollectiveMap group_map(const LoweringPlan& plan, const Machine& machine, std::int64_t pe) {
    models::CollectiveMap map;
    map.root = machine.place(pe);
    for (const Channel channel : native_channels(plan)) {
        if (!takes_part(plan, machine, channel, pe)) {
            continue;
        }
        models::CollectiveMap::Entry entry;
        entry.group = group_number(plan, machine, channel, pe);
        entry.kind = plan_of(plan, channel).transport == Transport::kReduce
                         ? models::CollectiveMap::Kind::kReduce
                         : models::CollectiveMap::Kind::kMulticast;
        for (const std::int64_t member : exchange_members(channel, pe, machine, plan.kv_heads)) {
            if (member != pe) {
                entry.members.push_back(machine.place(member));
            }
        }
        map.entries.push_back(std::move(entry));
    }
    return map;
}

std::int64_t groups_per_cube(const LoweringPlan& plan, const Machine& machine) {
    return static_cast<std::int64_t>(native_channels(plan).size()) * machine.pes_per_cube;
}

}  // namespace strata::runtime
