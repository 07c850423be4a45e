// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Collective groups at the interconnect's ports.
//
// A multicast reserves a receive slot at each target before it enters the network. The parts of a
// reduction do not compete for the root's slots: a group has kRounds of its own there, so that a
// round which waits for a part never holds back what its source has to do before. Sources must
// write to their groups in one order; then the oldest round that is not complete always can be.

#include <algorithm>
#include <cstring>

#include "core/diagnostics.h"
#include "interconnect/noc.h"

namespace strata::interconnect {
namespace {

constexpr std::int64_t kRounds = 4;  // of a group in the network or at the root: assumption

template <typename T>
void add_elements(std::uint8_t* sum, const std::uint8_t* part, std::size_t bytes) {
    for (std::size_t at = 0; at + sizeof(T) <= bytes; at += sizeof(T)) {
        T a;
        T b;
        std::memcpy(&a, sum + at, sizeof(T));
        std::memcpy(&b, part + at, sizeof(T));
        a = static_cast<T>(a + b);
        std::memcpy(sum + at, &a, sizeof(T));
    }
}

/// Integers wrap around.
void add(core::Sum kind, std::uint8_t* sum, const std::uint8_t* part, std::size_t bytes) {
    if (kind == core::Sum::kFp32) {
        add_elements<float>(sum, part, bytes);
    } else {
        add_elements<std::uint32_t>(sum, part, bytes);
    }
}

}  // namespace

// Set-up.

GroupResult Noc::map_groups(const core::Place& root, const std::vector<GroupRequest>& requests) {
    if (!requests_->supports_collectives()) {
        return {GroupError::kUnsupported, "no native collectives with noc.model: " + config_.model +
                                              " and noc.routing: " + config_.routing};
    }
    std::vector<std::int32_t> mapped;
    GroupResult result = groups_->map(root, requests, mapped);
    group_states_.resize(groups_->handles());
    try {
        for (const std::int32_t group : mapped) {
            GroupState& state = state_of(group);
            state.request = network_group((*groups_)[group]);
            state.joined.assign((*groups_)[group].members.size(), 0);
            state.accepted = 0;
        }
    } catch (const core::ModelError& error) {  // forks that could wait for each other for ever
        std::for_each(mapped.begin(), mapped.end(), [this](auto group) { groups_->unmap(group); });
        result = {GroupError::kUnsupported, error.what()};
    }
    return result;
}

/// Groups of a network stay: a tree that was there before is used again.
CollectiveId Noc::network_group(const MappedGroup& group) {
    const auto key = std::make_tuple(group.reduces, group.root.port, group.ports());
    const auto known = network_groups_.find(key);
    if (known != network_groups_.end()) {
        return known->second;
    }
    const CollectiveId id = group.reduces
                                ? requests_->add_reduction(group.ports(), group.root.port)
                                : requests_->add_multicast(group.root.port, group.ports());
    network_groups_.emplace(key, id);
    return id;
}

GroupResult Noc::unmap_groups(const core::Place& root, const std::vector<std::int16_t>& numbers) {
    std::vector<std::int32_t> groups;
    for (const std::int16_t number : numbers) {
        std::int32_t group = -1;
        GroupResult result = groups_->find(root, number, group);
        if (result.ok() && std::find(groups.begin(), groups.end(), group) != groups.end()) {
            result = {GroupError::kNotMapped,
                      "group " + std::to_string(number) + " is named twice"};
        }
        if (result.ok() && state_of(group).writes_open > 0) {
            result = {GroupError::kBusy,
                      "writes to group " + std::to_string(number) + " are under way"};
        }
        if (!result.ok()) {
            return result;
        }
        groups.push_back(group);
    }
    for (const std::int32_t group : groups) {
        groups_->unmap(group);
    }
    return {};
}

// Writes on their way.

/// Why a group does not take a request; kNone when it does.
core::Fault Noc::group_fault(PortId source, const Target& target, Payload& payload) const {
    const std::int32_t handle = groups_->at_window(target.group);
    if (handle < 0) {
        return core::Fault::kDecode;
    }
    const MappedGroup& group = (*groups_)[handle];
    const core::PayloadExtension& extension = core::extension_of(payload);
    const bool belongs = group.reduces ? group.find(source) >= 0 : group.root.port == source;
    const bool writes = payload.is_write() && extension.op != core::MemoryOp::kErase;
    bool adds = true;
    if (group.reduces && payload.get_data_ptr() != nullptr) {
        adds = extension.sum != core::Sum::kNone && payload.get_data_length() % 4 == 0;
    }
    return belongs && writes && adds ? core::Fault::kNone : core::Fault::kCollective;
}

void Noc::enter_group(MessageId id) {
    Payload& payload = *messages_[index(id)].payload;
    const std::int32_t group = core::extension_of(payload).group;
    if ((*groups_)[group].reduces) {
        join_round(id);
        return;
    }
    const std::int32_t number = new_collective(group, 1);
    Collective& multicast = collectives_[index(number)];
    multicast.parts.front() = &payload;
    multicast.open = (*groups_)[group].members.size();
    messages_[index(id)].collective = number;
    ++multicasts_;
    reserve_slots(id);
}

/// In the order of ports, so that no two multicasts hold what the other one needs.
void Noc::reserve_slots(MessageId id) {
    Message& message = messages_[index(id)];
    const std::vector<GroupMember>& members =
        (*groups_)[collectives_[index(message.collective)].group].members;
    for (; message.slots < members.size(); ++message.slots) {
        Port& target = ports_[index(members[message.slots].port)];
        if (target.free_slots == 0) {
            target.slot_waiters.push(id);
            return;
        }
        --target.free_slots;
    }
    grant(id);
}

void Noc::join_round(MessageId id) {
    Message& message = messages_[index(id)];
    const std::int32_t group = core::extension_of(*message.payload).group;
    GroupState& state = state_of(group);
    const std::int32_t member = (*groups_)[group].find(message.source);
    const std::int64_t ahead = state.joined[index(member)]++ - state.accepted;
    if (ahead == static_cast<std::int64_t>(state.rounds.size())) {
        state.rounds.push(new_collective(group, (*groups_)[group].members.size()));
    }
    message.collective = state.rounds[static_cast<std::size_t>(ahead)];
    Collective& round = collectives_[index(message.collective)];
    check_part(round, *message.payload);
    round.parts[index(member)] = message.payload;
    round.messages.push_back(id);
    --round.open;
    if (ahead < kRounds) {
        grant(id);
    }
}

/// The initiators' program decides which writes meet; different ones would have no sum.
void Noc::check_part(const Collective& round, Payload& part) const {
    if (round.messages.empty()) {
        return;
    }
    Payload& first = *messages_[index(round.messages.front())].payload;
    const core::PayloadExtension& a = core::extension_of(first);
    const core::PayloadExtension& b = core::extension_of(part);
    if (first.get_data_length() != part.get_data_length() || a.local_address != b.local_address ||
        a.sum != b.sum || a.semaphore != b.semaphore) {
        throw core::ModelError(path() + ": " + topology_.port(b.source_port).name + " and " +
                               topology_.port(a.source_port).name + " write different parts to " +
                               core::PhysicalAddress::decode(part.get_address()).str());
    }
}

/// A write of one target's own. The bytes stay the initiator's until all have answered.
Noc::Payload& Noc::make_copy(std::int32_t collective, const GroupMember& to) {
    const Collective& origin = collectives_[index(collective)];
    Payload& original = *origin.parts.front();
    Payload& copy = *services().payloads.allocate();
    core::PayloadExtension& extension = core::extension_of(copy);
    extension.copy_from(core::extension_of(original));
    extension.tag = static_cast<std::uint64_t>(collective);
    extension.target_port = to.port;
    copy.set_command(tlm::TLM_WRITE_COMMAND);
    copy.set_address(core::tcm_address(to.place, extension.local_address));
    copy.set_data_ptr(original.get_data_ptr());
    copy.set_data_length(original.get_data_length());
    copy.set_streaming_width(original.get_data_length());
    ++held_;
    return copy;
}

Noc::Payload& Noc::deliver_to_group(MessageId id, PortId target) {
    Message& message = messages_[index(id)];
    const std::int32_t collective = message.collective;
    const MappedGroup& group = (*groups_)[collectives_[index(collective)].group];
    if (group.reduces) {
        return deliver_sum(collective);
    }
    if (--message.slots == 0) {
        free_messages_.push_back(id);
    }
    return make_copy(collective, group.members[index(group.find(target))]);
}

Noc::Payload& Noc::deliver_sum(std::int32_t collective) {
    Collective& round = collectives_[index(collective)];
    free_messages_.insert(free_messages_.end(), round.messages.begin(), round.messages.end());
    ++reductions_;
    Payload& sum = make_copy(collective, (*groups_)[round.group].root);
    if (sum.get_data_ptr() != nullptr) {
        add_up(round);
        sum.set_data_ptr(round.sum.data());
    }
    return sum;
}

/// In the order of members, whatever the tree: rounding does not depend on the topology.
void Noc::add_up(Collective& round) const {
    const std::size_t bytes = round.parts.front()->get_data_length();
    const core::Sum kind = core::extension_of(*round.parts.front()).sum;
    round.sum.assign(round.parts.front()->get_data_ptr(),
                     round.parts.front()->get_data_ptr() + bytes);
    for (std::size_t i = 1; i < round.parts.size(); ++i) {
        if (round.parts[i]->get_data_ptr() != nullptr) {
            add(kind, round.sum.data(), round.parts[i]->get_data_ptr(), bytes);
        }
    }
}

/// The root has room for one more round.
void Noc::sum_accepted(std::int32_t group) {
    GroupState& state = state_of(group);
    state.rounds.pop();
    ++state.accepted;
    if (state.rounds.size() >= static_cast<std::size_t>(kRounds)) {
        const std::int32_t next = state.rounds[static_cast<std::size_t>(kRounds) - 1];
        for (const MessageId id : collectives_[index(next)].messages) {
            grant(id);
        }
    }
}

// Answers.

bool Noc::is_sum(Payload& payload) const {
    const std::int32_t group = core::extension_of(payload).group;
    return group >= 0 && (*groups_)[group].reduces;
}

void Noc::pass_answer(Payload& from, Payload& to) {
    const core::PayloadExtension& answer = core::extension_of(from);
    core::PayloadExtension& extension = core::extension_of(to);
    for (const core::Stage stage :
         {core::Stage::kAtTarget, core::Stage::kServiceBegin, core::Stage::kServiceEnd}) {
        extension.set_stage(stage, answer.at(stage));
    }
    if (!to.is_response_error() || to.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE) {
        to.set_response_status(from.get_response_status());
        extension.fault = answer.fault;
    }
}

/// Each source gets the root's answer.
void Noc::answer_sources(PortId root, Payload& sum) {
    const auto number = static_cast<std::int32_t>(core::extension_of(sum).tag);
    const Collective& round = collectives_[index(number)];
    for (Payload* part : round.parts) {
        pass_answer(sum, *part);
        core::PayloadExtension& extension = core::extension_of(*part);
        extension.group = -1;  // an answer like any other from here on
        ports_[index(root)].responses.waiting.push_back(
            new_message({part, root, extension.source_port, 0, now_, true}));
    }
    state_of(round.group).writes_open -= static_cast<std::int64_t>(round.parts.size());
    end_collective(number);
}

/// An error of any target is the error of the whole.
void Noc::copy_answered(PortId source, Payload& copy) {
    const auto number = static_cast<std::int32_t>(core::extension_of(copy).tag);
    Collective& multicast = collectives_[index(number)];
    Payload& original = *multicast.parts.front();
    pass_answer(copy, original);
    copy.release();
    --held_;
    if (--multicast.open > 0) {
        return;
    }
    --state_of(multicast.group).writes_open;
    end_collective(number);
    arrived(source, original);
}

std::int32_t Noc::new_collective(std::int32_t group, std::size_t parts) {
    if (free_collectives_.empty()) {
        free_collectives_.push_back(static_cast<std::int32_t>(collectives_.size()));
        collectives_.emplace_back();
    }
    const std::int32_t number = free_collectives_.back();
    free_collectives_.pop_back();
    Collective& collective = collectives_[index(number)];
    collective.group = group;
    collective.open = parts;
    collective.parts.assign(parts, nullptr);
    collective.messages.clear();
    return number;
}

void Noc::end_collective(std::int32_t number) {
    free_collectives_.push_back(number);
}

// Reports.

void Noc::register_group_stats() {
    core::StatGroup& group = stats().child("collectives");
    group.value("groups", "1", "groups mapped",
                [this] { return static_cast<double>(groups_->size()); });
    group.value("group_entries_max", "1", "groups in the table of the router that knows most",
                [this] { return static_cast<double>(groups_->fullest()); });
    group.counter("multicasts", "1", "writes to multicast groups", &multicasts_);
    group.counter("reductions", "1", "sums delivered to roots", &reductions_);
}

/// Reductions that wait for parts.
std::string Noc::describe_groups() const {
    std::string text;
    for (std::size_t i = 0; i < group_states_.size(); ++i) {
        const GroupState& state = group_states_[i];
        if (state.rounds.empty() || collectives_[index(state.rounds.front())].open == 0) {
            continue;
        }
        const Collective& round = collectives_[index(state.rounds.front())];
        const MappedGroup& group = (*groups_)[static_cast<std::int32_t>(i)];
        text += "\n  a reduction to " + group.root.place.str() + " waits for";
        for (std::size_t m = 0; m < group.members.size(); ++m) {
            text += round.parts[m] == nullptr ? " " + group.members[m].place.str() : "";
        }
    }
    return text;
}

}  // namespace strata::interconnect
