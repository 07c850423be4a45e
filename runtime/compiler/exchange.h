// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Exchange among a fixed group of PEs through TCM mailboxes. Collectives are made of these.
//
// Three ways to carry the messages: a store to each other member; one store that the network
// forks to all (the same message for all); or a store to each other member's reduction, of whose
// parts the network delivers the sum. A mailbox holds a message per other member, per member (the
// own place stays empty, as a fork writes to one address), or the sum alone.
//
// A mailbox has two halves that uses take in turns, with a semaphore each. Why nothing races, the
// delivery of a sum being that of all its parts:
// (1) A member's stores of use u start after its reads of use u−1 (which waited for all messages of
//     u−1) and after its own stores of use u−1 have finished.
// (2) So when q sends use u+2 to p, q has received use u+1 of every member r; r had sent that after
//     its stores of use u had landed everywhere: all messages of use u are at p. The semaphore of
//     a half therefore never counts a message of u+2 in place of one of u.
// (3) q has received use u+1 of p too, which p sent after it had read its mailbox of use u: q's
//     message of u+2 overwrites nothing that is still needed.
// Every member takes part in every use with equally long messages, so this holds for all of them.
// All members serve the reductions in the order of their roots: whoever waits for a part waits for
// one that comes. Between two launches the host waits for all PEs, and uses count from 0 again.

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/units.h"
#include "runtime/compiler/kernel_builder.h"

namespace strata::runtime {

enum class Transport : std::uint8_t { kUnicast, kMulticast, kReduce };

/// Messages that a mailbox has room for.
constexpr std::int64_t mailbox_messages(Transport transport, std::int64_t members) {
    return transport == Transport::kReduce ? 1 : members - (transport == Transport::kUnicast);
}

class Exchange {
   public:
    struct Layout {
        std::vector<std::int64_t> members;  ///< flat PE indices, sorted
        std::int64_t self = 0;              ///< own position in `members`
        Transport transport = Transport::kUnicast;
        std::uint64_t mailbox = 0;   ///< TCM address of the first half, on every member
        core::Bytes half = 0;        ///< bytes of a half
        std::int32_t semaphore = 0;  ///< the first of two
        /// VA of each member's TCM address 0, or of its reduction's; kMulticast: at `self` that of
        /// the own group. The others are not used.
        std::vector<std::uint64_t> windows;
    };
    /// Member j gets `bytes` from `source` + j · stride; kMulticast: stride 0.
    struct Message {
        Buffer* payload = nullptr;  ///< holds the source
        std::uint64_t source = 0;
        core::Bytes stride = 0;
        core::Bytes bytes = 0;
        core::Sum sum = core::Sum::kNone;  ///< kReduce
    };
    explicit Exchange(Layout layout);

    std::int64_t members() const { return static_cast<std::int64_t>(layout_.members.size()); }
    std::int64_t self() const { return layout_.self; }

    /// Sends to every other member. `extra` must have finished before.
    void send(KernelBuilder& builder, const Message& message, const EngineCounts& extra = {});

    /// What the last send brings: one after the other by member.
    Buffer& mailbox() { return halves_[half_index()]; }
    /// How many messages come, and where that of a member lies.
    std::int64_t arrivals() const {
        return layout_.transport == Transport::kReduce ? 1 : members() - 1;
    }
    std::int64_t slot(std::int64_t member) const {
        return layout_.transport == Transport::kUnicast && member > self() ? member - 1 : member;
    }
    /// What the readers of mailbox() wait for.
    models::Wait arrival() const;

   private:
    std::size_t half_index() const { return static_cast<std::size_t>((uses_ - 1) % 2); }
    void store(KernelBuilder& builder, const Message& message, std::int64_t to, std::int64_t slot);

    Layout layout_;
    std::array<Buffer, 2> halves_;
    std::array<std::int64_t, 2> expected_{};
    std::int64_t uses_ = 0;
    EngineCounts sent_{};  ///< stores of the last use
};

}  // namespace strata::runtime
