// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/full_nand.h"

#include <algorithm>
#include <functional>

#include "core/diagnostics.h"

namespace strata::models {

using core::Bytes;
using core::Fault;
using core::MemoryOp;
using core::Ps;

namespace {

FtlConfig preloaded(const FullNandConfig& config) {
    FtlConfig ftl = config.ftl;
    ftl.preloaded = ftl.preloaded || config.preloaded;
    ftl.program_pages = config.device.cell.program_pages();
    return ftl;
}

}  // namespace

FullNand::FullNand(const FullNandConfig& config)
    : config_(config),
      page_bytes_(config.device.geometry.page_bytes),
      channels_(config.device.geometry.channels),
      page_on_link_(link_time(page_bytes_)),
      page_into_link_(core::ceil_div(page_on_link_, channels_)),
      device_(config.device, config.preloaded && config.ftl.mapping == "zone"),
      error_model_(config.reliability, device_.blocks(), config.device.geometry.total_blocks()),
      scheduler_(device_, config.scheduler, config.ecc, &error_model_),
      ftl_(make_ftl(preloaded(config), config.device.geometry)) {
    read_link_free_.resize(static_cast<std::size_t>(channels_));
    if (config.preloaded) {
        preload();
    }
}

// ---- submission ---------------------------------------------------------------------------------

Fault FullNand::submit(Ps now, const MemoryRequest& wanted) {
    if (!can_accept(wanted)) {
        throw core::ModelError("a request was submitted to a full NAND queue");
    }
    now_ = now;
    if (unsettled_) {
        end_preconditioning();
    }
    idle_at_ = core::kNever;
    work_in_background(now);
    const std::int32_t index = take_request();
    request(index).completion = {wanted.id, 0, core::kNever, Fault::kNone};
    switch (wanted.op) {
        case MemoryOp::kRead:
            add_reads(now, wanted, index);
            break;
        case MemoryOp::kWrite:
            add_writes(now, wanted, index);
            break;
        case MemoryOp::kErase:
            add_trim(now, wanted, index);
            break;
    }
    work(now);
    return request(index).completion.fault;
}

void FullNand::add_reads(Ps now, const MemoryRequest& wanted, std::int32_t index) {
    Bytes address = static_cast<Bytes>(wanted.address);
    const Bytes end = address + wanted.bytes;
    request(index).pages_left = core::ceil_div(end, page_bytes_) - address / page_bytes_;
    while (address < end) {
        const LogicalPage number = address / page_bytes_;
        const Bytes next = std::min(end, (number + 1) * page_bytes_);
        const std::int32_t slot = take_page(index, MemoryOp::kRead, number, next - address, now);
        ftl_->read(now, number, static_cast<std::uint32_t>(slot), output_);
        work(now);  // as if it had come alone
        address = next;
    }
}

/// Pages of a write arrive over the link, one after the other.
void FullNand::add_writes(Ps now, const MemoryRequest& wanted, std::int32_t index) {
    const auto address = static_cast<Bytes>(wanted.address);
    const LogicalPage first = address / page_bytes_;
    if (address % page_bytes_ != 0 || wanted.bytes % page_bytes_ != 0) {
        request(index).pages_left = 1;
        note_error(Fault::kMisaligned, first);
        end_page(page(take_page(index, MemoryOp::kWrite, first, 0, now)), now, Fault::kMisaligned);
        return;
    }
    const std::int64_t count = wanted.bytes / page_bytes_;
    request(index).pages_left = count;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int32_t slot = take_page(index, MemoryOp::kWrite, first + i, page_bytes_, now);
        page(slot).begin = std::max(now, write_link_free_);
        write_link_free_ = page(slot).begin + page_into_link_;
        arrivals_.push({write_link_free_, slot});
    }
}

void FullNand::add_trim(Ps now, const MemoryRequest& wanted, std::int32_t index) {
    const auto address = static_cast<Bytes>(wanted.address);
    const LogicalPage first = address / page_bytes_;
    const std::int64_t count = core::ceil_div(address + wanted.bytes, page_bytes_) - first;
    request(index).pages_left = 1;
    const std::int32_t slot = take_page(index, MemoryOp::kErase, first, count * page_bytes_, now);
    ftl_->trim(now, first, count, tag_of(slot), output_);
}

std::int32_t FullNand::take_request() {
    std::int32_t index = free_request_;
    if (index == kNone) {
        index = static_cast<std::int32_t>(requests_.size());
        requests_.emplace_back();
    } else {
        free_request_ = request(index).next_free;
    }
    request(index).sequence = sequence_++;
    ++outstanding_;
    return index;
}

std::int32_t FullNand::take_page(std::int32_t request_index, MemoryOp op, LogicalPage number,
                                 Bytes bytes, Ps now) {
    std::int32_t index = free_page_;
    if (index == kNone) {
        index = static_cast<std::int32_t>(pages_.size());
        pages_.emplace_back();
    } else {
        free_page_ = page(index).next;
        page(index) = HostPage{};
    }
    HostPage& p = page(index);
    p.request = request_index;
    p.op = op;
    p.page = number;
    p.bytes = bytes;
    p.submitted = now;
    return index;
}

// ---- time ---------------------------------------------------------------------------------------

Ps FullNand::next_event() const {
    Ps next = scheduler_.next_event();
    if (!completions_.empty()) {
        next = std::min(next, completions_.front().time);
    }
    if (!arrivals_.empty() && arrivals_.front().time > now_) {
        next = std::min(next, arrivals_.front().time);
    }
    return std::min(next, next_background());
}

void FullNand::advance(Ps now, std::vector<MemoryCompletion>& done) {
    now_ = now;
    while (scheduler_.next_event() <= now) {
        jobs_.clear();
        scheduler_.advance(scheduler_.next_event(), jobs_);
        for (const FlashJobDone& job : jobs_) {
            job_done(job);
        }
        if (!jobs_.empty()) {
            work(jobs_.back().time);
        }
    }
    if (next_background() <= now) {
        work_in_background(now);
    }
    work(now);
    while (!completions_.empty() && completions_.front().time <= now) {
        const std::int32_t index = completions_.front().request;
        std::pop_heap(completions_.begin(), completions_.end(), std::greater<>());
        completions_.pop_back();
        Request& over = request(index);
        done.push_back(over.completion);
        over.next_free = free_request_;
        free_request_ = index;
        --outstanding_;
    }
    collect_when_idle(now);
}

/// Hands what the translation layer has decided to the scheduler, and takes in writes.
void FullNand::work(Ps now) {
    accept_writes(now);
    drain_output(now);
    scheduler_.dispatch(now);
}

void FullNand::accept_writes(Ps now) {
    while (!arrivals_.empty() && arrivals_.front().time <= now && ftl_->can_write()) {
        const std::int32_t slot = arrivals_.front().page;
        arrivals_.pop();
        ftl_->write(now, page(slot).page, tag_of(slot), output_);
    }
}

void FullNand::drain_output(Ps now) {
    for (const FlashTask& task : output_.tasks) {
        if (task.id >= tasks_.size()) {
            tasks_.resize(task.id + 1);
        }
        tasks_[task.id] = task;
        if (data_check_) {
            data_check_->started(task, version_of(task.tag));
        }
        scheduler_.add(now, job_of(now, task));
    }
    for (const FtlAck& ack : output_.acks) {
        acknowledge(now, ack);
    }
    output_.clear();
}

FlashJob FullNand::job_of(Ps now, const FlashTask& task) {
    FlashJob job;
    job.source = task.source;
    job.page = task.page;
    job.tag = task.id;
    job.rank = task.rank;
    job.bytes = page_bytes_;
    switch (task.kind) {
        case FlashTaskKind::kRead:
            job.kind = FlashJobKind::kRead;
            break;
        case FlashTaskKind::kErase:
            job.kind = FlashJobKind::kErase;
            break;
        case FlashTaskKind::kProgram:
        case FlashTaskKind::kCopyback:
            job.kind = task.kind == FlashTaskKind::kProgram ? FlashJobKind::kProgram
                                                            : FlashJobKind::kCopyback;
            job.from = task.from;
            if (config_.device.geometry.page_in_block(task.page) == 0) {
                error_model_.programmed(now, config_.device.geometry.block_of(task.page));
            }
            break;
    }
    if (task.source == FlashSource::kHost && slot_of(task.tag) < pages_.size()) {
        HostPage& p = page(static_cast<std::int32_t>(slot_of(task.tag)));
        if (serves(task, p)) {
            p.task = task.id;
            job.bytes = p.op == MemoryOp::kRead ? p.bytes : page_bytes_;
        }
    }
    return job;
}

/// A write may be acknowledged, and its slot have another owner, long before its program.
bool FullNand::serves(const FlashTask& task, const HostPage& p) const {
    return p.request != kNone && p.page == task.logical &&
           (p.op == MemoryOp::kRead) == (task.kind == FlashTaskKind::kRead);
}

void FullNand::job_done(const FlashJobDone& job) {
    const FlashTask& task = tasks_[job.tag];
    if (task.source == FlashSource::kHost && slot_of(task.tag) < pages_.size()) {
        HostPage& p = page(static_cast<std::int32_t>(slot_of(task.tag)));
        if (p.request != kNone && p.task == task.id) {
            p.times = job.times;
            p.begin = std::min(p.begin, job.begin);
            p.channel = channels_ == 1 ? 0 : config_.device.geometry.channel_of(job.page);
        }
    }
    const FlashStatus status = job.fault == Fault::kNone ? FlashStatus::kOk : FlashStatus::kFailed;
    if (observer_ != nullptr) {
        observer_->task_done(job.time, task, status);
    }
    if (data_check_) {
        data_check_->finished(task, status);
    }
    ftl_->done(job.time, job.tag, status, output_);
}

void FullNand::acknowledge(Ps now, const FtlAck& ack) {
    HostPage& p = page(static_cast<std::int32_t>(slot_of(ack.tag)));
    if (ack.fault != Fault::kNone) {
        note_error(ack.fault, p.page);
    } else if (data_check_) {
        note_data(p, version_of(ack.tag));
    }
    end_page(p, now, ack.fault);
}

/// What is left is the link (data of a read) and the base die.
void FullNand::end_page(HostPage& p, Ps now, Fault fault) {
    Ps end = now;
    if (p.op == MemoryOp::kRead && fault == Fault::kNone) {
        core::Ps& free = read_link_free_[static_cast<std::size_t>(p.channel)];
        free = std::max(now, free) + (p.bytes == page_bytes_ ? page_on_link_ : link_time(p.bytes));
        end = free;
    }
    end += config_.device.link.latency;
    if (fault == Fault::kNone) {
        account(p, now, end);
    }
    Request& owner = request(p.request);
    MemoryCompletion& completion = owner.completion;
    completion.begin = std::min({completion.begin, p.begin, end});
    completion.time = std::max(completion.time, end);
    completion.fault = completion.fault == Fault::kNone ? fault : completion.fault;
    if (--owner.pages_left == 0) {
        completions_.push_back({completion.time, owner.sequence, p.request});
        std::push_heap(completions_.begin(), completions_.end(), std::greater<>());
    }
    p.request = kNone;
    p.next = free_page_;
    free_page_ = static_cast<std::int32_t>(&p - pages_.data());
}

/// A decoder in the controller gets the parity, too.
Bytes FullNand::on_link(Bytes bytes) const {
    return config_.ecc.placement == EccPlacement::kController ? config_.ecc.raw_bytes(bytes)
                                                              : bytes;
}

Ps FullNand::link_time(Bytes bytes) const {
    const FlashLinkConfig& link = config_.device.link;
    bytes = on_link(bytes);
    return link.rate.bytes_per_s > 0
               ? link.rate.transfer(core::ceil_div(bytes, link.access) * link.access)
               : 0;
}

void FullNand::account(const HostPage& p, Ps acknowledged, Ps end) {
    const Bytes crossed = p.op == MemoryOp::kErase ? 0 : on_link(p.bytes);
    link_bytes_ += crossed;
    if (ledger_ != nullptr) {
        ledger_->count(link_energy_, crossed);
    }
    if (p.op == MemoryOp::kErase) {
        return;
    }
    Breakdown& b = breakdown_[p.op == MemoryOp::kRead ? 0 : 1];
    ++b.pages;
    b.array += p.times.array;
    b.ecc += p.times.ecc;
    b.bus += p.times.bus;
    const Ps in = p.op == MemoryOp::kWrite ? page_into_link_ : 0;
    b.host += in + end - acknowledged;
    b.latency += end - p.submitted;
    b.queue += acknowledged - p.submitted - in - p.times.array - p.times.ecc - p.times.bus;
}

Ps FullNand::busy_time() const {
    Ps sum = 0;
    const std::int64_t channels = config_.device.geometry.channels;
    for (std::int64_t i = 0; i < channels; ++i) {
        sum += device_.bus_time(i) - std::max<Ps>(0, device_.data_bus_free(i) - now_);
    }
    return sum / channels;
}

void FullNand::set_temperature(double celsius) {
    device_.set_temperature(celsius);
    error_model_.set_temperature(now_, celsius);
}

}  // namespace strata::models
