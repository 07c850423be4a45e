// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// All-to-all exchange among a fixed group of PEs: each member writes one message into the TCM
// mailbox of each other member. Collectives are made of these.
//
// A mailbox has two halves that uses take in turns, with a semaphore each. Why nothing races:
// (1) A member's stores of use u start after its reads of use u−1 (which waited for all messages of
//     u−1) and after its own stores of use u−1 have finished.
// (2) So when q sends use u+2 to p, q has received use u+1 of every member r; r had sent that after
//     its stores of use u had landed everywhere: all messages of use u are at p. The semaphore of
//     a half therefore never counts a message of u+2 in place of one of u.
// (3) q has received use u+1 of p too, which p sent after it had read its mailbox of use u: q's
//     message of u+2 overwrites nothing that is still needed.
// Every member takes part in every use with equally long messages, so this holds for all of them.
// Between two launches the host waits for all PEs, and uses count from 0 again.

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/units.h"
#include "runtime/compiler/kernel_builder.h"

namespace strata::runtime {

class Exchange {
   public:
    struct Layout {
        std::vector<std::int64_t> members;   ///< flat PE indices, sorted
        std::int64_t self = 0;               ///< own position in `members`
        std::uint64_t mailbox = 0;           ///< TCM address of the first half, on every member
        core::Bytes half = 0;                ///< bytes of a half
        std::int32_t semaphore = 0;          ///< the first of two
        std::vector<std::uint64_t> windows;  ///< VA of each member's TCM address 0
    };
    explicit Exchange(Layout layout);

    std::int64_t members() const { return static_cast<std::int64_t>(layout_.members.size()); }
    std::int64_t self() const { return layout_.self; }

    /// Sends `bytes` from `source + member · stride` to every other member. `payload` holds the
    /// source; `extra` must have finished as well.
    void send(KernelBuilder& builder, Buffer& payload, std::uint64_t source, core::Bytes stride,
              core::Bytes bytes, const EngineCounts& extra = {});

    /// The received messages of the last send: one after the other by member, without the own one.
    Buffer& mailbox() { return halves_[half_index()]; }
    /// What the readers of mailbox() wait for.
    models::Wait arrival() const;

   private:
    std::size_t half_index() const { return static_cast<std::size_t>((uses_ - 1) % 2); }

    Layout layout_;
    std::array<Buffer, 2> halves_;
    std::array<std::int64_t, 2> expected_{};
    std::int64_t uses_ = 0;
    EngineCounts sent_{};  ///< stores of the last use
};

}  // namespace strata::runtime
