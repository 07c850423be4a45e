// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/nand_commands.h"

#include <fmt/format.h>

#include <charconv>
#include <numeric>
#include <sstream>

#include "core/diagnostics.h"
#include "models/memory/nand/flash_device.h"
#include "platform/bench/nand_bench.h"
#include "platform/bench/nand_observers.h"

namespace strata::platform {

using models::FlashTraceKind;
using nlohmann::ordered_json;

namespace {

constexpr auto kDataOut = static_cast<std::uint8_t>(FlashTraceKind::kDataOut);
constexpr auto kDiscard = static_cast<std::uint8_t>(FlashTraceKind::kDiscard);
constexpr const char* kAddressForm = "channel/chip/die/plane/block/page";

std::optional<std::uint8_t> kind_of(const std::string& name) {
    for (std::uint8_t kind = 0; kind < models::kFlashTraceKinds; ++kind) {
        if (kind != static_cast<std::uint8_t>(FlashTraceKind::kDataOutKeep) &&
            name == models::flash_trace_name(kind)) {
            return kind;
        }
    }
    return {};
}

/// The page, -1 beyond the device; nothing when it is no address.
std::optional<models::PageNumber> page_of(const std::string& word, const models::FlashGeometry& g) {
    models::FlashAddress a;
    const char* at = word.data();
    const char* const end = at + word.size();
    bool inside = true;
    for (const auto& [digit, radix] : {std::pair{&a.channel, g.channels},
                                       {&a.chip, g.chips},
                                       {&a.die, g.dies},
                                       {&a.plane, g.planes},
                                       {&a.block, g.blocks},
                                       {&a.page, g.pages}}) {
        const auto [next, error] = std::from_chars(at, end, *digit);
        const bool last = digit == &a.page;
        if (error != std::errc() || (last ? next != end : next == end || *next != '/')) {
            return {};
        }
        at = next + 1;
        inside = inside && *digit >= 0 && *digit < radix;
    }
    return inside ? g.number(a) : -1;
}

/// Reads one line; returns what is wrong with it, or nothing.
std::string read_line(const std::string& text, const models::FlashConfig& device,
                      NandCommandLine& line) {
    line.text = text;
    std::istringstream words(text);
    std::string word;
    std::string reason;
    words >> word;
    if (word == "at") {
        words >> word;
        line.at = core::parse_time(word, reason);
        if (!line.at || *line.at < 0) {
            return "expected a time such as 40us after `at`, got '" + word + "'";
        }
        words >> word;
    }
    const std::optional<std::uint8_t> kind = kind_of(word);
    if (!kind) {
        std::vector<std::string> names(models::kFlashCommandNames.begin(),
                                       models::kFlashCommandNames.end());
        names.insert(names.end(), {"DATA_OUT", "DISCARD"});
        const std::string near = core::closest(word, names);
        return "unknown command '" + word + "'" +
               (near.empty() ? "" : "; did you mean '" + near + "'?");
    }
    line.kind = *kind;
    line.bytes = device.bus_page();
    while (words >> word) {
        if (const auto page = page_of(word, device.geometry)) {
            line.pages.push_back(*page);
        } else if (const auto bytes = core::parse_size(word, reason);
                   bytes && line.kind == kDataOut) {
            line.bytes = *bytes;
        } else {
            return fmt::format("expected {}, got '{}'", kAddressForm, word);
        }
    }
    const bool single = line.kind >= kDataOut;
    return line.pages.empty() || (single && line.pages.size() > 1)
               ? fmt::format("expected {}{}", single ? "one " : "", kAddressForm)
               : "";
}

/// Cured by time, perhaps.
bool passes(core::Fault fault) {
    return fault == core::Fault::kNandBusy || fault == core::Fault::kNandRegister ||
           fault == core::Fault::kNandSequence;
}

/// Keeps the records of the operation that was issued last.
class LastRecord : public models::FlashTraceSink {
   public:
    explicit LastRecord(NandOperationTap& next) : next_(next) {}
    models::FlashTraceRecord record;
    void operation(const models::FlashTraceRecord& r) override {
        record = r;
        next_.operation(r);
    }

   private:
    NandOperationTap& next_;
};

double ns(core::Ps time) {
    return static_cast<double>(time) * 1e-3;
}

/// A device that is told what to do.
class CommandRun {
   public:
    CommandRun(const NandCase& config, const NandBenchOptions& options);
    void run();
    ordered_json result();

   private:
    void step(core::Ps until);
    models::FlashResult attempt(const NandCommandLine& line);
    ordered_json describe(const NandCommandLine& line, const models::FlashResult& verdict) const;

    const NandCase& case_;
    core::EnergyLedger ledger_;
    models::FlashDevice device_;
    NandWaveform waveform_;
    NandOperationTap tap_;
    LastRecord last_;
    std::vector<models::FlashEvent> events_;
    core::Ps now_ = 0;
    ordered_json operations_ = ordered_json::array();
    ordered_json faults_ = ordered_json::object();
    std::int64_t refused_ = 0;
};

CommandRun::CommandRun(const NandCase& config, const NandBenchOptions& options)
    : case_(config),
      device_(config.nand.device, config.nand.preloaded),
      waveform_(options),
      tap_(device_, options),
      last_(tap_) {
    device_.register_energy(ledger_, ledger_.block("nand"));
    device_.register_waveform(waveform_.sink(), "nand");
    device_.set_temperature(config.celsius);
    device_.set_trace(&last_);
}

void CommandRun::step(core::Ps until) {
    while (device_.next_event() <= until) {
        now_ = device_.next_event();
        events_.clear();
        device_.advance(now_, events_);
        waveform_.flush(now_);
    }
    now_ = std::max(now_, until);
}

models::FlashResult CommandRun::attempt(const NandCommandLine& line) {
    if (line.kind == kDataOut) {
        models::FlashDataOut out;
        out.page = line.pages.front();
        out.bytes = line.bytes;
        return device_.start_data_out(now_, out);
    }
    if (line.kind == kDiscard) {
        if (!device_.config().geometry.contains(line.pages.front())) {
            return {core::Fault::kOutOfRange, "no such page"};
        }
        device_.discard(now_, device_.config().geometry.plane_of(line.pages.front()));
        return {};
    }
    models::FlashOperation operation;
    operation.command = static_cast<models::FlashCommand>(line.kind);
    operation.pages = line.pages.data();
    operation.count = static_cast<std::int32_t>(line.pages.size());
    return device_.issue(now_, operation);
}

void CommandRun::run() {
    for (const NandCommandLine& line : case_.commands) {
        models::FlashResult verdict{core::Fault::kNandSequence, "its time is over"};
        if (!line.at || *line.at >= now_) {
            step(line.at.value_or(now_));
            verdict = attempt(line);
        }
        while (!line.at && passes(verdict.fault) && device_.next_event() != core::kNever) {
            step(device_.next_event());
            verdict = attempt(line);
        }
        operations_.push_back(describe(line, verdict));
        if (!verdict.ok()) {
            ++refused_;
            ordered_json& count = faults_[core::to_string(verdict.fault)];
            count = count.is_null() ? 1 : count.get<int>() + 1;
        }
    }
    while (device_.next_event() != core::kNever) {
        step(device_.next_event());
    }
}

ordered_json CommandRun::describe(const NandCommandLine& line,
                                  const models::FlashResult& verdict) const {
    ordered_json operation = {{"command", line.text}, {"issued_ns", ns(now_)}};
    if (!verdict.ok()) {
        operation["fault"] = core::to_string(verdict.fault);
        operation["rule"] = verdict.rule;
        return operation;
    }
    if (line.kind != kDiscard) {
        operation["bus_end_ns"] = ns(last_.record.bus_end);
    }
    if (last_.record.array_end > 0 && line.kind < kDataOut) {
        operation["array_start_ns"] = ns(last_.record.array_start);
        operation["array_end_ns"] = ns(last_.record.array_end);
    }
    return operation;
}

ordered_json CommandRun::result() {
    const models::FlashDevice::Counts& counts = device_.counts();
    const auto total = [](const auto& by_source) {
        return std::accumulate(by_source.begin(), by_source.end(), std::int64_t{0});
    };
    ordered_json result = {{"kind", "nand"},
                           {"case", case_.name},
                           {"sim_time_ns", ns(now_)},
                           {"operations", operations_},
                           {"taken", static_cast<std::int64_t>(operations_.size()) - refused_},
                           {"refused", refused_},
                           {"faults", faults_},
                           {"reads", total(counts.senses)},
                           {"programs", total(counts.programs)},
                           {"erases", total(counts.erases)}};
    result["energy_pj"] = nand_energy(ledger_, now_);
    tap_.add_to(result);
    waveform_.close(now_);
    return result;
}

}  // namespace

std::vector<NandCommandLine> parse_nand_commands(core::Section& s,
                                                 const models::FlashConfig& device) {
    std::vector<NandCommandLine> lines;
    for (const std::string& text : s.strings("commands")) {
        NandCommandLine line;
        const std::string wrong = read_line(text, device, line);
        if (!wrong.empty()) {
            s.error("commands", fmt::format("line {}: {}", lines.size() + 1, wrong));
        }
        lines.push_back(line);
    }
    if (lines.empty()) {
        s.error("commands", "expected at least one command");
    }
    return lines;
}

ordered_json run_nand_commands(const NandCase& config, const NandBenchOptions& options) {
    CommandRun run(config, options);
    run.run();
    return run.result();
}

std::string nand_commands_text(const ordered_json& result) {
    std::string text =
        fmt::format("{:>14} {:>14} {:>14}  command\n", "issued_ns", "bus_end_ns", "array_end_ns");
    for (const ordered_json& o : result["operations"]) {
        const auto time = [&o](const char* key) {
            return o.contains(key) ? fmt::format("{:.3f}", o[key].get<double>()) : std::string();
        };
        text += fmt::format(
            "{:>14} {:>14} {:>14}  {}{}\n", time("issued_ns"), time("bus_end_ns"),
            time("array_end_ns"), o["command"].get<std::string>(),
            o.contains("fault") ? "  refused: " + o["rule"].get<std::string>() : std::string());
    }
    text += fmt::format("{}: {} taken, {} refused, {:.3f} us, {:.3f} uJ\n",
                        result["case"].get<std::string>(), result["taken"].get<std::int64_t>(),
                        result["refused"].get<std::int64_t>(),
                        result["sim_time_ns"].get<double>() * 1e-3,
                        result["energy_pj"]["total"].get<double>() * 1e-6);
    return text + nand_trace_text(result);
}

}  // namespace strata::platform
