// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/pe/pe_bench.h"

#include <gtest/gtest.h>

#include <utility>

#include "core/logging.h"

namespace strata::models {

namespace {

constexpr std::uint64_t kDramBytes = 1024 * core::kKiB;
constexpr std::uint64_t kNandBytes = 1024 * core::kKiB;

test::TargetTesterConfig memory_config(const PeBench::Options& options) {
    test::TargetTesterConfig config;
    config.accept_delay = options.accept;
    config.latency = options.latency;
    config.queue_depth = 1000;
    config.backing = options.functional ? static_cast<core::Bytes>(kDramBytes + kNandBytes) : 0;
    config.local_address = true;
    return config;
}

}  // namespace

LocalAddresses::LocalAddresses(const sc_core::sc_module_name& module_name)
    : sc_module(module_name), in("in"), out("out") {
    in.register_nb_transport_fw(this, &LocalAddresses::forward);
    out.register_nb_transport_bw(this, &LocalAddresses::backward);
}

std::uint64_t LocalAddresses::local(std::uint64_t pa) {
    const core::PhysicalAddress address = core::PhysicalAddress::decode(pa);
    return address.offset + (address.region == core::Region::kNand ? kDramBytes : 0);
}

tlm::tlm_sync_enum LocalAddresses::forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                           sc_core::sc_time& delay) {
    core::extension_of(payload).local_address = local(payload.get_address());
    return out->nb_transport_fw(payload, phase, delay);
}

tlm::tlm_sync_enum LocalAddresses::backward(tlm::tlm_generic_payload& payload,
                                            tlm::tlm_phase& phase, sc_core::sc_time& delay) {
    return in->nb_transport_bw(payload, phase, delay);
}

PeBench::PeBench(const Options& options)
    : services(stats, energy, pool, core::make_silent_logger()),
      clock("pe", options.pe.clock),
      pe("pe", options.pe, options.mmu, kPe, map, clock, code,
         (services.functional = options.functional, services)),
      sender("sender", pool),
      memory("memory", memory_config(options)),
      inbox_checker("inbox_checker"),
      port_checker("port_checker"),
      addresses("addresses") {
    fill(map);
    inbox_checker.between(sender.socket, pe.inbox);
    port_checker.between(pe.port, addresses.in);
    addresses.out.bind(memory.socket);
}

std::uint64_t PeBench::send(core::Ps time, Request request) {
    auto message = std::make_shared<RequestMessage>();
    message->request_id = next_request_++;
    message->correlation_id = 1000 + message->request_id;
    message->reply_to = core::m_cpu_place(0, 0);
    message->targets = {kPe};
    message->request = std::make_shared<const Request>(std::move(request));
    const std::uint64_t id = message->request_id;
    sender.issue(time, [message](tlm::tlm_generic_payload& payload) {
        payload.set_command(tlm::TLM_WRITE_COMMAND);
        payload.set_address(core::mailbox_address(kPe));
        payload.set_data_length(static_cast<unsigned int>(wire_bytes(*message)));
        core::extension_of(payload).object = message;
    });
    return id;
}

std::uint64_t PeBench::launch(core::Ps time, Kernel kernel, std::uint64_t pa) {
    auto image = std::make_shared<CodeImage>();
    image->entries.push_back({kPe, std::make_shared<const Kernel>(std::move(kernel))});
    code.written(pa, std::max<core::Bytes>(image->bytes(), 1), image);
    KernelLaunch request;
    request.kernel.deploy_pa = pa;
    return send(time, request);
}

void PeBench::map_pages(std::uint64_t va, std::uint64_t pa, core::Bytes size, bool writable) {
    ASSERT_TRUE(pe.mmu().map({{va, pa, size, writable}}).ok());
    for (core::Bytes at = 0; at < size; at += pe.mmu().config().page) {
        pe.mmu().finish_walk(va + static_cast<std::uint64_t>(at), false);
    }
}

void PeBench::run() {
    sc_core::sc_start();
    inbox_checker.check_finished();
    port_checker.check_finished();
    EXPECT_EQ(pool.in_use(), 0);
}

const test::TargetTester::Arrival* PeBench::find(std::uint64_t request_id) const {
    for (const auto& arrival : memory.arrivals()) {
        if (arrival.extension.object != nullptr && arrival.extension.request_id == request_id) {
            return &arrival;
        }
    }
    return nullptr;
}

Response PeBench::answer(std::uint64_t request_id) const {
    const auto* arrival = find(request_id);
    if (arrival == nullptr) {
        ADD_FAILURE() << "no answer to request " << request_id;
        return {};
    }
    const auto message =
        std::dynamic_pointer_cast<const ResponseMessage>(arrival->extension.object);
    EXPECT_NE(message, nullptr);
    EXPECT_EQ(arrival->address, core::mailbox_address(core::m_cpu_place(0, 0)));
    EXPECT_EQ(arrival->length, wire_bytes(*message));
    EXPECT_EQ(message->request_id, request_id);
    EXPECT_EQ(message->correlation_id, 1000 + request_id);
    EXPECT_EQ(message->responses.size(), 1U);
    EXPECT_EQ(message->responses[0].source, kPe);
    return message->responses[0];
}

core::Ps PeBench::answered_at(std::uint64_t request_id) const {
    const auto* arrival = find(request_id);
    return arrival != nullptr ? arrival->begin_req : -1;
}

std::vector<test::TargetTester::Arrival> PeBench::traffic() const {
    const std::uint64_t tables = dram(512 * core::kKiB);
    std::vector<test::TargetTester::Arrival> result;
    for (const auto& arrival : memory.arrivals()) {
        const bool walk = arrival.address >= tables && arrival.address < tables + 64 * core::kKiB;
        if (arrival.extension.object == nullptr && !walk) {
            result.push_back(arrival);
        }
    }
    return result;
}

KernelBuilder& KernelBuilder::add(Engine engine, std::variant<DmaCopy, Gemm, VectorOp> op,
                                  std::vector<Wait> waits) {
    kernel.streams[static_cast<std::size_t>(engine)].push_back({std::move(op), std::move(waits)});
    return *this;
}

}  // namespace strata::models
