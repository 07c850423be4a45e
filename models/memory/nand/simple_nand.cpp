// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/simple_nand.h"

#include <algorithm>
#include <functional>

#include "core/stats.h"

namespace strata::models {

using core::Bytes;
using core::Fault;
using core::MemoryOp;
using core::Ps;

SimpleNand::SimpleNand(const NandConfig& config)
    : config_(config),
      page_on_bus_(config.bus_bandwidth.transfer(config.page)),
      page_on_link_(config.link_bandwidth.transfer(config.page)),
      blocks_(config),
      planes_(static_cast<std::size_t>(config.planes)),
      released_(static_cast<std::size_t>(config.planes * config.registers), 0) {
    events_.reserve(planes_.size());
}

// ---- submission ---------------------------------------------------------------------------------

Fault SimpleNand::submit(Ps now, const MemoryRequest& request) {
    if (!can_accept(request)) {
        throw core::ModelError("a request was submitted to a full NAND queue");
    }
    now_ = now;
    const std::int32_t index = take_request();
    Request& entry = requests_[static_cast<std::size_t>(index)];
    entry.completion = {request.id, 0, core::kNever, apply_rules(request)};
    if (entry.completion.fault != Fault::kNone) {
        entry.pages_left = 1;
        PageOp refused;
        refused.request = index;
        refused.begin = now;
        page_done(refused, now + config_.t_command + config_.t_base);
    } else if (request.op == MemoryOp::kErase) {
        add_erases(now, request, index);
    } else {
        add_pages(now, request, index);
    }
    return requests_[static_cast<std::size_t>(index)].completion.fault;
}

std::int64_t SimpleNand::page_count(const MemoryRequest& request) const {
    const auto address = static_cast<Bytes>(request.address);
    return core::ceil_div(address + request.bytes, config_.page) - address / config_.page;
}

/// Checks the page rules and makes the change of block state, all of it or nothing. The order of
/// submission is the order in which each plane works, so the state is that of the operation's turn.
Fault SimpleNand::apply_rules(const MemoryRequest& request) {
    const std::int64_t first = static_cast<Bytes>(request.address) / config_.page;
    const std::int64_t pages = page_count(request);
    if (request.op == MemoryOp::kWrite) {
        return apply_programs(request);
    }
    if (request.op == MemoryOp::kRead && blocks_.all_programmed()) {
        return Fault::kNone;
    }
    for (std::int64_t i = 0; i < pages; ++i) {
        const NandPage page = config_.locate(first + i);
        if (request.op == MemoryOp::kErase) {
            blocks_.erase(page);
        } else if (const Fault fault = blocks_.check_read(page); fault != Fault::kNone) {
            note_error(fault, first + i);
            return fault;
        }
    }
    return Fault::kNone;
}

Fault SimpleNand::apply_programs(const MemoryRequest& request) {
    const std::int64_t first = static_cast<Bytes>(request.address) / config_.page;
    if (static_cast<Bytes>(request.address) % config_.page != 0 ||
        request.bytes % config_.page != 0) {
        note_error(Fault::kMisaligned, first);
        return Fault::kMisaligned;
    }
    const std::int64_t pages = page_count(request);
    for (std::int64_t i = 0; i < pages; ++i) {
        const Fault fault = blocks_.program(config_.locate(first + i));
        if (fault != Fault::kNone) {
            note_error(fault, first + i);
            while (i > 0) {
                --i;
                blocks_.undo_program(config_.locate(first + i));
            }
            return fault;
        }
    }
    return Fault::kNone;
}

void SimpleNand::note_error(Fault fault, std::int64_t page_number) {
    ++error_counts_[static_cast<std::size_t>(fault)];
    if (errors_.size() < kKeptErrors) {
        errors_.push_back({fault, static_cast<std::uint64_t>(page_number * config_.page)});
    }
}

void SimpleNand::add_pages(Ps now, const MemoryRequest& request, std::int32_t index) {
    Bytes address = static_cast<Bytes>(request.address);
    const Bytes end = address + request.bytes;
    requests_[static_cast<std::size_t>(index)].pages_left = page_count(request);
    while (address < end) {
        const std::int64_t number = address / config_.page;
        const NandPage page = config_.locate(number);
        PageOp op;
        op.request = index;
        op.op = request.op;
        op.bytes = std::min(end, (number + 1) * config_.page) - address;
        op.key = page.block * config_.pages + page.page;
        op.ready = now;
        if (request.op == MemoryOp::kWrite) {
            op.begin = std::max(now, write_link_free_);
            op.ready = op.begin + link_time(op.bytes);
            write_link_free_ = op.ready;
        }
        address += op.bytes;
        enqueue(now, page, op);
    }
}

void SimpleNand::add_erases(Ps now, const MemoryRequest& request, std::int32_t index) {
    const std::int64_t first = static_cast<Bytes>(request.address) / config_.page;
    const std::int64_t pages = page_count(request);
    block_scratch_.clear();
    for (std::int64_t i = 0; i < pages; ++i) {
        const NandPage page = config_.locate(first + i);
        block_scratch_.push_back(page.plane * config_.blocks + page.block);
    }
    std::sort(block_scratch_.begin(), block_scratch_.end());
    block_scratch_.erase(std::unique(block_scratch_.begin(), block_scratch_.end()),
                         block_scratch_.end());
    requests_[static_cast<std::size_t>(index)].pages_left =
        static_cast<std::int64_t>(block_scratch_.size());
    for (const std::int64_t block : block_scratch_) {
        PageOp op;
        op.request = index;
        op.op = MemoryOp::kErase;
        enqueue(now, {block / config_.blocks, block % config_.blocks, 0}, op);
    }
}

void SimpleNand::enqueue(Ps now, const NandPage& page, const PageOp& op) {
    const std::int32_t slot = take_op();
    ops_[static_cast<std::size_t>(slot)] = op;
    const auto plane_index = static_cast<std::int32_t>(page.plane);
    Plane& plane = planes_[static_cast<std::size_t>(plane_index)];
    if (plane.head == kNone) {
        plane.head = plane.tail = slot;
        start_head(now, plane_index);
    } else {
        ops_[static_cast<std::size_t>(plane.tail)].next = slot;
        plane.tail = slot;
    }
}

// ---- work of a plane ----------------------------------------------------------------------------

// Each operation of a plane has one event: the moment at which it asks for the bus (a read after
// its sense, a write when a register is free for its data) or at which its erase ends. Events are
// handled in order of time, so the bus can be reserved in them without ever blocking an earlier
// request, and every time that follows from the reservation is known at once.

void SimpleNand::start_head(Ps now, std::int32_t plane_index) {
    Plane& plane = planes_[static_cast<std::size_t>(plane_index)];
    PageOp& op = ops_[static_cast<std::size_t>(plane.head)];
    Ps* released = releases(plane_index);
    Ps time = 0;
    switch (op.op) {
        case MemoryOp::kRead:
            time = begin_read(now, plane, released, op);
            break;
        case MemoryOp::kWrite:
            time = begin_write(now, plane, released, op);
            break;
        case MemoryOp::kErase:
            time = begin_erase(now, plane, op);
            break;
    }
    events_.push_back({time, sequence_++, plane_index});
    std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

/// Returns when the page lies in the register.
Ps SimpleNand::begin_read(Ps now, Plane& plane, Ps* released, PageOp& op) {
    if (plane.held_key == op.key) {
        ++counts_.register_hits;
        op.begin = now;
        return now;
    }
    plane.current = plane.current + 1 == config_.registers ? 0 : plane.current + 1;
    plane.held_key = op.key;
    op.begin = std::max({now, plane.array_free, released[plane.current]});
    plane.array_free = op.begin + config_.t_command + config_.t_read;
    ++counts_.senses;
    count_energy(sense_energy_, 1);
    counts_.plane_busy += config_.t_command + config_.t_read;
    return plane.array_free;
}

/// Returns when the data is at the base die and a register is free for it.
Ps SimpleNand::begin_write(Ps now, Plane& plane, Ps* released, PageOp& op) {
    plane.current = plane.current + 1 == config_.registers ? 0 : plane.current + 1;
    plane.held_key = kNone;
    return std::max({now, op.ready, released[plane.current]});
}

/// Returns when the block is erased.
Ps SimpleNand::begin_erase(Ps now, Plane& plane, PageOp& op) {
    plane.held_key = kNone;
    op.begin = std::max(now, plane.array_free);
    plane.array_free = op.begin + config_.t_command + config_.t_erase;
    ++counts_.erases;
    count_energy(erase_energy_, 1);
    counts_.plane_busy += config_.t_command + config_.t_erase;
    return plane.array_free;
}

/// The event of a plane's head; afterwards the next operation is the head.
void SimpleNand::run_head(Ps now, std::int32_t plane_index) {
    Plane& plane = planes_[static_cast<std::size_t>(plane_index)];
    const std::int32_t slot = plane.head;
    PageOp& op = ops_[static_cast<std::size_t>(slot)];
    Ps* released = releases(plane_index);
    Ps end = now;
    if (op.op == MemoryOp::kRead) {
        const Ps bus_end = use_bus(now, op.bytes);
        released[plane.current] = bus_end;
        read_link_free_ = std::max(bus_end, read_link_free_) + link_time(op.bytes);
        end = read_link_free_;
    } else if (op.op == MemoryOp::kWrite) {
        const Ps program = std::max(use_bus(now, op.bytes), plane.array_free);
        plane.array_free = program + config_.t_command + config_.t_prog;
        released[plane.current] = plane.array_free;
        end = plane.array_free;
        ++counts_.programs;
        count_energy(program_energy_, 1);
        counts_.plane_busy += config_.t_command + config_.t_prog;
    }
    page_done(op, end + config_.t_base);
    plane.head = op.next;
    op.next = free_op_;
    free_op_ = slot;
    if (plane.head != kNone) {
        start_head(now, plane_index);
    }
}

Ps SimpleNand::use_bus(Ps now, Bytes bytes) {
    const Ps time = bytes == config_.page ? page_on_bus_ : config_.bus_bandwidth.transfer(bytes);
    bus_free_ = std::max(now, bus_free_) + time;
    bus_used_ += time;
    counts_.bus_bytes += bytes;
    count_energy(bus_energy_, bytes);
    return bus_free_;
}

Ps SimpleNand::link_time(Bytes bytes) const {
    return bytes == config_.page ? page_on_link_ : config_.link_bandwidth.transfer(bytes);
}

void SimpleNand::page_done(const PageOp& op, Ps time) {
    Request& request = requests_[static_cast<std::size_t>(op.request)];
    request.completion.begin = std::min(request.completion.begin, op.begin);
    request.completion.time = std::max(request.completion.time, time);
    if (--request.pages_left == 0) {
        completions_.push_back({request.completion.time, request.sequence, op.request});
        std::push_heap(completions_.begin(), completions_.end(), std::greater<>());
    }
}

// ---- time ---------------------------------------------------------------------------------------

Ps SimpleNand::next_event() const {
    const Ps event = events_.empty() ? core::kNever : events_.front().time;
    return completions_.empty() ? event : std::min(event, completions_.front().time);
}

void SimpleNand::advance(Ps now, std::vector<MemoryCompletion>& done) {
    now_ = now;
    while (!events_.empty() && events_.front().time <= now) {
        const Timed event = events_.front();
        std::pop_heap(events_.begin(), events_.end(), std::greater<>());
        events_.pop_back();
        run_head(event.time, event.index);
    }
    while (!completions_.empty() && completions_.front().time <= now) {
        const std::int32_t index = completions_.front().index;
        std::pop_heap(completions_.begin(), completions_.end(), std::greater<>());
        completions_.pop_back();
        Request& request = requests_[static_cast<std::size_t>(index)];
        done.push_back(request.completion);
        request.next_free = free_request_;
        free_request_ = index;
        --outstanding_;
    }
}

/// What was reserved beyond now is one stretch: all of it had been asked for by now.
Ps SimpleNand::busy_time() const {
    return bus_used_ - std::max<Ps>(0, bus_free_ - now_);
}

std::int32_t SimpleNand::take_request() {
    std::int32_t index = free_request_;
    if (index == kNone) {
        index = static_cast<std::int32_t>(requests_.size());
        requests_.emplace_back();
    } else {
        free_request_ = requests_[static_cast<std::size_t>(index)].next_free;
    }
    requests_[static_cast<std::size_t>(index)].sequence = sequence_++;
    ++outstanding_;
    return index;
}

std::int32_t SimpleNand::take_op() {
    const std::int32_t index = free_op_;
    if (index == kNone) {
        ops_.emplace_back();
        return static_cast<std::int32_t>(ops_.size()) - 1;
    }
    free_op_ = ops_[static_cast<std::size_t>(index)].next;
    return index;
}

// ---- reports ------------------------------------------------------------------------------------

std::string SimpleNand::describe_state() const {
    std::string text = "nand: " + std::to_string(outstanding_) + " requests, " +
                       std::to_string(events_.size()) + " planes at work";
    if (!errors_.empty()) {
        const NandError& error = errors_.front();
        text += "; first error at byte " + std::to_string(error.address) + ": " +
                nand_rule(error.fault);
    }
    return text;
}

void SimpleNand::register_stats(core::StatGroup& stats) {
    stats.counter("senses", "pages", "pages sensed", &counts_.senses);
    stats.counter("register_hits", "pages", "reads of the page that was still in a register",
                  &counts_.register_hits);
    stats.counter("programs", "pages", "pages programmed", &counts_.programs);
    stats.counter("erases", "blocks", "blocks erased", &counts_.erases);
    stats.counter("bus_bytes", "bytes", "bytes moved over the die's bus", &counts_.bus_bytes);
    stats.counter("plane_busy", "ps", "array time, sum over planes, counted when it begins",
                  &counts_.plane_busy);
    stats.value("bus_busy", "ps", "time in which the die's bus was busy",
                [this] { return static_cast<double>(busy_time()); });
    core::StatGroup& errors = stats.child("errors");
    const auto add = [&](const char* name, Fault fault) {
        errors.counter(name, "requests", std::string("refused: ") + nand_rule(fault),
                       &error_counts_[static_cast<std::size_t>(fault)]);
    };
    add("page_order", Fault::kNandPageOrder);
    add("program_twice", Fault::kNandProgramTwice);
    add("read_erased", Fault::kNandReadErased);
    add("misaligned", Fault::kMisaligned);
}

void SimpleNand::register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) {
    ledger_ = &ledger;
    const double page_bits = 8.0 * static_cast<double>(config_.page);
    const auto category = core::EnergyCategory::kNand;
    sense_energy_ =
        ledger.event(block, category, "nand_sense_page", page_bits * config_.read_pj_per_bit);
    program_energy_ =
        ledger.event(block, category, "nand_program_page", page_bits * config_.program_pj_per_bit);
    erase_energy_ = ledger.event(block, category, "nand_erase_block", config_.erase_pj);
    bus_energy_ = ledger.event(block, category, "nand_bus_byte", 8.0 * config_.bus_pj_per_bit);
}

}  // namespace strata::models
