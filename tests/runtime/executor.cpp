// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/executor.h"

#include <algorithm>
#include <cstring>

namespace strata::runtime::test {
namespace {

using core::Bytes;
using models::DataType;
using models::Engine;

constexpr std::uint64_t kPage = 4096;
constexpr std::int64_t kDmaDepth = 4;

std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
    h = (h ^ value) * 0x9e3779b97f4a7c15ULL;
    return h ^ h >> 29;
}

Bytes bytes_of(std::int64_t elements, DataType type) {
    return (elements * models::bits(type) + 7) / 8;
}

template <typename T>
T at(const std::vector<std::uint8_t>& bytes, std::int64_t index) {
    T value;
    std::memcpy(&value, bytes.data() + static_cast<std::size_t>(index) * sizeof(T), sizeof(T));
    return value;
}

template <typename T>
void add_up(std::vector<std::uint8_t>& sum, const std::vector<std::uint8_t>& more) {
    for (std::size_t i = 0; i + sizeof(T) <= sum.size(); i += sizeof(T)) {
        T a, b;
        std::memcpy(&a, sum.data() + i, sizeof a);
        std::memcpy(&b, more.data() + i, sizeof b);
        if constexpr (std::is_integral_v<T>) {  // may wrap: contents are arbitrary bits
            a = static_cast<T>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
        } else {
            a += b;
        }
        std::memcpy(sum.data() + i, &a, sizeof a);
    }
}

bool is_dma(int engine) {
    return engine <= static_cast<int>(Engine::kPrefetch);
}

}  // namespace

Executor::Executor(const Lowered& lowered, const Mapping& mapping, const Machine& machine,
                   std::uint64_t seed)
    : lowered_(lowered), machine_(machine), random_(seed, "executor") {
    const auto pes = static_cast<std::size_t>(machine.pes());
    streams_.resize(pes);
    inputs_.resize(pes);
    semaphores_.assign(pes,
                       std::vector<std::int64_t>(static_cast<std::size_t>(machine.semaphores)));
    for (std::size_t pe = 0; pe < pes; ++pe) {
        entries_.push_back(
            mmu_entries(mapping, machine, static_cast<std::int64_t>(pe), lowered.peers[pe]));
        if (pe < lowered.windows.size()) {
            const auto& windows = lowered.windows[pe];
            entries_.back().insert(entries_.back().end(), windows.begin(), windows.end());
        }
        for (auto& stream : streams_[pe]) {
            const std::int64_t paces[] = {1, 8, 60};
            stream.pace = paces[random_.below(3)];
        }
    }
    for (const models::CollectiveMap& map : lowered.groups) {
        for (const auto& entry : map.entries) {
            const std::uint64_t window = core::collective_address(map.root, entry.group, 0);
            if (!groups_.emplace(window, MappedGroup{map.root, entry}).second) {
                errors_.push_back("two groups have one window");
            }
        }
    }
}

bool Executor::run() {
    for (std::size_t pe = 0; pe < streams_.size(); ++pe) {
        for (int e = 0; e < models::kEngines; ++e) {
            auto& stream = streams_[pe][static_cast<std::size_t>(e)];
            stream.next = 0;
            stream.last_end = now_;
            inputs_[pe][static_cast<std::size_t>(e)].clear();
            semaphores_[pe][static_cast<std::size_t>(e)] = 0;
        }
    }
    for (std::size_t pe = 0; pe < streams_.size(); ++pe) {
        start_all(pe);
    }
    while (!running_.empty()) {
        const Running done = running_.begin()->second;
        running_.erase(running_.begin());
        now_ = done.time;
        finish(done);
        start_all(done.pe);
        for (const std::size_t pe : done.signal_pes) {
            start_all(pe);
        }
    }
    bool ended = true;
    for (std::size_t pe = 0; pe < streams_.size(); ++pe) {
        const auto& kernel = *lowered_.code->entries[pe].kernel;
        for (int e = 0; e < models::kEngines; ++e) {
            const auto& stream = kernel.streams[static_cast<std::size_t>(e)];
            const std::size_t next = streams_[pe][static_cast<std::size_t>(e)].next;
            if (next < stream.size()) {
                ended = false;
                errors_.push_back("deadlock: pe " + std::to_string(pe) + " " +
                                  models::to_string(static_cast<Engine>(e)) + " command " +
                                  std::to_string(next));
            }
        }
        for (std::size_t s = models::kEngines; s < semaphores_[pe].size(); ++s) {
            semaphores_[pe][s] -= kernel.consumed[s - models::kEngines];
            if (semaphores_[pe][s] != 0) {
                errors_.push_back("pe " + std::to_string(pe) + " semaphore " + std::to_string(s) +
                                  " ends at " + std::to_string(semaphores_[pe][s]));
            }
        }
    }
    return ended;
}

void Executor::start_all(std::size_t pe) {
    for (int e = 0; e < models::kEngines; ++e) {
        while (start(pe, e)) {
        }
    }
}

bool Executor::start(std::size_t pe, int engine) {
    const auto e = static_cast<std::size_t>(engine);
    const auto& commands = lowered_.code->entries[pe].kernel->streams[e];
    Stream& stream = streams_[pe][e];
    if (stream.waits || stream.next == commands.size() ||
        stream.running >= (is_dma(engine) ? kDmaDepth : 1)) {
        return false;
    }
    const models::Command& command = commands[stream.next];
    for (const auto& wait : command.waits) {
        if (semaphores_[pe][static_cast<std::size_t>(wait.semaphore)] < wait.value) {
            return false;
        }
    }
    Running running;
    running.pe = pe;
    running.engine = engine;
    running.command = stream.next++;
    running.order = order_++;
    const auto duration = stream.pace * (1 + static_cast<std::int64_t>(random_.below(6)));
    running.time = std::max(stream.last_end, now_ + duration);
    ++stream.running;
    digest_ = 1;
    joins_ = 0;
    std::visit([&](const auto& op) { execute(running, op); }, command.op);
    inputs_[pe][e].push_back(digest_);
    if (joins_ != 0) {
        join_round(std::move(running), duration);
        return true;
    }
    stream.last_end = running.time;
    check_races(running);
    running_.emplace(running.time, std::move(running));
    return true;
}

void Executor::finish(const Running& running) {
    for (const auto& [pa, bytes] : running.writes) {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            poke(pa + i, bytes[i]);
        }
    }
    const auto e = static_cast<std::size_t>(running.engine);
    --streams_[running.pe][e].running;
    ++semaphores_[running.pe][e];
    for (const std::size_t pe : running.signal_pes) {
        ++semaphores_[pe][static_cast<std::size_t>(running.signal)];
    }
}

void Executor::check_races(const Running& running) {
    for (const auto& [time, other] : running_) {
        check_race(running, other);
    }
    for (const auto& [window, round] : rounds_) {
        for (const Running& part : round.parts) {
            check_race(running, part);
        }
    }
}

void Executor::check_race(const Running& running, const Running& other) {
    for (const Access& a : running.accesses) {
        for (const Access& b : other.accesses) {
            if ((a.write || b.write) && a.begin < b.end && b.begin < a.end) {
                error(running, "races with pe " + std::to_string(other.pe) + " " +
                                   models::to_string(static_cast<Engine>(other.engine)) + " " +
                                   std::to_string(other.command));
                return;
            }
        }
    }
}

void Executor::error(const Running& running, const std::string& text) {
    if (errors_.size() < 20) {
        errors_.push_back("pe " + std::to_string(running.pe) + " " +
                          models::to_string(static_cast<Engine>(running.engine)) + " " +
                          std::to_string(running.command) + ": " + text);
    }
}

std::uint64_t Executor::translate(std::size_t pe, std::uint64_t va, Bytes bytes, bool write) {
    for (const auto& entry : entries_[pe]) {
        if (va >= entry.va && va + static_cast<std::uint64_t>(bytes) <=
                                  entry.va + static_cast<std::uint64_t>(entry.size)) {
            if (write && !entry.writable) {
                errors_.push_back("write to a read-only mapping");
            }
            return entry.pa + (va - entry.va);
        }
    }
    errors_.push_back("pe " + std::to_string(pe) + ": unmapped va " + std::to_string(va));
    return core::tcm_address(machine_.place(0), 0);
}

std::uint64_t Executor::tcm(std::size_t pe, std::uint64_t address, Bytes bytes) {
    if (bytes <= 0 || address + static_cast<std::uint64_t>(bytes) >
                          static_cast<std::uint64_t>(machine_.tcm_bytes)) {
        errors_.push_back("pe " + std::to_string(pe) + ": outside the TCM");
    }
    return core::tcm_address(machine_.place(static_cast<std::int64_t>(pe)), address);
}

std::uint8_t Executor::peek(std::uint64_t pa) {
    auto& page = pages_[pa / kPage];
    if (page.empty()) {
        page.resize(kPage);
        const bool blank = core::PhysicalAddress::decode(pa).region == core::Region::kTcm;
        for (std::size_t i = 0; i < kPage && !blank; ++i) {
            page[i] = static_cast<std::uint8_t>(mix(7, pa / kPage * kPage + i) >> 40);
        }
    }
    return page[pa % kPage];
}

void Executor::poke(std::uint64_t pa, std::uint8_t value) {
    peek(pa);
    pages_[pa / kPage][pa % kPage] = value;
}

std::vector<std::uint8_t> Executor::read(std::uint64_t pa, Bytes bytes) {
    std::vector<std::uint8_t> data;
    for (Bytes i = 0; i < bytes; ++i) {
        data.push_back(peek(pa + static_cast<std::uint64_t>(i)));
    }
    return data;
}

std::vector<std::uint8_t> Executor::take(Running& running, std::uint64_t pa, Bytes bytes) {
    running.accesses.push_back({pa, pa + static_cast<std::uint64_t>(bytes), false});
    auto data = read(pa, bytes);
    for (const auto byte : data) {
        digest_ = mix(digest_, byte);
    }
    return data;
}

void Executor::put(Running& running, std::uint64_t pa, std::vector<std::uint8_t> bytes) {
    running.accesses.push_back({pa, pa + bytes.size(), true});
    running.writes.emplace_back(pa, std::move(bytes));
}

void Executor::execute(Running& running, const models::DmaCopy& copy) {
    for (std::int64_t row = 0; row < copy.rows; ++row) {
        const auto from = copy.source + static_cast<std::uint64_t>(row * copy.source_stride);
        const auto to = copy.target + static_cast<std::uint64_t>(row * copy.target_stride);
        auto data = take(running,
                         copy.source_in_tcm ? tcm(running.pe, from, copy.row_bytes)
                                            : translate(running.pe, from, copy.row_bytes, false),
                         copy.row_bytes);
        const std::uint64_t pa = copy.target_in_tcm
                                     ? tcm(running.pe, to, copy.row_bytes)
                                     : translate(running.pe, to, copy.row_bytes, true);
        running.signal = copy.signal;
        if (core::PhysicalAddress::decode(pa).region == core::Region::kCollective) {
            to_group(running, pa, data, copy.sum);
            return;  // the signal goes where the data goes
        }
        put(running, pa, std::move(data));
    }
    if (copy.signal >= 0) {
        signal(running, translate(running.pe, copy.target, copy.row_bytes, true));
    }
}

void Executor::signal(Running& running, std::uint64_t pa) {
    const auto at = core::PhysicalAddress::decode(pa);
    running.signal_pes.push_back(
        static_cast<std::size_t>(machine_.flat({at.sip, at.cube, at.pe()})));
}

/// A copy at every member, or a part of the sum that the last part brings about.
void Executor::to_group(Running& running, std::uint64_t pa, const std::vector<std::uint8_t>& bytes,
                        core::Sum sum) {
    const auto at = core::PhysicalAddress::decode(pa);
    const std::uint64_t window = pa - at.pe_byte();
    const core::Place self = machine_.place(static_cast<std::int64_t>(running.pe));
    const auto found = groups_.find(window);
    const bool member =
        found != groups_.end() && std::count(found->second.entry.members.begin(),
                                             found->second.entry.members.end(), self) > 0;
    if (found == groups_.end() || member != found->second.reduces()) {
        error(running, "writes to a group that does not take it");
        return;
    }
    const MappedGroup& group = found->second;
    if (group.reduces()) {
        joins_ = window;
        Round& round = rounds_[window];
        if (round.parts.empty()) {
            round.offset = at.pe_byte();
            round.sum = bytes;
        } else if (round.offset != at.pe_byte() || round.sum.size() != bytes.size()) {
            error(running, "brings a part that differs from the others");
        } else if (sum == core::Sum::kInt32) {
            add_up<std::int32_t>(round.sum, bytes);
        } else {
            add_up<std::uint8_t>(round.sum, bytes);  // whatever the order of the parts
        }
        return;
    }
    for (const core::Place& target : group.entry.members) {
        put(running, core::tcm_address(target, at.pe_byte()), bytes);
        signal(running, core::tcm_address(target, 0));
    }
}

/// All parts of a reduction end together, when the root has the sum.
void Executor::join_round(Running running, std::int64_t duration) {
    const MappedGroup& group = groups_.at(joins_);
    Round& round = rounds_[joins_];
    check_races(running);
    streams_[running.pe][static_cast<std::size_t>(running.engine)].waits = true;
    round.parts.push_back(std::move(running));
    if (round.parts.size() < group.entry.members.size()) {
        return;
    }
    const std::uint64_t target = core::tcm_address(group.root, round.offset);
    put(round.parts.back(), target, std::move(round.sum));
    signal(round.parts.back(), target);
    std::int64_t end = now_ + duration;
    for (const Running& part : round.parts) {
        end = std::max(end, part.time);
    }
    std::vector<Running> parts = std::move(round.parts);
    rounds_.erase(joins_);
    for (Running& part : parts) {
        Stream& stream = streams_[part.pe][static_cast<std::size_t>(part.engine)];
        stream.waits = false;
        part.time = stream.last_end = end;
        check_races(part);
        running_.emplace(end, std::move(part));
    }
}

void Executor::execute(Running& running, const models::Gemm& g) {
    const auto a = take(running, tcm(running.pe, g.a, bytes_of(g.m * g.k, g.type)),
                        bytes_of(g.m * g.k, g.type));
    const auto b = take(running, tcm(running.pe, g.b, bytes_of(g.k * g.n, g.type)),
                        bytes_of(g.k * g.n, g.type));
    const Bytes size = 4 * g.m * g.n;
    const std::uint64_t c = tcm(running.pe, g.c, size);
    std::vector<std::uint8_t> result(static_cast<std::size_t>(size), 0);
    if (g.accumulate) {
        result = take(running, c, size);
    }
    for (std::int64_t i = 0; i < g.m * g.n; ++i) {
        std::uint32_t sum = static_cast<std::uint32_t>(at<std::int32_t>(result, i));
        if (g.type == DataType::kInt8) {
            for (std::int64_t x = 0; x < g.k; ++x) {
                sum += static_cast<std::uint32_t>(at<std::int8_t>(a, i / g.n * g.k + x) *
                                                  at<std::int8_t>(b, x * g.n + i % g.n));
            }
        } else {
            sum = static_cast<std::uint32_t>(mix(digest_, static_cast<std::uint64_t>(i)));
        }
        std::memcpy(result.data() + 4 * i, &sum, 4);
    }
    put(running, c, std::move(result));
}

// Sums are computed on int32 and fp32; everything else writes a hash of its operands.
void Executor::execute(Running& running, const models::VectorOp& op) {
    const Bytes one = bytes_of(op.elements, op.type);
    auto sum = take(running, tcm(running.pe, op.source, one), one);
    const bool pair = op.kind == models::VectorKind::kAdd || op.kind == models::VectorKind::kMul ||
                      op.kind == models::VectorKind::kSiluMul;
    const bool numeric =
        op.kind == models::VectorKind::kAdd || op.kind == models::VectorKind::kReduceAdd;
    const std::int64_t more = op.kind == models::VectorKind::kReduceAdd ? op.inputs - 1
                              : pair                                    ? 1
                                                                        : 0;
    for (std::int64_t i = 1; i <= more; ++i) {
        const std::uint64_t from =
            pair ? op.source2 : op.source + static_cast<std::uint64_t>(i * one);
        const auto next = take(running, tcm(running.pe, from, one), one);
        if (numeric && op.type == DataType::kInt32) {
            add_up<std::int32_t>(sum, next);
        } else if (numeric && op.type == DataType::kFp32) {
            add_up<float>(sum, next);
        }
    }
    if (op.kind == models::VectorKind::kRmsNorm && op.source2 != op.source) {
        take(running, tcm(running.pe, op.source2, 1), 1);
    }
    const bool exact = numeric && models::bits(op.type) == 32;
    const Bytes written = op.kind == models::VectorKind::kConvert ? op.elements : one;
    sum.resize(static_cast<std::size_t>(written));
    for (std::size_t i = 0; i < sum.size() && !exact; ++i) {
        sum[i] = static_cast<std::uint8_t>(mix(digest_, i) >> 32);
    }
    put(running, tcm(running.pe, op.target, written), std::move(sum));
}

Machine small_machine(std::int64_t cubes, std::int64_t pes_per_cube) {
    Machine m;
    m.cubes_per_sip = cubes;
    m.pes_per_cube = pes_per_cube;
    m.sram_bank_bytes = 128 * core::kKiB;
    m.dram_bytes = 256 * core::kMiB;
    m.nand_bytes = 256 * core::kMiB;
    m.tcm_bytes = 512 * core::kKiB;
    m.matrix_rows = 16;
    m.matrix_columns = 16;
    m.types = {DataType::kInt8, DataType::kBf16};
    return m;
}

}  // namespace strata::runtime::test
