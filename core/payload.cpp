// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/payload.h"

#include <fmt/format.h>

#include "core/diagnostics.h"

namespace strata::core {

namespace {

const char* command_name(const tlm::tlm_generic_payload& payload) {
    switch (payload.get_command()) {
        case tlm::TLM_READ_COMMAND:
            return "read";
        case tlm::TLM_WRITE_COMMAND:
            return "write";
        case tlm::TLM_IGNORE_COMMAND:
            return "ignore";
    }
    return "unknown";
}

void clear_fields(tlm::tlm_generic_payload& payload) {
    payload.reset();  // frees extensions that others attached with set_auto_extension
    payload.set_command(tlm::TLM_IGNORE_COMMAND);
    payload.set_address(0);
    payload.set_data_ptr(nullptr);
    payload.set_data_length(0);
    payload.set_byte_enable_ptr(nullptr);
    payload.set_byte_enable_length(0);
    payload.set_streaming_width(0);
    payload.set_dmi_allowed(false);
    payload.set_gp_option(tlm::TLM_MIN_PAYLOAD);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

std::string describe(tlm::tlm_generic_payload& payload) {
    const PayloadExtension& extension = extension_of(payload);
    return fmt::format("{} {} of {} bytes at {:#x} ({}), request {}, issued at {} ps",
                       extension.initiator.str(), command_name(payload), payload.get_data_length(),
                       payload.get_address(), PhysicalAddress::decode(payload.get_address()).str(),
                       extension.request_id, extension.at(Stage::kIssue));
}

}  // namespace

const char* to_string(Fault fault) {
    switch (fault) {
        case Fault::kNone:
            return "none";
        case Fault::kDecode:
            return "no target at this address";
        case Fault::kOutOfRange:
            return "beyond the target's capacity";
        case Fault::kMisaligned:
            return "misaligned";
        case Fault::kNandPageOrder:
            return "program not in page order";
        case Fault::kNandProgramTwice:
            return "page programmed twice";
        case Fault::kNandReadErased:
            return "read of an erased page";
        case Fault::kNandEraseOpen:
            return "erase of an open block";
        case Fault::kUncorrectable:
            return "uncorrectable error";
        case Fault::kNandBusy:
            return "flash die, plane or bus is busy";
        case Fault::kNandRegister:
            return "page register holds other data or none";
        case Fault::kNandGroup:
            return "pages that one command cannot take together";
        case Fault::kNandSequence:
            return "nothing to suspend, resume or continue";
        case Fault::kCollective:
            return "not an access that this collective group takes";
    }
    return "unknown";
}

void PayloadExtension::clear() {
    copy_from(PayloadExtension{});
}

tlm::tlm_extension_base* PayloadExtension::clone() const {
    auto* copy = new PayloadExtension;
    copy->copy_from(*this);
    return copy;
}

void PayloadExtension::copy_from(const tlm::tlm_extension_base& other) {
    const bool live = live_;  // belongs to the payload, not to what it carries
    *this = static_cast<const PayloadExtension&>(other);
    live_ = live;
}

PayloadPool::~PayloadPool() {
    for (tlm::tlm_generic_payload* payload : all_) {
        delete payload;  // and its extensions
    }
}

tlm::tlm_generic_payload* PayloadPool::allocate() {
    if (free_.empty()) {
        all_.push_back(new tlm::tlm_generic_payload(this));
        free_.push_back(all_.back());
        all_.back()->set_extension(new PayloadExtension);
        clear_fields(*all_.back());
    }
    tlm::tlm_generic_payload* payload = free_.back();
    if (payload->get_ref_count() != 0) {
        throw ModelError(
            fmt::format("a payload in the pool has reference count {}: "
                        "it was released or acquired after its end",
                        payload->get_ref_count()));
    }
    free_.pop_back();
    extension_of(*payload).live_ = true;
    ++in_use_;
    payload->acquire();
    return payload;
}

void PayloadPool::free(tlm::tlm_generic_payload* payload) {
    PayloadExtension& extension = extension_of(*payload);
    if (!extension.live_) {
        throw ModelError("a payload was freed twice");
    }
    clear_fields(*payload);
    extension.clear();
    extension.live_ = false;
    --in_use_;
    free_.push_back(payload);
}

std::vector<std::string> PayloadPool::describe_live() const {
    std::vector<std::string> lines;
    for (tlm::tlm_generic_payload* payload : all_) {
        if (extension_of(*payload).live_) {
            lines.push_back(describe(*payload));
        }
    }
    return lines;
}

PayloadExtension& extension_of(tlm::tlm_generic_payload& payload) {
    PayloadExtension* extension = payload.get_extension<PayloadExtension>();
    if (extension == nullptr) {
        throw ModelError(
            fmt::format("payload for address {:#x} has no PayloadExtension (did an outside "
                        "initiator send it?)",
                        payload.get_address()));
    }
    return *extension;
}

}  // namespace strata::core
