// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/lowering.h"

#include <algorithm>
#include <set>

#include "runtime/compiler/group_plan.h"
#include "runtime/compiler/lowering_plan.h"
#include "runtime/compiler/pe_lowering.h"

namespace strata::runtime {
namespace {

std::vector<std::int64_t> peers_of(const LoweringPlan& plan, const Machine& machine,
                                   std::int64_t pe) {
    std::set<std::int64_t> peers;
    for (int c = 0; c < kChannels; ++c) {
        const auto channel = static_cast<Channel>(c);
        if (takes_part(plan, machine, channel, pe) &&
            plan.channels[static_cast<std::size_t>(c)].transport == Transport::kUnicast) {
            const auto members = exchange_members(channel, pe, machine, plan.kv_heads);
            peers.insert(members.begin(), members.end());
        }
    }
    peers.erase(pe);
    return {peers.begin(), peers.end()};
}

void plan_groups(const LoweringPlan& plan, const Mapping& mapping, const Machine& machine,
                 std::int64_t pe, Lowered& lowered) {
    lowered.windows.emplace_back();
    models::CollectiveMap groups = group_map(plan, machine, pe);
    if (!groups.entries.empty()) {
        lowered.groups.push_back(std::move(groups));
        lowered.windows.back() = group_entries(plan, *mapping.find(kMailboxes), machine, pe);
    }
}

}  // namespace

Lowered lower(const Program& program, const Mapping& mapping, const Machine& machine,
              core::Diagnostics& diagnostics) {
    mapping.check(machine, diagnostics);
    if (!diagnostics.ok()) {
        return {};
    }
    const LoweringPlan plan = plan_lowering(program, &mapping, machine, diagnostics);
    if (!diagnostics.ok()) {
        return {};
    }
    if (const std::int64_t groups = groups_per_cube(plan, machine); groups > core::kMaxGroups) {
        diagnostics.error({program.name, 0, 0}, "",
                          "native collectives need " + std::to_string(groups) +
                              " groups per cube, addresses name " +
                              std::to_string(core::kMaxGroups));
        return {};
    }
    Lowered lowered;
    lowered.tcm_table = plan.tcm_table;
    auto code = std::make_shared<models::CodeImage>();
    code->name = program.name;
    for (std::int64_t pe = 0; pe < machine.pes(); ++pe) {
        PeLowering one(program, mapping, machine, plan, pe);
        code->entries.push_back(
            {machine.place(pe), std::make_shared<const models::Kernel>(one.run())});
        lowered.peers.push_back(peers_of(plan, machine, pe));
        plan_groups(plan, mapping, machine, pe, lowered);
    }
    lowered.code = std::move(code);
    return lowered;
}

}  // namespace strata::runtime
