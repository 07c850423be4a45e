// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/dram_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <queue>

#include "core/diagnostics.h"
#include "core/energy.h"
#include "core/output_file.h"
#include "models/memory/dram/cycle_dram.h"
#include "models/memory/dram/dram_preset.h"
#include "platform/bench/bench_case.h"
#include "platform/bench/dram_command_tap.h"
#include "platform/config_files.h"

namespace strata::platform {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

double cpu_s() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double ns(double ps) {
    return ps * 1e-3;
}

/// Channels under one in-order initiator.
class DramRun {
   public:
    DramRun(const DramCase& config, const DramBenchOptions& options);
    void run();
    ordered_json result();

   private:
    struct Part {  // of a request: at most `interleave` bytes, in one channel
        std::size_t channel;
        models::MemoryRequest request;
    };
    struct Open {
        core::Ps since = 0;
        std::int64_t parts = 0;
        core::Bytes bytes = 0;
        bool write = false;
        bool poisoned = false;
    };

    void split(const DramAccess& access, std::uint64_t id);
    bool offer(core::Ps now);
    void collect(core::Ps now);
    void write_request(std::size_t channel, const models::MemoryCompletion& completion,
                       core::Ps since);
    void note_next(std::size_t channel);
    core::Ps next_event();
    ordered_json latency(std::vector<core::Ps>& values) const;
    void add_commands(ordered_json& result) const;
    void add_energy(ordered_json& result);
    void add_check(ordered_json& result);

    const DramCase& case_;
    DramTrafficSource source_;
    std::ofstream commands_, requests_;
    core::EnergyLedger ledger_;
    std::vector<std::unique_ptr<models::CycleDram>> channels_;
    std::vector<std::unique_ptr<DramCommandTap>> taps_;

    DramAccess access_;
    bool more_ = false;
    std::vector<Part> parts_;  // of access_ still to be submitted, last first
    std::uint64_t sent_ = 0;
    std::vector<Open> open_;     // ring by id
    std::vector<core::Ps> due_;  // next event of each channel
    using Due = std::pair<core::Ps, std::size_t>;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;
    std::vector<models::MemoryCompletion> done_;

    core::Ps end_ = 0;
    core::Bytes bytes_ = 0;
    std::int64_t poisoned_ = 0;
    std::vector<core::Ps> read_latency_, write_latency_;
    double run_cpu_s_ = 0.0;
};

constexpr std::uint64_t kOpen = 1 << 16;  // requests that may be open at a time

DramRun::DramRun(const DramCase& config, const DramBenchOptions& options)
    : case_(config), source_(config.traffic, config.capacity()), open_(kOpen) {
    const bool write = options.write_commands && !options.out.empty();
    if (write) {
        commands_.open(fs::path(options.out) / "commands.csv");
        commands_ << "time_ns,channel,command,pc,sid,bank_group,bank,row,column\n";
        requests_.open(fs::path(options.out) / "requests.csv");
        requests_
            << "request,channel,offered_ns,done_ns,wait_ns,queue_ns,bank_ns,refresh_ns,bus_ns\n";
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(config.channels); ++i) {
        channels_.push_back(std::make_unique<models::CycleDram>(config.device));
        models::CycleDram& channel = *channels_.back();
        channel.register_energy(ledger_, ledger_.block(fmt::format("dram.ch{}", i)));
        channel.set_temperature(config.celsius);
        if (options.check_trace || write) {
            taps_.push_back(std::make_unique<DramCommandTap>(i, config.device, config.celsius,
                                                             options.check_trace,
                                                             write ? &commands_ : nullptr));
            channel.set_command_sink(taps_.back().get());
        }
    }
    due_.assign(channels_.size(), core::kNever);
}

/// Cuts a request where the channel changes.
void DramRun::split(const DramAccess& access, std::uint64_t id) {
    const auto block = static_cast<std::uint64_t>(case_.interleave);
    const std::uint64_t count = channels_.size();
    std::uint64_t address = access.address;
    std::uint64_t left = static_cast<std::uint64_t>(access.bytes);
    while (left > 0) {
        const std::uint64_t bytes = count == 1 ? left : std::min(left, block - address % block);
        const std::uint64_t local =
            count == 1 ? address : address / (block * count) * block + address % block;
        models::MemoryRequest request;
        request.id = id;
        request.op = access.op;
        request.address = local;
        request.bytes = static_cast<core::Bytes>(bytes);
        parts_.push_back(
            {count == 1 ? 0 : static_cast<std::size_t>(address / block % count), request});
        address += bytes;
        left -= bytes;
    }
    std::reverse(parts_.begin(), parts_.end());
}

/// Submits what may be submitted, in order. Returns whether anything was.
bool DramRun::offer(core::Ps now) {
    bool submitted = false;
    while (more_ && access_.time <= now) {
        Open& open = open_[sent_ % kOpen];
        if (parts_.empty()) {
            if (open.parts > 0) {
                break;  // the ring is full
            }
            split(access_, sent_);
            open = {now, static_cast<std::int64_t>(parts_.size()), access_.bytes,
                    access_.op == core::MemoryOp::kWrite, false};
        }
        while (!parts_.empty() &&
               channels_[parts_.back().channel]->can_accept(parts_.back().request)) {
            const Part part = parts_.back();
            parts_.pop_back();
            channels_[part.channel]->submit(now, part.request);
            note_next(part.channel);
            submitted = true;
        }
        if (!parts_.empty()) {
            break;
        }
        ++sent_;
        more_ = source_.next(access_);
    }
    return submitted;
}

void DramRun::note_next(std::size_t channel) {
    const core::Ps next = channels_[channel]->next_event();
    if (next != due_[channel]) {
        due_[channel] = next;
        if (next != core::kNever) {
            queue_.emplace(next, channel);
        }
    }
}

core::Ps DramRun::next_event() {
    while (!queue_.empty() && due_[queue_.top().second] != queue_.top().first) {
        queue_.pop();  // it has been superseded
    }
    return queue_.empty() ? core::kNever : queue_.top().first;
}

void DramRun::collect(core::Ps now) {
    while (next_event() <= now) {
        const std::size_t channel = queue_.top().second;
        queue_.pop();
        due_[channel] = core::kNever;
        done_.clear();
        channels_[channel]->advance(now, done_);
        for (const models::MemoryCompletion& completion : done_) {
            Open& open = open_[completion.id % kOpen];
            if (requests_.is_open()) {
                write_request(channel, completion, open.since);
            }
            open.poisoned = open.poisoned || completion.fault != core::Fault::kNone;
            if (--open.parts == 0) {
                (open.write ? write_latency_ : read_latency_)
                    .push_back(completion.time - open.since);
                bytes_ += open.bytes;
                poisoned_ += open.poisoned ? 1 : 0;
                end_ = std::max(end_, completion.time);
            }
        }
        note_next(channel);
    }
}

/// A line for each part of a request; the last five columns add up to done - offered.
void DramRun::write_request(std::size_t channel, const models::MemoryCompletion& completion,
                            core::Ps since) {
    const models::MemoryLatency& p = completion.parts;
    const core::Ps wait = completion.time - since - p.queue - p.bank - p.refresh - p.bus;
    const auto in_ns = [](core::Ps ps) { return ns(static_cast<double>(ps)); };
    requests_ << fmt::format("{},{},{:.3f},{:.3f},{:.3f},{:.3f},{:.3f},{:.3f},{:.3f}\n",
                             completion.id, channel, in_ns(since), in_ns(completion.time),
                             in_ns(wait), in_ns(p.queue), in_ns(p.bank), in_ns(p.refresh),
                             in_ns(p.bus));
}

void DramRun::run() {
    const double before = cpu_s();
    more_ = source_.next(access_);
    core::Ps now = 0;
    while (true) {
        offer(now);
        core::Ps next = next_event();
        if (more_ && parts_.empty() && access_.time > now) {
            next = std::min(next, access_.time);
        }
        if (next == core::kNever) {
            break;
        }
        now = next;
        collect(now);
    }
    if (more_) {
        throw core::ModelError("the DRAM accepts no more requests: " +
                               channels_.front()->describe_state());
    }
    run_cpu_s_ = cpu_s() - before;
}

ordered_json DramRun::latency(std::vector<core::Ps>& values) const {
    ordered_json result = {{"mean", 0.0}, {"p50", 0.0}, {"p99", 0.0}, {"p99_9", 0.0}, {"max", 0.0}};
    if (values.empty()) {
        return result;
    }
    std::sort(values.begin(), values.end());
    double sum = 0.0;
    for (const core::Ps value : values) {
        sum += static_cast<double>(value);
    }
    const auto quantile = [&](double q) {
        const auto rank = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1));
        return ns(static_cast<double>(values[rank]));
    };
    result["mean"] = ns(sum / static_cast<double>(values.size()));
    result["p50"] = quantile(0.5);
    result["p99"] = quantile(0.99);
    result["p99_9"] = quantile(0.999);
    result["max"] = quantile(1.0);
    return result;
}

void DramRun::add_commands(ordered_json& result) const {
    ordered_json commands;
    models::DramRowCounts rows;
    models::DramCounters sum;
    for (int c = 0; c < models::kDramCommands; ++c) {
        std::int64_t count = 0;
        for (const auto& channel : channels_) {
            count += channel->counters().count(static_cast<models::DramCommand>(c));
        }
        commands[models::kDramCommandNames[static_cast<std::size_t>(c)]] = count;
    }
    for (const auto& channel : channels_) {
        const models::DramCounters& counters = channel->counters();
        const models::DramRowCounts more = counters.rows();
        rows.hits += more.hits;
        rows.misses += more.misses;
        rows.conflicts += more.conflicts;
        sum.queue_time += counters.queue_time;
        sum.bank_time += counters.bank_time;
        sum.bus_time += counters.bus_time;
        sum.refresh_time += counters.refresh_time;
        sum.forwarded += counters.forwarded;
        sum.merged += counters.merged;
        sum.bursts[0] += counters.bursts[0];
        sum.bursts[1] += counters.bursts[1];
    }
    result["commands"] = commands;
    result["row_hits"] = rows.hits;
    result["row_misses"] = rows.misses;
    result["row_conflicts"] = rows.conflicts;
    result["forwarded_reads"] = sum.forwarded;
    result["merged_writes"] = sum.merged;
    const double bursts =
        std::max(1.0, static_cast<double>(sum.bursts[0]) + static_cast<double>(sum.bursts[1]));
    const double tick_ns = static_cast<double>(case_.device.timing.tick_fs) * 1e-6;
    const auto mean = [&](std::int64_t ticks) {
        return static_cast<double>(ticks) * tick_ns / bursts;
    };
    result["burst_latency_ns"] = {{"queue", mean(sum.queue_time)},
                                  {"bank", mean(sum.bank_time)},
                                  {"bus", mean(sum.bus_time)},
                                  {"refresh", mean(sum.refresh_time)}};
}

void DramRun::add_energy(ordered_json& result) {
    ordered_json energy = ordered_json::object();
    double total = 0.0;
    for (const core::EnergyLedger::EventTotal& event : ledger_.events()) {
        energy[event.name] = energy.value(event.name, 0.0) + event.pj;
        total += event.pj;
    }
    energy["total"] = total;
    result["energy_pj"] = energy;
    const auto bytes = static_cast<double>(std::max<core::Bytes>(1, bytes_));
    result["energy_pj_per_bit"] = total / (8.0 * bytes);
}

void DramRun::add_check(ordered_json& result) {
    std::int64_t commands = 0;
    std::int64_t violations = 0;
    ordered_json messages = ordered_json::array();
    bool checked = false;
    for (const auto& tap : taps_) {
        if (models::DramTraceChecker* checker = tap->checker()) {
            checker->finish(case_.device.timing.to_ticks(end_));
            commands += checker->commands();
            violations += checker->violations();
            for (const std::string& message : checker->messages()) {
                messages.push_back(message);
            }
            checked = true;
        }
    }
    if (checked) {
        result["trace_commands"] = commands;
        result["trace_violations"] = violations;
        result["trace_messages"] = messages;
    }
}

ordered_json DramRun::result() {
    std::vector<models::MemoryCompletion> none;
    for (const auto& channel : channels_) {
        channel->advance(end_, none);  // background energy and refreshes up to the end
    }
    std::int64_t bursts = 0;
    for (const auto& channel : channels_) {
        const models::DramCounters& c = channel->counters();
        bursts += c.bursts[0] + c.bursts[1] + c.forwarded;
    }
    const double requests = static_cast<double>(read_latency_.size() + write_latency_.size());
    const double peak =
        models::peak_bandwidth(case_.device).gbps() * static_cast<double>(case_.channels);
    const double seconds = static_cast<double>(std::max<core::Ps>(1, end_)) * 1e-12;
    const double bandwidth = static_cast<double>(bytes_) / seconds * 1e-9;

    ordered_json result;
    result["kind"] = "dram";
    result["case"] = case_.name;
    result["sim_time_ns"] = ns(static_cast<double>(end_));
    result["requests"] = read_latency_.size() + write_latency_.size();
    result["bandwidth_gbps"] = bandwidth;
    result["peak_gbps"] = peak;
    result["bandwidth_fraction"] = bandwidth / peak;
    result["read_latency_ns"] = latency(read_latency_);
    result["write_latency_ns"] = latency(write_latency_);
    add_commands(result);
    std::int64_t corrected = 0;
    for (const auto& channel : channels_) {
        corrected += channel->corrected();
    }
    result["ecc_corrected_bursts"] = corrected;
    result["poisoned_requests"] = poisoned_;
    add_energy(result);
    const double cpu = std::max(1e-6, run_cpu_s_);
    result["requests_per_cpu_s"] = requests / cpu;
    result["bursts_per_cpu_s"] = static_cast<double>(bursts) / cpu;
    result["run_cpu_s"] = run_cpu_s_;
    add_check(result);
    return result;
}

}  // namespace

DramCase DramCase::parse(core::Section root) {
    DramCase result;
    result.name = fs::path(root.location().file).stem().string();
    core::Section dram = root.required_section("dram");
    dram.choice("model", {"cycle"}, "cycle");
    result.device = models::parse_dram_device(
        dram, [](const std::string& preset) { return find_config("presets/dram", preset); });
    result.channels = dram.integer("channels", 1, {1, 65536});
    result.interleave = dram.size("interleave", result.interleave, {1, 1e12});
    const models::DramOrganisation& o = result.device.organisation;
    if (result.interleave % (o.burst * o.pseudo_channels) != 0 ||
        o.channel_capacity() % result.interleave != 0) {
        dram.error("interleave", "must divide the channel and be a multiple of its burst");
    }
    dram.finish();
    result.celsius = root.temperature_c("temperature", result.celsius);
    result.traffic = DramTraffic::parse(root.section("traffic"), result.capacity(), o.burst);
    root.finish();
    return result;
}

ordered_json run_dram_bench(const std::string& file, const std::vector<std::string>& overrides,
                            const DramBenchOptions& options) {
    return run_bench_case<DramCase>(file, overrides, options.out, [&](const DramCase& config) {
        DramRun run(config, options);
        run.run();
        return run.result();
    });
}

std::string dram_text(const ordered_json& result) {
    std::string text = fmt::format(
        "{}: {:.3f} of {:.3f} GB/s ({:.2f} %), {} requests in {:.0f} ns\n",
        result["case"].get<std::string>(), result["bandwidth_gbps"].get<double>(),
        result["peak_gbps"].get<double>(), 100.0 * result["bandwidth_fraction"].get<double>(),
        result["requests"].get<std::int64_t>(), result["sim_time_ns"].get<double>());
    for (const char* op : {"read", "write"}) {
        const auto& latency = result[std::string(op) + "_latency_ns"];
        if (latency["max"].get<double>() > 0.0) {
            text += fmt::format(
                "{:<6} latency: mean {:.1f}, p50 {:.1f}, p99 {:.1f}, "
                "max {:.1f} ns\n",
                op, latency["mean"].get<double>(), latency["p50"].get<double>(),
                latency["p99"].get<double>(), latency["max"].get<double>());
        }
    }
    text += fmt::format(
        "rows: {} hits, {} misses, {} conflicts; {:.2f} pJ/bit\n",
        result["row_hits"].get<std::int64_t>(), result["row_misses"].get<std::int64_t>(),
        result["row_conflicts"].get<std::int64_t>(), result["energy_pj_per_bit"].get<double>());
    if (result.contains("trace_violations")) {
        text += fmt::format("trace: {} commands, {} violations\n",
                            result["trace_commands"].get<std::int64_t>(),
                            result["trace_violations"].get<std::int64_t>());
        for (const auto& message : result["trace_messages"]) {
            text += "  " + message.get<std::string>() + '\n';
        }
    }
    return text + fmt::format("{:.3g} requests per CPU second\n",
                              result["requests_per_cpu_s"].get<double>());
}

}  // namespace strata::platform
