// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/lowering_plan.h"

#include <algorithm>

#include "runtime/compiler/sharding.h"
#include "runtime/compiler/slot_allocator.h"

namespace strata::runtime {
namespace {

using core::Bytes;
using models::DataType;

constexpr Bytes kBurst = 64;  // whole bursts of every DRAM and SRAM preset

class Planner {
   public:
    Planner(const Program& program, const Mapping* mapping, const Machine& machine,
            core::Diagnostics& diagnostics)
        : program_(program), mapping_(mapping), machine_(machine), diagnostics_(diagnostics) {}

    LoweringPlan run() {
        plan_.shapes = infer_shapes(program_, diagnostics_);
        find_kv_heads();
        if (!diagnostics_.ok()) {
            return std::move(plan_);
        }
        plan_channels();
        plan_slots();
        if (mapping_ != nullptr) {
            plan_tensors();
            plan_prefetch();
            place_buffers();
        }
        return std::move(plan_);
    }

   private:
    std::size_t size() const { return program_.instructions.size(); }
    const Instruction& at(std::size_t i) const { return program_.instructions[i]; }
    void fail(std::size_t i, const std::string& message) {
        diagnostics_.error(at(i).location, "", std::string(info(at(i).op).name) + ": " + message);
    }
    const Shape& input_shape(std::size_t i) const {
        return plan_.shapes[static_cast<std::size_t>(at(i).inputs[0])];
    }

    void find_kv_heads() {
        for (std::size_t i = 0; i < size(); ++i) {
            const std::int64_t heads = at(i).get(Attr::kKvHeads);
            if (heads > 0 && plan_.kv_heads > 0 && heads != plan_.kv_heads) {
                fail(i, "kv_heads=" + std::to_string(heads) + ", but " +
                            std::to_string(plan_.kv_heads) +
                            " before; one program has one grouping");
                return;
            }
            plan_.kv_heads = heads > 0 ? heads : plan_.kv_heads;
        }
    }

    // Channels

    // Partial attention results are rescaled before they are added: no work for a router. Two
    // members gain nothing from a group.
    Transport transport(Channel channel, std::int64_t members) const {
        const bool native = machine_.native_collectives && members > 2;
        switch (channel) {
            case Channel::kReduceLocal:
            case Channel::kReduceCubes:
                return native ? Transport::kReduce : Transport::kUnicast;
            case Channel::kGatherLocal:
            case Channel::kGatherCubes:
            case Channel::kGatherKv:
                return native ? Transport::kMulticast : Transport::kUnicast;
            case Channel::kReduceKv:
                break;
        }
        return Transport::kUnicast;
    }
    void need(Channel channel, std::int64_t members, Bytes message) {
        auto& plan = plan_.channels[static_cast<std::size_t>(channel)];
        if (members > 1) {
            plan.transport = transport(channel, members);
            plan.half = std::max(plan.half, mailbox_messages(plan.transport, members) * message);
        }
    }
    void need_reduce(Bytes slice) {
        need(Channel::kReduceLocal, machine_.pes_per_cube, machine_.cubes() * slice);
        need(Channel::kReduceCubes, machine_.cubes(), slice);
    }
    void need_gather(Bytes slice) {
        need(Channel::kGatherCubes, machine_.cubes(), slice);
        need(Channel::kGatherLocal, machine_.pes_per_cube, machine_.cubes() * slice);
    }

    void plan_channels() {
        const std::int64_t pes = machine_.pes();
        for (std::size_t i = 0; i < size(); ++i) {
            const Op op = at(i).op;
            if (op == Op::kBarrier) {
                need_gather(kTokenBytes);
            } else if (op == Op::kArgmax) {
                need_gather(bytes_of(2 * input_shape(i).rows, DataType::kFp32));
            } else if (op == Op::kAllReduce || op == Op::kReduceScatter || op == Op::kAllGather) {
                const Shape& s = input_shape(i);
                const Bytes slice = bytes_of(slice_elements(s, pes), s.type);
                const Bytes record =
                    bytes_of(slice_elements(s, pes) + stat_elements(s, pes), s.type);
                const std::int64_t members = Grouping::of(pes, s.kv_heads).members;
                if (op != Op::kAllGather) {
                    s.kv_heads > 0 ? need(Channel::kReduceKv, members, record) : need_reduce(slice);
                }
                if (op != Op::kReduceScatter) {
                    s.kv_heads > 0 ? need(Channel::kGatherKv, members, slice) : need_gather(slice);
                }
            }
        }
        place_channels();
    }

    void place_channels() {
        constexpr Bytes kAlignment = 64;
        std::int32_t semaphore = models::kEngines;
        for (auto& channel : plan_.channels) {
            if (channel.half == 0) {
                continue;
            }
            channel.half = core::ceil_div(channel.half, kAlignment) * kAlignment;
            channel.mailbox = static_cast<std::uint64_t>(plan_.mailbox_bytes);
            channel.semaphore = semaphore;
            plan_.mailbox_bytes += 2 * channel.half;
            semaphore += 2;
        }
        if (semaphore > machine_.semaphores) {
            diagnostics_.error({program_.name, 0, 0}, "",
                               "the program needs " + std::to_string(semaphore) +
                                   " semaphores, a PE has " + std::to_string(machine_.semaphores));
        }
    }

    // Value slots

    // An operation without work keeps its operand's slot: parts changed in place, exchanges of a
    // PE with itself.
    bool keeps_slot(std::size_t i) const {
        const Instruction& in = at(i);
        switch (in.op) {
            case Op::kRmsNorm:
            case Op::kSoftmax:
            case Op::kRope:
            case Op::kConvert:
                return in.get(Attr::kElements) < input_shape(i).elements();
            case Op::kAllReduce:
            case Op::kAllGather:
            case Op::kReduceScatter:
                return Grouping::of(machine_.pes(), input_shape(i).kv_heads).members == 1;
            default:
                return false;
        }
    }

    std::vector<Bytes> temporary_bytes(std::size_t i) const {
        const Instruction& in = at(i);
        const std::int64_t pes = machine_.pes();
        const std::int64_t cubes = machine_.cubes();
        if (in.op == Op::kBarrier) {
            return {kTokenBytes, cubes * kTokenBytes, pes * kTokenBytes};
        }
        if (in.inputs.empty() || keeps_slot(i)) {
            return {};
        }
        const Shape& s = input_shape(i);
        const Bytes slice = bytes_of(slice_elements(s, pes), s.type);
        const Bytes record = bytes_of(slice_elements(s, pes) + stat_elements(s, pes), s.type);
        const std::int64_t peers = Grouping::of(pes, s.kv_heads).members - 1;
        switch (in.op) {
            case Op::kFlashAttention: {
                const auto kv = KvLayout::of(in, pes, program_.tile);
                const std::int64_t queries = in.get(Attr::kHeads) / in.get(Attr::kKvHeads);
                const Bytes scores = bytes_of(queries * kv.tokens, DataType::kFp32);
                const Bytes weights = bytes_of(queries * kv.tokens, in.type());
                const Bytes output =
                    bytes_of(s.rows * kv.heads * queries * in.get(Attr::kHeadDim), DataType::kFp32);
                return {scores, scores, weights, weights, output};
            }
            case Op::kAllReduce:
            case Op::kReduceScatter:
                // sums, received sums, gathered slices of the cubes, the own slice
                return s.kv_heads > 0
                           ? std::vector<Bytes>{peers * record, record, 0, slice}
                           : std::vector<Bytes>{cubes * slice, cubes * slice, cubes * slice, slice};
            case Op::kAllGather:
                return {cubes * slice};
            case Op::kArgmax: {
                const Bytes pair = bytes_of(2 * s.rows, DataType::kFp32);
                return {slot_bytes(s, pes), cubes * pair, pes * pair};
            }
            default:
                return {};
        }
    }

    void plan_slots() {
        std::vector<std::size_t> root(size());
        std::vector<std::size_t> last(size());
        for (std::size_t i = 0; i < size(); ++i) {
            root[i] = keeps_slot(i) ? root[static_cast<std::size_t>(at(i).inputs[0])] : i;
            last[i] = i;
            for (const auto input : at(i).inputs) {
                last[root[static_cast<std::size_t>(input)]] = i;
            }
            last[root[i]] = i;
        }
        SlotAllocator slots;
        plan_.slot.assign(size(), -1);
        plan_.temporaries.resize(size());
        std::vector<std::vector<std::size_t>> ends(size());
        for (std::size_t i = 0; i < size(); ++i) {
            if (plan_.shapes[i].form != Form::kNone) {
                plan_.slot[i] = root[i] == i
                                    ? slots.take(slot_bytes(plan_.shapes[i], machine_.pes()))
                                    : plan_.slot[root[i]];
                if (root[i] == i) {
                    ends[last[i]].push_back(i);
                }
            }
            for (const Bytes bytes : temporary_bytes(i)) {
                plan_.temporaries[i].push_back(slots.take(std::max<Bytes>(bytes, 1)));
            }
            for (const auto slot : plan_.temporaries[i]) {
                slots.give_back(slot);
            }
            for (const std::size_t value : ends[i]) {
                slots.give_back(plan_.slot[value]);
            }
        }
        plan_.slot_size = slots.sizes();
    }

    // Tensors

    void plan_tensors() {
        plan_.tiling.resize(size());
        plan_.tensor.assign(size(), nullptr);
        for (std::size_t i = 0; i < size(); ++i) {
            if (at(i).tensors.empty()) {
                continue;
            }
            const MappedTensor* tensor = mapping_->find(at(i).tensors[0]);
            if (tensor == nullptr) {
                std::vector<std::string> known;
                for (const auto& t : mapping_->tensors) {
                    known.push_back(t.name);
                }
                const auto guess = core::closest(at(i).tensors[0], known);
                fail(i, "@" + at(i).tensors[0] + " is not in the mapping" +
                            (guess.empty() ? "" : "; did you mean @" + guess + "?"));
                continue;
            }
            plan_.tensor[i] = tensor;
            const Bytes needed = needed_bytes(i, *tensor);
            if (needed > tensor->shard) {
                fail(i, "@" + tensor->name + " needs " + core::format_size(needed) +
                            " per shard, the mapping gives " + core::format_size(tensor->shard));
            }
            const bool writes = at(i).op == Op::kStore || at(i).op == Op::kKvAppend;
            if (writes && !tensor->writable) {
                fail(i, "@" + tensor->name + " is not writable in the mapping");
            }
            if (tensor->memory == core::Region::kTcm) {
                fail(i, "@" + tensor->name + " lies in TCM; expected nand, dram or sram");
            }
        }
    }

    Bytes needed_bytes(std::size_t i, const MappedTensor& tensor) {
        const Instruction& in = at(i);
        const std::int64_t pes = machine_.pes();
        switch (in.op) {
            case Op::kMatmul: {
                const WeightShare share = weight_share(in, pes);
                plan_.tiling[i] =
                    tile_weights(share.k, share.n, in.type(), program_.tile,
                                 machine_.matrix_columns, tile_alignment(tensor.memory, machine_));
                if (plan_.tiling[i].tiles.empty()) {
                    fail(i, "tile=" + std::to_string(program_.tile) + " holds no row of " +
                                std::to_string(machine_.matrix_columns) +
                                " weights; make the tile larger");
                }
                plan_.weight_bytes = program_.tile;
                return plan_.tiling[i].bytes;
            }
            case Op::kKvAppend:
            case Op::kFlashAttention: {
                const auto kv = KvLayout::of(in, pes, program_.tile);
                if (kv.tokens == 0) {
                    fail(i, "tile=" + std::to_string(program_.tile) +
                                " holds no K and V of a token; make the tile larger");
                }
                plan_.kv_bytes = std::max(plan_.kv_bytes, kv.block_bytes);
                return kv.shard_bytes(input_shape(i).rows);
            }
            case Op::kEmbed: {
                const Shape& s = plan_.shapes[i];
                return bytes_of(slice_elements(s, pes) / s.rows, s.type) *
                       (in.get(Attr::kRow) + s.rows);
            }
            case Op::kLoad:
                return bytes_of(local_elements(plan_.shapes[i], pes), in.type());
            case Op::kStore:
                return bytes_of(local_elements(input_shape(i), pes), input_shape(i).type);
            case Op::kRmsNorm:
                plan_.constant_bytes = std::max(plan_.constant_bytes, tensor.bytes);
                return tensor.bytes;
            default:
                return 0;
        }
    }

    void plan_prefetch() {
        std::map<std::string, std::size_t> used;
        for (std::size_t i = 0; i < size(); ++i) {
            if (at(i).op == Op::kMatmul) {
                used.emplace(at(i).tensors[0], i);
            } else if (at(i).op == Op::kPrefetch) {
                const std::string& name = at(i).tensors[0];
                if (used.count(name) > 0) {
                    fail(i, "@" + name + " was used before its prefetch");
                }
                plan_.prefetched.emplace(name, static_cast<std::int32_t>(i));
            }
        }
        for (const auto& [name, i] : plan_.prefetched) {
            if (used.count(name) == 0) {
                fail(static_cast<std::size_t>(i), "no matmul uses @" + name);
            }
        }
        if (plan_.prefetched.empty()) {
            return;
        }
        const std::size_t first = static_cast<std::size_t>(plan_.prefetched.begin()->second);
        const MappedTensor* buffer = mapping_->find(kPrefetchBuffer);
        if (buffer == nullptr || buffer->memory != core::Region::kSram) {
            fail(first, std::string("the mapping has no '") + kPrefetchBuffer + "' in sram");
            return;
        }
        plan_.sram_slot_bytes = prefetch_slot_bytes(program_.tile);
        plan_.sram_slots = buffer->shard / plan_.sram_slot_bytes;
        if (plan_.sram_slots < 2) {
            fail(first, std::string("'") + kPrefetchBuffer + "' of " +
                            core::format_size(buffer->shard) + " holds " +
                            std::to_string(plan_.sram_slots) + " tiles of " +
                            core::format_size(plan_.sram_slot_bytes) + "; prefetch needs 2");
        }
    }

    // TCM

    void place_buffers() {
        TcmLayout tcm(machine_.tcm_bytes);
        if (plan_.mailbox_bytes > 0) {
            const MappedTensor* boxes = mapping_->find(kMailboxes);
            if (boxes == nullptr || boxes->memory != core::Region::kTcm ||
                boxes->shard < plan_.mailbox_bytes) {
                diagnostics_.error({program_.name, 0, 0}, kMailboxes,
                                   "the program needs " + core::format_size(plan_.mailbox_bytes) +
                                       " of tcm for messages, the mapping gives " +
                                       core::format_size(boxes == nullptr ? 0 : boxes->shard));
                return;
            }
            const Bytes first = boxes->placements.empty() ? 0 : boxes->placements[0].offset;
            for (const auto& placement : boxes->placements) {
                if (placement.offset != first) {
                    diagnostics_.error(boxes->location, kMailboxes,
                                       "the offset must be the same in all cubes");
                }
            }
            tcm.add("mailboxes (" + core::format_size(plan_.mailbox_bytes) + " used)",
                    first + boxes->shard);
            for (auto& channel : plan_.channels) {
                channel.mailbox += static_cast<std::uint64_t>(first);
            }
        }
        place_pair(tcm, "weight tile", plan_.weight_bytes, plan_.weight_buffer);
        place_pair(tcm, "kv tile", plan_.kv_bytes, plan_.kv_buffer);
        place_pair(tcm, "norm weights", plan_.constant_bytes, plan_.constant_buffer);
        for (std::size_t i = 0; i < plan_.slot_size.size(); ++i) {
            plan_.slot_address.push_back(
                tcm.add("value slot " + std::to_string(i), plan_.slot_size[i]));
        }
        plan_.tcm_table = tcm.table();
        if (!tcm.fits()) {
            diagnostics_.error({program_.name, 0, 0}, "",
                               "the program does not fit the TCM:\n" + plan_.tcm_table);
        }
    }

    static void place_pair(TcmLayout& tcm, const std::string& name, Bytes bytes,
                           std::array<std::uint64_t, 2>& address) {
        for (std::size_t i = 0; bytes > 0 && i < 2; ++i) {
            address[i] = tcm.add(name + " buffer " + std::to_string(i), bytes);
        }
    }

    static constexpr Bytes kTokenBytes = 4;  // a barrier's message

    const Program& program_;
    const Mapping* mapping_;
    const Machine& machine_;
    core::Diagnostics& diagnostics_;
    LoweringPlan plan_;
};

}  // namespace

LoweringPlan plan_lowering(const Program& program, const Mapping* mapping, const Machine& machine,
                           core::Diagnostics& diagnostics) {
    return Planner(program, mapping, machine, diagnostics).run();
}

core::Bytes prefetch_slot_bytes(core::Bytes tile) {
    return core::ceil_div(tile, kBurst) * kBurst;
}

core::Bytes tile_alignment(core::Region memory, const Machine& machine) {
    return memory == core::Region::kNand ? machine.nand_page_bytes : kBurst;
}

WeightShare weight_share(const Instruction& matmul, std::int64_t pes) {
    const std::int64_t heads = matmul.get(Attr::kKvHeads);
    const Grouping g = Grouping::of(pes, heads);
    const std::int64_t k = matmul.get(Attr::kK);
    const std::int64_t n = matmul.get(Attr::kN);
    return matmul.get(Attr::kSplit) == static_cast<std::int64_t>(Split::kN)
               ? WeightShare{k, g.member_columns(n, heads)}
               : WeightShare{g.member_columns(k, heads), n};
}

}  // namespace strata::runtime
