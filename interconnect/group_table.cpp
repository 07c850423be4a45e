// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/group_table.h"

#include <algorithm>

namespace strata::interconnect {
namespace {

std::string name_of(const core::Place& root, std::int16_t number) {
    return "group " + std::to_string(number) + " of sip" + std::to_string(root.sip) + ".cube" +
           std::to_string(root.cube);
}

bool by_port(const GroupMember& a, const GroupMember& b) {
    return a.port < b.port;
}

}  // namespace

std::int32_t MappedGroup::find(PortId port) const {
    const auto at =
        std::lower_bound(members.begin(), members.end(), GroupMember{port, {}}, by_port);
    return at != members.end() && at->port == port ? static_cast<std::int32_t>(at - members.begin())
                                                   : -1;
}

std::vector<PortId> MappedGroup::ports() const {
    std::vector<PortId> ports;
    for (const GroupMember& member : members) {
        ports.push_back(member.port);
    }
    return ports;
}

GroupTable::GroupTable(const Topology& topology, const RoutingTable& routing, const AddressMap& map,
                       std::int32_t entries)
    : topology_(topology),
      routing_(routing),
      map_(map),
      entries_(entries),
      used_(topology.routers().size()) {}

GroupResult GroupTable::map(const core::Place& root, const std::vector<GroupRequest>& requests,
                            std::vector<std::int32_t>& mapped) {
    for (const GroupRequest& request : requests) {
        std::int32_t handle = -1;
        GroupResult result = make(root, request, handle);
        if (!result.ok()) {
            for (const std::int32_t made : mapped) {
                unmap(made);
            }
            mapped.clear();
            return result;
        }
        mapped.push_back(handle);
    }
    return {};
}

GroupResult GroupTable::make(const core::Place& root, const GroupRequest& request,
                             std::int32_t& handle) {
    const std::int32_t at = window(root, request.number);
    if (at < 0) {
        return {GroupError::kBadNumber, "there is no window for " + name_of(root, request.number)};
    }
    if (at_window(at) >= 0) {
        return {GroupError::kTaken, name_of(root, request.number) + " is mapped already"};
    }
    MappedGroup made;
    made.window = at;
    made.reduces = request.reduces;
    GroupResult result = locate(root, made.root);
    for (std::size_t i = 0; i < request.members.size() && result.ok(); ++i) {
        made.members.emplace_back();
        result = locate(request.members[i], made.members.back());
    }
    if (!result.ok()) {
        return result;
    }
    std::sort(made.members.begin(), made.members.end(), by_port);
    const auto twice = std::adjacent_find(
        made.members.begin(), made.members.end(),
        [](const GroupMember& a, const GroupMember& b) { return a.port == b.port; });
    if (twice != made.members.end() || made.members.empty()) {
        const std::string what =
            made.members.empty() ? " has no members" : " names " + twice->place.str() + " twice";
        return {GroupError::kBadMember, name_of(root, request.number) + what};
    }
    const CollectiveTree tree =
        made.reduces ? CollectiveTree::reduction(topology_, routing_, made.ports(), made.root.port)
                     : CollectiveTree::multicast(topology_, routing_, made.root.port, made.ports());
    for (const CollectiveTree::Node& node : tree.nodes()) {
        if (used_[static_cast<std::size_t>(node.router)] >= entries_) {
            return {GroupError::kTableFull, "router " + topology_.router(node.router).name +
                                                " has no entry left of " +
                                                std::to_string(entries_) + " (noc.group_entries)"};
        }
        made.routers.push_back(node.router);
    }
    for (const RouterId router : made.routers) {
        ++used_[static_cast<std::size_t>(router)];
    }
    ++size_;
    if (free_.empty()) {
        free_.push_back(static_cast<std::int32_t>(groups_.size()));
        groups_.emplace_back();
    }
    handle = free_.back();
    free_.pop_back();
    handles_.resize(std::max(handles_.size(), static_cast<std::size_t>(at) + 1), -1);
    handles_[static_cast<std::size_t>(at)] = handle;
    groups_[static_cast<std::size_t>(handle)] = std::move(made);
    return {};
}

GroupResult GroupTable::locate(const core::Place& place, GroupMember& member) const {
    const bool pe = place.pe >= 0 && place.pe < core::kMaxPes && place.sip >= 0 && place.cube >= 0;
    member = {pe ? map_.find(core::tcm_address(place, 0)).port : -1, place};
    if (member.port < 0) {
        return {GroupError::kBadMember, "there is no TCM at " + place.str()};
    }
    return {};
}

std::int32_t GroupTable::window(const core::Place& root, std::int16_t number) const {
    const bool possible = number >= 0 && number < core::kMaxGroups;
    return possible ? map_.find(core::collective_address(root, number, 0)).group : -1;
}

GroupResult GroupTable::find(const core::Place& root, std::int16_t number,
                             std::int32_t& handle) const {
    const std::int32_t at = window(root, number);
    handle = at >= 0 ? at_window(at) : -1;
    if (handle < 0) {
        return {GroupError::kNotMapped, name_of(root, number) + " is not mapped"};
    }
    return {};
}

void GroupTable::unmap(std::int32_t handle) {
    const MappedGroup& group = (*this)[handle];
    for (const RouterId router : group.routers) {
        --used_[static_cast<std::size_t>(router)];
    }
    handles_[static_cast<std::size_t>(group.window)] = -1;
    free_.push_back(handle);
    --size_;
}

std::int64_t GroupTable::fullest() const {
    return used_.empty() ? 0 : *std::max_element(used_.begin(), used_.end());
}

}  // namespace strata::interconnect
