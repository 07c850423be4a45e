// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Purpose: the host behind the PCIe link: runs the host program and exchanges messages with the
//   device.
// Modelled: a ring of messages in flight, the host's time per message and per completion, long
//   transfers in chunks, one message per addressed SIP.
// Not modelled: the host's processor and memory, the ring's own bytes and doorbell registers (a
//   message carries its descriptor in its header), interrupts that get lost.
// Timings: assumptions, see HostConfig::parse. Times in ps.

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/component.h"
#include "models/cpu/dma_probe.h"
#include "models/cpu/mailbox.h"
#include "models/cpu/message.h"
#include "runtime/host/host_config.h"
#include "runtime/host/request_split.h"

namespace strata::runtime {

using RequestId = std::uint64_t;

/// What became of a request.
struct Completion {
    RequestId request_id = 0;
    std::uint64_t correlation_id = 0;
    const char* message = "";                  ///< name_of the request
    core::Ps sent = 0;                         ///< when submit was called
    core::Ps done = 0;                         ///< when the program can know; 0 while in flight
    std::vector<models::Response> responses;   ///< one per target, sorted by place
    std::optional<models::ProbeResult> probe;  ///< of a PeDma

    bool ok() const { return first_error() == nullptr; }
    /// The first response that failed; null when none did.
    const models::Response* first_error() const;
};

class Host;
/// Runs on an SC_THREAD of the host: may call submit, wait, call and sc_core::wait.
using HostProgram = std::function<void(Host&)>;

class Host : public models::Mailbox {
   public:
    SC_HAS_PROCESS(Host);
    Host(const sc_core::sc_module_name& module_name, const HostConfig& config,
         const models::SystemShape& shape, core::Services& services);

    // Set-up, before the simulation starts.

    void set_program(HostProgram program) { program_ = std::move(program); }
    /// Where PeDma requests of this PE go. `probe` outlives the host's use.
    void add_probe(const core::Place& place, models::DmaProbe& probe);
    /// Called when the program has returned (or failed).
    void on_finished(std::function<void()> callback) { on_finished_ = std::move(callback); }

    // For host programs; these may block.

    /// Starts a host operation: requests from now on carry its correlation id.
    std::uint64_t begin_operation(const std::string& name);
    /// Sends a request; blocks while the ring is full. A request with targets outside the system
    /// is answered by the host itself with kBadTarget.
    RequestId submit(models::Request request);
    /// Blocks until the request is answered. The reference holds until `take`. Throws ModelError
    /// for an id that is not known.
    const Completion& wait(RequestId id);
    /// The same, and the host forgets the request.
    Completion take(RequestId id);
    Completion call(models::Request request) { return take(submit(std::move(request))); }
    /// One transfer at a PE's DMA, without the command path and without host time.
    models::ProbeResult probe(const models::PeDma& transfer);
    /// Blocks until nothing is in flight.
    void wait_all();

    // For the run wrapper and reports.

    bool finished() const { return finished_; }
    /// What the program threw, null when all is well. The run wrapper rethrows it.
    std::exception_ptr failure() const { return failure_; }
    const models::SystemShape& shape() const { return shape_; }
    const std::string& operation_name(std::uint64_t correlation_id) const;

    struct LogEntry {
        const char* message = "";
        RequestId request_id = 0;
        std::uint64_t correlation_id = 0;
        core::Ps sent = 0;
        core::Ps done = 0;
        std::int64_t responses = 0;
        std::string error;  ///< empty when all targets succeeded
    };
    /// In order of completion; empty unless HostConfig::log.
    const std::vector<LogEntry>& log() const { return log_; }

    bool idle() const override;
    std::string describe_state() const override;

   protected:
    bool can_take_request() const override { return true; }
    void take_request(std::shared_ptr<const models::RequestMessage> message) override;
    void take_response(std::shared_ptr<const models::ResponseMessage> message) override;

   private:
    struct Operation {
        Completion completion;
        ResponseMerger merger;
        std::int64_t open_messages = 0;
        bool all_sent = false;
        bool complete() const { return all_sent && open_messages == 0; }
    };
    struct InFlight {
        RequestId operation = 0;
        core::Bytes offset = 0;
        core::Place to;
    };

    void run();
    void send_parts(RequestId id, models::Request request, const std::vector<core::Place>& targets);
    void send_message(RequestId id, const RequestPart& part, std::int16_t sip,
                      const std::vector<core::Place>& targets);
    void inject(RequestId id, const models::PeDma& transfer);
    std::string problem_of(const models::Request& request) const;
    void reject(RequestId id, models::ErrorCode code, std::string text);
    void complete(RequestId id, core::Ps done);
    void wait_until(core::Ps time);
    void register_stats();

    HostConfig config_;
    models::SystemShape shape_;
    HostProgram program_;
    std::function<void()> on_finished_;
    std::map<core::Place, models::DmaProbe*> probes_;

    std::vector<std::string> operations_{"host"};  // by correlation id
    RequestId next_id_ = 1;
    std::uint64_t next_message_id_ = 1;
    std::map<RequestId, Operation> requests_;
    std::map<RequestId, InFlight> ring_;  // by message id
    std::int64_t incomplete_ = 0;
    core::Ps latest_done_ = 0;
    sc_core::sc_event progress_event_;
    bool finished_ = false;
    std::exception_ptr failure_;
    std::vector<LogEntry> log_;

    std::int64_t submitted_ = 0;
    std::int64_t failed_ = 0;
    std::int64_t messages_ = 0;
    std::int64_t bytes_sent_ = 0;
    std::int64_t bytes_received_ = 0;
    std::int64_t ring_max_ = 0;
    core::Histogram latency_;  // submit → done, ps
};

}  // namespace strata::runtime
