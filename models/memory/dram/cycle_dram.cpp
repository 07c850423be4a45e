// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/cycle_dram.h"

#include <algorithm>

namespace strata::models {

namespace {

/// Requests in the input queue. More than the column commands that fit between a column command
/// and the end of its data, so that an initiator that refills at completions never lets it run dry.
constexpr std::size_t kInputRequests = 32;
/// Requests whose data are on their way.
constexpr std::int32_t kInFlight = 64;

std::int32_t pool_size(const DramDevice& device) {
    const DramPolicy& p = device.policy;
    return device.organisation.pseudo_channels * (p.read_queue + p.write_queue) + kInFlight +
           static_cast<std::int32_t>(kInputRequests);
}

}  // namespace

CycleDram::CycleDram(const DramDevice& device)
    : device_(device),
      decoder_(device.map),
      input_(kInputRequests),
      ecc_random_(device.ecc.seed, device.name) {
    const DramTiming& t = device_.timing;
    counters_.banks.resize(static_cast<std::size_t>(device_.organisation.banks()));
    pcs_.reserve(static_cast<std::size_t>(device_.organisation.pseudo_channels));
    for (std::int32_t pc = 0; pc < device_.organisation.pseudo_channels; ++pc) {
        pcs_.emplace_back(device_, pc, counters_);
    }
    data_end_ = {t.cl + t.bl, t.cwl + t.bl};
    least_latency_ = std::min(data_end_[kDramRead], data_end_[kDramWrite]);
    least_spacing_ = std::min(t.ccd_s, t.ccd_l);
    if (device_.organisation.sids > 1) {
        least_spacing_ = std::min(least_spacing_, t.ccd_r);
    }
    row_to_column_ = std::min(t.rcd_rd, t.rcd_wr);
    if (device_.policy.power_down_idle > 0) {
        row_to_column_ = std::min(row_to_column_, t.xp);
    }
    if (device_.policy.starvation > 0) {
        row_to_column_ = 0;  // a plan may turn to a starved burst at any time
    }
    requests_.resize(static_cast<std::size_t>(pool_size(device_)));
    for (std::int32_t i = pool_size(device_); i > 0; --i) {
        free_requests_.push_back(i - 1);
    }
    finished_.reserve(requests_.size());
}

// ---- interface ----------------------------------------------------------------------------------

core::Fault CycleDram::submit(core::Ps now, const MemoryRequest& incoming) {
    if (!can_accept(incoming)) {
        throw core::ModelError("a request was submitted to a full DRAM controller");
    }
    const DramTicks t = device_.timing.to_ticks(now);
    run_until(t);
    const auto burst = static_cast<std::uint64_t>(granule());
    const std::int32_t index = free_requests_.back();
    free_requests_.pop_back();
    Request& r = request(index);
    r = {};
    r.completion.id = incoming.id;
    r.sequence = ++sequence_;
    r.next = incoming.address / burst;
    r.end = (incoming.address + static_cast<std::uint64_t>(incoming.bytes) + burst - 1) / burst;
    r.first = r.next;
    r.open = static_cast<std::int64_t>(r.end - r.next);
    r.submitted = now;
    r.begin = kDramNever;
    r.dir =
        static_cast<std::uint8_t>(incoming.op == core::MemoryOp::kRead ? kDramRead : kDramWrite);
    r.qos = incoming.qos;
    if (r.dir == kDramWrite && device_.ecc.kind == DramEcc::Kind::kSideBand) {
        r.partial_first = incoming.address % burst != 0;
        r.partial_last =
            (incoming.address + static_cast<std::uint64_t>(incoming.bytes)) % burst != 0;
    }
    r.place = unfinished_.size();
    unfinished_.push_back(index);
    ++active_;
    queued_ += r.open;
    input_.push(index);
    refill(t);
    return core::Fault::kNone;
}

core::Ps CycleDram::next_event() const {
    const core::Ps first = finished_.empty() ? core::kNever : finished_.front().time;
    if (queued_ == 0) {
        return first;
    }
    DramTicks column = kDramNever;
    for (DramPseudoChannel& pc : pcs_) {
        if (pc.queue().size() > 0) {
            pc.plan(clock_, row_bus_, column_bus_);
            // The plan may be from before the other pseudo channel took the bus.
            const DramTicks row = std::max(pc.row().time, row_bus_);
            column =
                std::min({column, std::max(pc.column().time, column_bus_), row + row_to_column_});
        }
    }
    return std::min(first, device_.timing.to_ps(column + least_work() + least_latency_));
}

/// Time by which the last column command of any request comes after the next column command.
DramTicks CycleDram::least_work() const {
    std::int64_t least = INT64_MAX;
    for (const std::int32_t i : unfinished_) {
        least = std::min(least, requests_[static_cast<std::size_t>(i)].open);
        if (least == 1) {
            return 0;
        }
    }
    return (least - 1) / static_cast<std::int64_t>(pcs_.size()) * least_spacing_;
}

void CycleDram::advance(core::Ps now, std::vector<MemoryCompletion>& done) {
    run_until(device_.timing.to_ticks(now));
    while (!finished_.empty() && finished_.front().time <= now) {
        const std::int32_t index = finished_.front().request;
        std::pop_heap(finished_.begin(), finished_.end());
        finished_.pop_back();
        done.push_back(request(index).completion);
        free_requests_.push_back(index);
        --active_;
    }
    constexpr DramTicks kBookingInterval = 4096;
    if (active_ == 0 || clock_ - energy_time_ >= kBookingInterval) {
        book_energy();
    }
}

void CycleDram::settle(core::Ps now) {
    run_until(device_.timing.to_ticks(now));
    book_energy();
}

core::Ps CycleDram::busy_time() const {
    const std::int64_t bursts = counters_.bursts[kDramRead] + counters_.bursts[kDramWrite];
    return device_.timing.to_ps(bursts * device_.timing.bl /
                                static_cast<std::int64_t>(pcs_.size()));
}

std::string CycleDram::describe_state() const {
    std::string text = "dram " + device_.name + ": " + std::to_string(active_) + " requests, " +
                       std::to_string(queued_) + " bursts without column command";
    for (const DramPseudoChannel& pc : pcs_) {
        text += ", queue of " + std::to_string(pc.queue().count(kDramRead)) + " reads and " +
                std::to_string(pc.queue().count(kDramWrite)) + " writes";
    }
    return text;
}

void CycleDram::set_temperature(double celsius) {
    std::int32_t rate = 1;
    for (const DramRefreshStep& step : device_.refresh_steps) {
        rate = celsius > step.above_celsius ? step.rate : rate;
    }
    for (DramPseudoChannel& pc : pcs_) {
        pc.set_refresh_rate(rate);
    }
}

// ---- commands -----------------------------------------------------------------------------------

void CycleDram::run_until(DramTicks limit) {
    while (step(limit)) {
    }
    clock_ = std::max(clock_, limit);
}

/// Does what comes next if that is before `limit`.
bool CycleDram::step(DramTicks limit) {
    DramPseudoChannel* due_pc = nullptr;
    DramPseudoChannel* row_pc = nullptr;
    DramPseudoChannel* column_pc = nullptr;
    DramTicks due = limit;
    DramTicks row = limit;
    DramTicks column = limit;
    for (DramPseudoChannel& pc : pcs_) {
        pc.plan(clock_, row_bus_, column_bus_);
        const auto first = [&pc](DramTicks t, const DramCandidate& candidate, DramTicks& best,
                                 DramPseudoChannel*& best_pc, bool column_command) {
            if (t > best || (t == best && best_pc == nullptr)) {
                return;
            }
            const auto rival = [&] {
                return column_command ? best_pc->column().order : best_pc->row().order;
            };
            if (t < best || candidate.order < rival()) {
                best = t;
                best_pc = &pc;
            }
        };
        first(std::max(pc.column().time, column_bus_), pc.column(), column, column_pc, true);
        first(std::max(pc.row().time, row_bus_), pc.row(), row, row_pc, false);
        if (pc.upkeep_due() < due) {
            due = pc.upkeep_due();
            due_pc = &pc;
        }
    }
    if (due_pc != nullptr && due <= std::min(row, column)) {
        clock_ = std::max(clock_, due);
        due_pc->look_after(due, sink_ == nullptr ? std::min(row, limit) : due);
    } else if (column_pc != nullptr && column <= row) {
        clock_ = column;
        issue_column(*column_pc, column);
    } else if (row_pc != nullptr) {
        clock_ = row;
        issue_row(*row_pc, row);
    } else {
        return false;
    }
    return true;
}

void CycleDram::issue_row(DramPseudoChannel& pc, DramTicks t) {
    const DramTiming& timing = device_.timing;
    row_bus_ = t + (pc.row().command == DramCommand::kAct ? timing.act_bus : timing.pre_bus);
    if (!timing.split_command_bus) {
        column_bus_ = row_bus_;
    }
    pc.issue_row(t, sink_);
}

void CycleDram::issue_column(DramPseudoChannel& pc, DramTicks t) {
    column_bus_ = t + device_.timing.column_bus;
    if (!device_.timing.split_command_bus) {
        row_bus_ = column_bus_;
    }
    const DramServed burst = pc.issue_column(t, sink_);
    if (burst.request >= 0) {
        finish_burst(burst, t);
    }
    refill(t);
}

// ---- requests and bursts ------------------------------------------------------------------------

/// Moves bursts into the queues, in order, as far as there is room.
void CycleDram::refill(DramTicks t) {
    while (!input_.empty() && enqueue_next_burst(input_.front(), t)) {
        const Request& head = request(input_.front());
        if (head.next == head.end) {
            input_.pop();
        }
    }
}

bool CycleDram::enqueue_next_burst(std::int32_t index, DramTicks t) {
    Request& r = request(index);
    const std::uint64_t address = r.next * static_cast<std::uint64_t>(granule());
    const DramPlace place = decoder_.decode(address);
    DramPseudoChannel& pc = pcs_[static_cast<std::size_t>(place.pc)];
    const DramBurstQueue& queue = pc.queue();
    const bool merge = covers_partly(r);
    if (queue.full(r.dir) || (merge && queue.full(kDramRead))) {
        return false;
    }
    DramBurst burst;
    burst.order = static_cast<std::uint64_t>(255 - r.qos) << kDramClassShift | ++burst_sequence_;
    burst.row = static_cast<std::int32_t>(place.row);
    burst.column = place.column;
    burst.arrival = t;
    burst.request = index;
    burst.bank = static_cast<std::uint8_t>(pc.flat_bank(place));
    burst.dir = r.dir;
    ++r.next;
    const bool forwarded = r.dir == kDramRead && queue.count(kDramWrite) > 0 &&
                           queue.has_write(burst.bank, burst.row, burst.column);
    if (forwarded) {  // takes the response path, as long as a row hit
        ++counters_.forwarded;
        finish_burst({index, r.dir, t, 0, 0}, t);
        return true;
    }
    if (r.dir == kDramRead && device_.ecc.kind != DramEcc::Kind::kNone && poisons(address)) {
        r.completion.fault = core::Fault::kUncorrectable;
    }
    if (merge) {
        pc.add_merge(burst);
    } else {
        pc.add(burst);
    }
    return true;
}

/// Whether the next burst is a write that has to be read first: its check bits cover all of it.
bool CycleDram::covers_partly(const Request& r) const {
    return (r.partial_first && r.next == r.first) || (r.partial_last && r.next + 1 == r.end);
}

/// `t`: its column command.
void CycleDram::finish_burst(const DramServed& burst, DramTicks t) {
    Request& r = request(burst.request);
    const DramTicks end = t + data_end_[burst.dir];
    r.begin = std::min(r.begin, burst.begin);
    --queued_;
    if (end > r.done) {
        r.done = end;
        r.bank_part = burst.bank;
        r.refresh_part = burst.refresh;
    }
    if (--r.open == 0) {
        finish_request(burst.request);
    }
}

void CycleDram::finish_request(std::int32_t index) {
    Request& r = request(index);
    unfinished_[r.place] = unfinished_.back();
    request(unfinished_.back()).place = r.place;
    unfinished_.pop_back();
    const bool checked = r.dir == kDramRead && device_.ecc.kind != DramEcc::Kind::kNone;
    const DramTicks ecc = checked ? device_.ecc.latency : 0;
    r.done += ecc;
    const DramTiming& t = device_.timing;
    MemoryCompletion& c = r.completion;
    c.begin = t.to_ps(r.begin);
    c.time = t.to_ps(r.done);
    c.parts.bank = t.to_ps(r.bank_part);
    c.parts.refresh = t.to_ps(r.refresh_part);
    c.parts.bus = t.to_ps(data_end_[r.dir] + ecc);
    c.parts.queue = c.time - r.submitted - c.parts.bank - c.parts.refresh - c.parts.bus;
    note_latency(r);
    finished_.push_back({r.completion.time, r.sequence, index});
    std::push_heap(finished_.begin(), finished_.end());
}

/// SEC-DED of one burst read: counts corrected errors; true for one that cannot be corrected.
bool CycleDram::poisons(std::uint64_t address) {
    const DramEcc& ecc = device_.ecc;
    const bool bad =
        std::find(ecc.bad_bursts.begin(), ecc.bad_bursts.end(), address) != ecc.bad_bursts.end();
    double draw = 1.0;
    if (ecc.single_bit_rate > 0.0 || ecc.double_bit_rate > 0.0) {
        draw = ecc_random_.uniform();
    }
    if (bad || draw < ecc.double_bit_rate) {
        ++poisoned_;
        return true;
    }
    corrected_ += draw < ecc.double_bit_rate + ecc.single_bit_rate ? 1 : 0;
    return false;
}

}  // namespace strata::models
