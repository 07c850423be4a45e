// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/workload/driver.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/random.h"
#include "runtime/compiler/gemm.h"
#include "runtime/host/host.h"
#include "runtime/workload/message_tour.h"

namespace strata::runtime {
namespace {

using core::Bytes;
using core::Region;

/// Submits requests and notes failures in the result.
class Session {
   public:
    Session(Host& host, WorkloadResult& result) : host_(host), result_(result) {}

    void submit(models::Request request) { open_.push_back(host_.submit(std::move(request))); }
    /// Waits for all that was submitted.
    void finish() {
        for (const RequestId id : open_) {
            note(host_.take(id));
        }
        open_.clear();
    }
    Completion call(models::Request request) {
        Completion completion = host_.call(std::move(request));
        note(completion);
        return completion;
    }

   private:
    void note(const Completion& completion) {
        if (const models::Response* error = completion.first_error()) {
            result_.ok = false;
            result_.errors.push_back(std::string(completion.message) + " at " +
                                     error->source.str() + ": " + models::to_string(error->code) +
                                     " " + error->text);
        }
    }
    Host& host_;
    WorkloadResult& result_;
    std::vector<RequestId> open_;
};

using models::only;

void map_memory(Session& session, const PreparedWorkload& p) {
    for (std::int64_t pe = 0; pe < p.machine.pes(); ++pe) {
        models::MmuMap map;
        map.entries = mmu_entries(p.compiled.mapping, p.machine, pe,
                                  p.lowered.peers[static_cast<std::size_t>(pe)]);
        if (!p.lowered.windows.empty()) {
            const auto& windows = p.lowered.windows[static_cast<std::size_t>(pe)];
            map.entries.insert(map.entries.end(), windows.begin(), windows.end());
        }
        map.targets = models::targets_at(p.machine.place(pe));
        session.submit(std::move(map));
    }
    session.finish();
}

void map_groups(Session& session, const PreparedWorkload& p) {
    for (const models::CollectiveMap& groups : p.lowered.groups) {
        session.submit(groups);
    }
    session.finish();
}

std::uint64_t code_address(const PreparedWorkload& p, std::int64_t sip) {
    return core::PhysicalAddress{static_cast<std::int16_t>(sip), 0, Region::kDram,
                                 static_cast<std::uint64_t>(p.code_offset)}
        .encode();
}

/// The same bytes into one memory of every cube, through the first PE of each.
void write_all_cubes(Session& session, const PreparedWorkload& p, std::uint64_t pa, Bytes bytes,
                     std::shared_ptr<const models::HostBuffer> buffer) {
    for (std::int64_t sip = 0; sip < p.machine.sips; ++sip) {
        models::MemoryWrite write;
        auto address = core::PhysicalAddress::decode(pa);
        address.sip = static_cast<std::int16_t>(sip);
        write.dst = {address.sip, 0, 0};
        write.dst_pa = address.encode();
        write.nbytes = bytes;
        write.buffer = buffer;
        write.target_pe = only(0);
        session.submit(std::move(write));
    }
    session.finish();
}

void deploy(Session& session, const PreparedWorkload& p) {
    auto code = std::make_shared<models::HostBuffer>();
    code->code = p.lowered.code;
    write_all_cubes(session, p, code_address(p, 0), p.lowered.code->bytes(), code);
}

void launch(Host& host, const PreparedWorkload& p, WorkloadResult& result, Session& session) {
    models::KernelLaunch request;
    request.kernel.name = p.lowered.code->name;
    request.kernel.deploy_pa = code_address(p, 0);
    request.kernel.nbytes_code = p.lowered.code->bytes();
    if (p.config.pes_per_cube > 0) {
        request.target_pe.all = false;
        for (std::int64_t pe = 0; pe < p.config.pes_per_cube; ++pe) {
            request.target_pe.list.push_back(static_cast<std::int16_t>(pe));
        }
    }
    for (std::int64_t i = 0; i < p.launches && result.ok; ++i) {
        host.begin_operation("token " + std::to_string(i));
        const Completion completion = session.call(request);
        result.per_token.push_back(completion.done - completion.sent);
        ++result.tokens;
    }
}

// GEMM: operands drawn at random, result compared with the host's.

struct GemmData {
    std::vector<std::int8_t> a, b;  // row-major, m × k and k × n
};

GemmData draw_operands(const GemmWorkload& gemm, std::uint64_t seed) {
    core::RandomStream draws(seed, "gemm");
    const auto fill = [&](std::vector<std::int8_t>& matrix, std::int64_t size) {
        matrix.resize(static_cast<std::size_t>(size));
        for (auto& element : matrix) {
            element = static_cast<std::int8_t>(static_cast<std::int64_t>(draws.below(256)) - 128);
        }
    };
    GemmData data;
    fill(data.a, gemm.m * gemm.k);
    fill(data.b, gemm.k * gemm.n);
    return data;
}

std::int32_t reference(const GemmWorkload& gemm, const GemmData& data, std::int64_t row,
                       std::int64_t column) {
    std::int32_t sum = 0;
    for (std::int64_t i = 0; i < gemm.k; ++i) {
        sum += data.a[static_cast<std::size_t>(row * gemm.k + i)] *
               data.b[static_cast<std::size_t>(i * gemm.n + column)];
    }
    return sum;
}

/// A request of one PE for its shard of a tensor.
models::MemoryWrite shard_write(const PreparedWorkload& p, const MappedTensor& t, std::int64_t pe) {
    models::MemoryWrite write;
    write.dst = p.machine.place(pe);
    write.dst_pa = physical_address(t, pe, p.machine);
    write.target_cubes = only(write.dst.cube);
    write.target_pe = only(write.dst.pe);
    return write;
}

void write_operands(Session& session, const PreparedWorkload& p, const GemmWorkload& gemm,
                    const GemmData& data) {
    auto a = std::make_shared<models::HostBuffer>();
    a->bytes.resize(data.a.size());
    std::memcpy(a->bytes.data(), data.a.data(), data.a.size());
    write_all_cubes(session, p, physical_address(*p.compiled.mapping.find("a"), 0, p.machine),
                    gemm.m * gemm.k, a);
    const MappedTensor& b = *p.compiled.mapping.find("b");
    for (std::int64_t pe = 0; pe < p.machine.pes(); ++pe) {
        const GemmColumns columns = gemm_columns(gemm, p.machine, pe);
        if (columns.count == 0) {
            continue;
        }
        auto shard = std::make_shared<models::HostBuffer>();
        for (std::int64_t row = 0; row < gemm.k; ++row) {
            const std::int8_t* first =
                &data.b[static_cast<std::size_t>(row * gemm.n + columns.first)];
            shard->bytes.insert(shard->bytes.end(), first, first + columns.count);
        }
        auto write = shard_write(p, b, pe);
        write.nbytes = gemm.k * columns.count;
        write.buffer = std::move(shard);
        session.submit(std::move(write));
    }
    session.finish();
}

void compare_shard(const GemmWorkload& gemm, const GemmData& data, const GemmColumns& columns,
                   const std::vector<std::uint8_t>& bytes, FunctionalResult& result) {
    for (std::int64_t row = 0; row < gemm.m; ++row) {
        for (std::int64_t column = 0; column < columns.count; ++column) {
            std::int32_t got = 0;
            const auto at = static_cast<std::size_t>(row * columns.count + column) * sizeof got;
            std::memcpy(&got, bytes.data() + at, sizeof got);
            const std::int32_t wanted = reference(gemm, data, row, columns.first + column);
            const double error = std::abs(static_cast<double>(got) - static_cast<double>(wanted));
            ++result.compared;
            result.mismatches += got != wanted ? 1 : 0;
            result.max_abs_error = std::max(result.max_abs_error, error);
        }
    }
}

void compare(Session& session, const PreparedWorkload& p, const GemmWorkload& gemm,
             const GemmData& data, WorkloadResult& result) {
    const MappedTensor& c = *p.compiled.mapping.find("c");
    for (std::int64_t pe = 0; pe < p.machine.pes(); ++pe) {
        const GemmColumns columns = gemm_columns(gemm, p.machine, pe);
        if (columns.count == 0) {
            continue;
        }
        const Bytes bytes = gemm.m * columns.count * static_cast<Bytes>(sizeof(std::int32_t));
        models::MemoryRead read;
        read.src = p.machine.place(pe);
        read.src_pa = physical_address(c, pe, p.machine);
        read.nbytes = bytes;
        read.target_cubes = only(read.src.cube);
        read.target_pe = only(read.src.pe);
        const Completion completion = session.call(std::move(read));
        const auto data_read =
            completion.responses.empty() ? nullptr : completion.responses[0].data;
        if (data_read != nullptr && static_cast<Bytes>(data_read->size()) == bytes) {
            compare_shard(gemm, data, columns, *data_read, result.comparison);
        } else {
            result.ok = false;
            result.errors.push_back("no result from " + read.src.str());
        }
    }
    result.ok = result.ok && result.comparison.mismatches == 0;
}

void run_workload(Host& host, const PreparedWorkload& p, WorkloadResult& result) {
    Session session(host, result);
    if (std::holds_alternative<MessagesWorkload>(p.config.kind)) {
        message_tour(host, p.machine, result);
        result.completed = true;
        return;
    }
    const auto* gemm = std::get_if<GemmWorkload>(&p.config.kind);
    const bool functional = p.config.functional();
    GemmData data;
    host.begin_operation("setup");
    map_memory(session, p);
    map_groups(session, p);
    if (functional) {
        data = draw_operands(*gemm, p.config.seed);
        write_operands(session, p, *gemm, data);
    }
    deploy(session, p);
    result.setup = core::now_ps();
    if (result.ok) {
        launch(host, p, result, session);
    }
    if (functional && result.ok) {
        host.begin_operation("compare");
        compare(session, p, *gemm, data, result);
    }
    result.completed = true;
}

}  // namespace

std::function<void(Host&)> host_program(std::shared_ptr<const PreparedWorkload> workload,
                                        std::shared_ptr<WorkloadResult> result) {
    result->workload = workload->config.name;
    result->functional = workload->config.functional();
    result->notes = workload->compiled.notes;
    return [workload, result](Host& host) { run_workload(host, *workload, *result); };
}

}  // namespace strata::runtime
