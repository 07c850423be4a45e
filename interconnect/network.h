// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The network model behind one interface, free of SystemC. The shell (interconnect/noc.h) owns two
// of them, one for requests and one for responses, so that a memory that answers can never block
// the requests it waits for.

#include <cstdint>
#include <string>
#include <vector>

#include "core/units.h"

namespace strata::interconnect {

/// One transfer between two ports. A network splits it into packets of at most the configured size.
struct Transfer {
    std::uint64_t id = 0;            ///< the caller's handle, returned in the Delivery
    std::int32_t source = 0;         ///< port
    std::int32_t target = 0;         ///< port
    core::Bytes bytes = 0;           ///< data carried, without headers; may be 0
    std::uint8_t traffic_class = 0;  ///< request, response, …: has VCs of its own at flit level
    std::uint8_t qos = 0;            ///< the higher one wins, within the anti-starvation limit
    std::int32_t group = -1;         ///< collective that it belongs to; `target` means nothing then
};

/// A unicast is delivered once, at its target; a multicast at each target, in its own time; the
/// parts of a reduction together at the root, under the id of the one that was sent first.
struct Delivery {
    std::uint64_t id = 0;
    core::Ps time = 0;       ///< when the last flit of the last packet left the ejection port
    std::int32_t port = -1;  ///< where it has arrived
};

/// The injection port has taken the last flit of a transfer whose `send` returned kNever.
struct Injection {
    std::uint64_t id = 0;
    core::Ps time = 0;  ///< when the injection link is free again
};

/// What `advance` reports; it appends, the caller clears. Each list is ordered by time, transfers
/// of one (source, target, class) in the order of `send` where the network keeps it.
struct Progress {
    std::vector<Delivery> delivered;
    std::vector<Injection> injected;

    void clear() {
        delivered.clear();
        injected.clear();
    }
};

/// The life of one packet, for measurements. A multicast's packet has a record, made when the last
/// target has it, and so has a sum; the parts have none.
struct PacketRecord {
    Transfer transfer;          ///< that it belongs to
    std::int32_t flits = 0;     ///< of this packet, its header included
    std::int32_t routers = 0;   ///< visited
    core::Ps sent = 0;          ///< `send` was called
    core::Ps injected = 0;      ///< its head enters the injection link
    core::Ps head_arrived = 0;  ///< its head left the ejection port
    core::Ps tail_arrived = 0;  ///< its tail left the ejection port
    bool last = false;          ///< of its transfer
};

class PacketObserver {
   public:
    virtual ~PacketObserver() = default;
    /// In the order of `tail_arrived`, within the `advance` that reaches it.
    virtual void delivered(const PacketRecord& packet) = 0;
};

/// Use: `send` at the current time, then ask `next_event`; call `advance(t)` with t ≤ next_event.
class Network {
   public:
    virtual ~Network() = default;

    /// Hands a transfer to the port's injection queue at time `now` (never earlier than the last
    /// `advance`). Returns when the port has taken its last flit, i.e. when the injection link is
    /// free again; kNever when only time will tell (backpressure), then `advance` reports it.
    virtual core::Ps send(core::Ps now, const Transfer& transfer) = 0;

    /// Time of the next thing to do; kNever when the network is empty.
    virtual core::Ps next_event() const = 0;

    /// No delivery is earlier. Until then the caller may put off `advance`, as what happens inside
    /// concerns nobody else.
    virtual core::Ps next_delivery() const { return next_event(); }

    /// Does everything up to and including `now`; appends to `progress`.
    virtual void advance(core::Ps now, Progress& progress) = 0;

    /// Latency of a transfer in an empty network, the closed form the model must meet.
    virtual core::Ps zero_load_latency(const Transfer& transfer) const = 0;

    /// Transfers, each part of a reduction being one, whose last delivery is to come.
    virtual std::int64_t in_flight() const = 0;
    virtual std::string describe_state() const = 0;
};

}  // namespace strata::interconnect
