// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/pe_endpoint.h"

#include <utility>
#include <variant>

#include "core/diagnostics.h"
#include "models/pe/builtin_kernels.h"

namespace strata::models {

using core::Bytes;
using core::kNever;
using core::Ps;

namespace {

ErrorCode error_code(mmu::MapError error) {
    switch (error) {
        case mmu::MapError::kNone:
            return ErrorCode::kNone;
        case mmu::MapError::kMisaligned:
            return ErrorCode::kMisaligned;
        case mmu::MapError::kBadRange:
            return ErrorCode::kBadAddress;
        case mmu::MapError::kOverlap:
            return ErrorCode::kOverlap;
        case mmu::MapError::kNotMapped:
            return ErrorCode::kNotMapped;
        case mmu::MapError::kPinned:
        case mmu::MapError::kNotPinned:
            return ErrorCode::kBusy;
    }
    throw core::ModelError("no such mapping error");
}

ErrorCode error_code(interconnect::GroupError error) {
    using interconnect::GroupError;
    switch (error) {
        case GroupError::kNone:
            return ErrorCode::kNone;
        case GroupError::kBadNumber:
            return ErrorCode::kBadAddress;
        case GroupError::kBadMember:
            return ErrorCode::kBadTarget;
        case GroupError::kTaken:
            return ErrorCode::kOverlap;
        case GroupError::kNotMapped:
            return ErrorCode::kNotMapped;
        case GroupError::kBusy:
            return ErrorCode::kBusy;
        case GroupError::kTableFull:
            return ErrorCode::kNoCapacity;
        case GroupError::kUnsupported:
            return ErrorCode::kUnsupported;
    }
    throw core::ModelError("no such group error");
}

const interconnect::GroupResult kNoGroups{interconnect::GroupError::kUnsupported,
                                          "the PE has no network that knows groups"};

Response make_response(const core::Place& place, const Failure& why) {
    if (why.code != ErrorCode::kNone) {
        return failure(place, why.code, why.text, why.address);
    }
    Response response;
    response.source = place;
    return response;
}

}  // namespace

PeEndpoint::PeEndpoint(const PeConfig& config, const core::ClockDomain& clock,
                       const core::Place& place, bool functional, const Parts& parts)
    : config_(config), clock_(clock), place_(place), functional_(functional), parts_(parts) {}

Ps PeEndpoint::cost(const Request& request) const {
    std::int64_t cycles = config_.endpoint.message_cycles;
    if (std::holds_alternative<KernelLaunch>(request)) {
        cycles += config_.endpoint.launch_cycles;
    } else {
        cycles += entries_of(request) * config_.endpoint.map_entry_cycles;
    }
    return clock_.cycles(cycles);
}

void PeEndpoint::step(Ps now) {
    for (;;) {
        KernelResult result;
        if (parts_.commands.take_result(result)) {
            answer(launched_, make_response(place_, result));
            launched_.reset();
        }
        if (current_ == nullptr && !inbox_.empty()) {
            current_ = std::move(inbox_.front());
            inbox_.pop_front();
            ++counters_.messages;
            const Ps work = cost(*current_->request);
            counters_.busy += work;
            busy_until_ = now + work;
        }
        if (busy_until_ > now) {
            break;
        }
        busy_until_ = kNever;
        execute(now);
    }
    send_answers(now);
}

void PeEndpoint::execute(Ps now) {
    const Message message = current_;  // an execution may end it
    std::visit([&](const auto& request) { execute(now, request); }, *message->request);
}

/// The address as this PE sees it: its own SIP, cube and, in a TCM, its own number.
std::uint64_t PeEndpoint::own_address(std::uint64_t pa) const {
    core::PhysicalAddress address = core::PhysicalAddress::decode(pa);
    if (address.region == core::Region::kTcm) {
        return core::tcm_address(place_, address.pe_byte());
    }
    address.sip = place_.sip;
    address.cube = place_.cube;
    return address.encode();
}

DmaSide PeEndpoint::memory_side(std::uint64_t pa) const {
    const core::PhysicalAddress address = core::PhysicalAddress::decode(pa);
    if (address.region == core::Region::kTcm) {
        return {DmaSide::Kind::kTcm, address.pe_byte(), 0};
    }
    return {DmaSide::Kind::kPhysical, pa, 0};
}

void PeEndpoint::move(Ps now, DmaTransfer transfer) {
    transfer.correlation_id = current_->correlation_id;
    transfer.request_id = current_->request_id;
    parts_.dma.submit(now, DmaQueue::kPhysical, std::move(transfer));
}

void PeEndpoint::execute(Ps now, const MemoryWrite& write) {
    DmaTransfer transfer;
    transfer.source = {DmaSide::Kind::kBuffer, 0, 0};
    transfer.target = memory_side(own_address(write.dst_pa));
    transfer.row_bytes = write.nbytes;
    if (write.buffer == nullptr) {
        transfer.fill = true;
        transfer.pattern = write.pattern;
    } else if (functional_ && write.buffer->code == nullptr) {
        const auto size = static_cast<Bytes>(write.buffer->bytes.size());
        if (write.buffer_offset < 0 || write.nbytes < 0 || write.buffer_offset > size ||
            write.nbytes > size - write.buffer_offset) {
            answer_current(failure(place_, ErrorCode::kBadAddress,
                                   "the write leaves its host buffer", write.dst_pa));
            return;
        }
        transfer.in = write.buffer->bytes.data() + write.buffer_offset;
    }
    move(now, std::move(transfer));
}

void PeEndpoint::execute(Ps now, const MemoryRead& read) {
    DmaTransfer transfer;
    transfer.source = memory_side(own_address(read.src_pa));
    transfer.target = {DmaSide::Kind::kBuffer, 0, 0};
    transfer.row_bytes = read.nbytes;
    if (functional_ && read.nbytes > 0 && parts_.dma.reaches(transfer.source, read.nbytes)) {
        read_bytes_ =
            std::make_shared<std::vector<std::uint8_t>>(static_cast<std::size_t>(read.nbytes));
        transfer.out = read_bytes_->data();
    }
    move(now, std::move(transfer));
}

void PeEndpoint::execute(Ps now, const PeDma& probe) {
    const Message message = current_;
    parts_.probe.inject(now, probe, [this, message](const ProbeResult& result) {
        answer(message, result.response);
    });
    current_.reset();
}

void PeEndpoint::execute(Ps now, const KernelLaunch& launch) {
    if (parts_.commands.running() || launched_ != nullptr) {
        answer_current(
            failure(place_, ErrorCode::kBusy, "a kernel is still running on " + place_.str()));
    } else if (launch.kernel.kind == KernelRef::Kind::kBuiltin) {
        launch_builtin(now, launch);
    } else {
        launch_deployed(now, launch.kernel);
    }
}

void PeEndpoint::launch_builtin(Ps now, const KernelLaunch& launch) {
    const std::string& name = launch.kernel.name;
    const BuiltinKernel kernel = find_builtin_kernel(name);
    const std::optional<std::int64_t> cycles =
        kernel != nullptr ? kernel(launch.args) : std::nullopt;
    if (!cycles) {
        const char* why = kernel != nullptr ? " does not take these arguments" : " is not known";
        answer_current(
            failure(place_, ErrorCode::kUnknownKernel, "built-in kernel '" + name + "'" + why));
        return;
    }
    launched_ = std::move(current_);
    parts_.commands.launch_builtin(now, name, *cycles);
}

void PeEndpoint::launch_deployed(Ps now, const KernelRef& ref) {
    const std::uint64_t pa = own_address(ref.deploy_pa);
    const std::shared_ptr<const CodeImage> image = parts_.code.find(pa);
    std::shared_ptr<const Kernel> kernel = image != nullptr ? image->find(place_) : nullptr;
    if (kernel == nullptr) {
        const std::string what =
            image != nullptr ? "the code holds no kernel for " + place_.str() : "no code";
        answer_current(failure(place_, ErrorCode::kNoCode,
                               what + " at " + core::PhysicalAddress::decode(pa).str(), pa));
        return;
    }
    launched_ = std::move(current_);
    parts_.commands.launch(now, std::move(kernel), pa);
}

void PeEndpoint::execute(Ps now, const MmuMap& map) {
    std::vector<mmu::MapEntry> entries;
    entries.reserve(map.entries.size());
    for (const MmuMap::Entry& entry : map.entries) {
        mmu::MapEntry page;
        page.va = entry.va;
        page.pa = entry.pa;
        page.size = entry.size;
        page.writable = entry.writable;
        entries.push_back(page);
    }
    finish_mapping(now, parts_.mmu.map(entries));
}

void PeEndpoint::execute(Ps now, const MmuUnmap& unmap) {
    std::vector<mmu::UnmapEntry> entries;
    entries.reserve(unmap.entries.size());
    for (const MmuUnmap::Entry& entry : unmap.entries) {
        entries.push_back({entry.va, entry.size});
    }
    finish_mapping(now, parts_.mmu.unmap(entries));
}

void PeEndpoint::finish_mapping(Ps now, const mmu::MapResult& result) {
    if (result.ok()) {
        parts_.dma.retry_translations(now);
    }
    answer_current(make_response(
        place_, {error_code(result.code), result.address, result.ok() ? "" : result.str()}));
}

void PeEndpoint::execute(Ps, const CollectiveMap& map) {
    std::vector<interconnect::GroupRequest> requests;
    requests.reserve(map.entries.size());
    for (const CollectiveMap::Entry& entry : map.entries) {
        requests.push_back(
            {entry.group, entry.kind == CollectiveMap::Kind::kReduce, entry.members});
    }
    finish_groups(groups_ != nullptr ? groups_->map_groups(place_, requests) : kNoGroups);
}

void PeEndpoint::execute(Ps, const CollectiveUnmap& unmap) {
    finish_groups(groups_ != nullptr ? groups_->unmap_groups(place_, unmap.groups) : kNoGroups);
}

void PeEndpoint::finish_groups(const interconnect::GroupResult& result) {
    answer_current(make_response(place_, {error_code(result.error), 0, result.text}));
}

void PeEndpoint::done(const DmaDone& done) {
    if (done.queue == DmaQueue::kMessage) {
        if (done.failure.code != ErrorCode::kNone) {
            throw core::ModelError(place_.str() + ": an answer was refused: " + done.failure.text);
        }
        return;
    }
    Response response = make_response(place_, done.failure);
    const Request& request = *current_->request;
    if (const auto* write = std::get_if<MemoryWrite>(&request); write != nullptr) {
        if (response.success) {
            note_written(*write);
        }
    } else if (const auto* read = std::get_if<MemoryRead>(&request);
               read != nullptr && response.success) {
        response.data_bytes = read->nbytes;
        response.data = std::move(read_bytes_);
    }
    read_bytes_.reset();
    answer_current(std::move(response));
}

/// Code counts as deployed when its last byte has been written; it may come in several pieces.
void PeEndpoint::note_written(const MemoryWrite& write) {
    const std::uint64_t pa = own_address(write.dst_pa);
    const std::shared_ptr<const CodeImage> code =
        write.buffer != nullptr ? write.buffer->code : nullptr;
    parts_.code.written(pa, write.nbytes, nullptr);
    if (code != nullptr && write.buffer_offset + write.nbytes >= code->bytes()) {
        const auto offset = static_cast<std::uint64_t>(write.buffer_offset);
        parts_.code.written(pa - offset, write.buffer_offset + write.nbytes, code);
    }
}

void PeEndpoint::answer_current(Response response) {
    const Message message = std::move(current_);
    current_.reset();
    answer(message, std::move(response));
}

void PeEndpoint::answer(const Message& to, Response response) {
    counters_.errors += response.success ? 0 : 1;
    auto message = std::make_shared<ResponseMessage>();
    message->correlation_id = to->correlation_id;
    message->request_id = to->request_id;
    message->responses.push_back(std::move(response));
    answers_.emplace_back(to->reply_to, std::move(message));
}

void PeEndpoint::send_answers(Ps now) {
    while (!answers_.empty() && parts_.dma.can_accept(DmaQueue::kMessage)) {
        auto [to, message] = std::move(answers_.front());
        answers_.pop_front();
        DmaTransfer transfer;
        transfer.source = {DmaSide::Kind::kBuffer, 0, 0};
        transfer.target = {DmaSide::Kind::kPhysical, core::mailbox_address(to), 0};
        transfer.row_bytes = wire_bytes(*message);
        transfer.correlation_id = message->correlation_id;
        transfer.request_id = message->request_id;
        transfer.object = std::move(message);
        parts_.dma.submit(now, DmaQueue::kMessage, std::move(transfer));
    }
}

bool PeEndpoint::idle() const {
    return inbox_.empty() && current_ == nullptr && launched_ == nullptr && answers_.empty();
}

std::string PeEndpoint::describe_state() const {
    std::string text = "endpoint: ";
    text += current_ != nullptr ? name_of(*current_->request) : "nothing";
    text += " in work, " + std::to_string(inbox_.size()) + " requests and " +
            std::to_string(answers_.size()) + " answers waiting\n";
    return text;
}

void PeEndpoint::register_stats(core::StatGroup& stats) const {
    core::StatGroup& group = stats.child("endpoint");
    group.counter("messages", "1", "requests executed", &counters_.messages);
    group.counter("errors", "1", "requests answered with an error", &counters_.errors);
    group.counter("busy_ps", "ps", "decoding and answering", &counters_.busy);
}

}  // namespace strata::models
