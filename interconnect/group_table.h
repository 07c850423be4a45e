// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The collective groups that are mapped, free of SystemC: who belongs to each, and how many entries
// of the routers' tables they take.
//
// Modelled: an entry in every router of a group's tree, tables of limited size.
// Not modelled: the packets that write the tables; what an entry holds.

#include <cstdint>
#include <vector>

#include "core/address.h"
#include "interconnect/address_map.h"
#include "interconnect/collective_tree.h"
#include "interconnect/group_control.h"
#include "interconnect/routing.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

struct GroupMember {
    PortId port = -1;
    core::Place place;
};

struct MappedGroup {
    std::int32_t window = -1;  ///< Target::group
    bool reduces = false;
    GroupMember root;
    std::vector<GroupMember> members;  ///< sorted by port
    std::vector<RouterId> routers;     ///< of its tree

    /// Position among the members; -1: none.
    std::int32_t find(PortId port) const;
    std::vector<PortId> ports() const;
};

class GroupTable {
   public:
    /// `entries`: of each router's table. The references outlive the object.
    GroupTable(const Topology& topology, const RoutingTable& routing, const AddressMap& map,
               std::int32_t entries);

    /// Makes the groups, or none. `mapped` gets their handles, small numbers that are used again.
    GroupResult map(const core::Place& root, const std::vector<GroupRequest>& requests,
                    std::vector<std::int32_t>& mapped);
    /// Handle of a mapped number; an error when there is none.
    GroupResult find(const core::Place& root, std::int16_t number, std::int32_t& handle) const;
    void unmap(std::int32_t handle);

    /// Handle of the group behind a window (Target::group); -1: none is mapped.
    std::int32_t at_window(std::int32_t window) const {
        const auto i = static_cast<std::size_t>(window);
        return i < handles_.size() ? handles_[i] : -1;
    }
    const MappedGroup& operator[](std::int32_t handle) const {
        return groups_[static_cast<std::size_t>(handle)];
    }
    /// Handles in use or used before.
    std::size_t handles() const { return groups_.size(); }
    std::int64_t size() const { return size_; }
    /// Entries of the fullest table.
    std::int64_t fullest() const;

   private:
    GroupResult make(const core::Place& root, const GroupRequest& request, std::int32_t& handle);
    GroupResult locate(const core::Place& place, GroupMember& member) const;
    std::int32_t window(const core::Place& root, std::int16_t number) const;

    const Topology& topology_;
    const RoutingTable& routing_;
    const AddressMap& map_;
    std::int32_t entries_;
    std::vector<std::int32_t> handles_;  // by window
    std::vector<MappedGroup> groups_;    // by handle
    std::vector<std::int32_t> free_;     // handles
    std::vector<std::int32_t> used_;     // entries, by router
    std::int64_t size_ = 0;
};

}  // namespace strata::interconnect
