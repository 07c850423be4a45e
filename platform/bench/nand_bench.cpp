// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/nand_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>

#include "core/energy.h"
#include "core/output_file.h"
#include "models/memory/nand/ftl_report.h"
#include "models/memory/nand/full_nand.h"
#include "models/memory/nand/nand_blocks.h"
#include "platform/bench/bench_case.h"
#include "platform/bench/nand_observers.h"

namespace strata::platform {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

constexpr double kPsPerUs = 1e6;
constexpr core::Ps kFailed = -1;
constexpr std::uint64_t kRefresh = ~std::uint64_t{0};  // identifier of host-issued refreshes

double cpu_s() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double us(double ps) {
    return ps / kPsPerUs;
}

std::int64_t total(const std::array<std::int64_t, models::kFlashSources>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

/// A controller under a closed loop of requests.
class NandRun {
   public:
    NandRun(const NandCase& config, const NandBenchOptions& options);
    void run();
    ordered_json result();

   private:
    void precondition();
    bool may_offer() const { return more_ && sent_ - over_ < case_.traffic.queue_depth; }
    void offer(core::Ps now);
    void advance(core::Ps now);
    void refresh(core::Ps now);
    void end_request(const models::MemoryCompletion& completion);
    void add_counts(ordered_json& result) const;
    void add_faults(ordered_json& result) const;
    void add_latency(ordered_json& result);
    void add_breakdown(ordered_json& result) const;
    void add_wear(ordered_json& result) const;
    void add_energy(ordered_json& result) const;
    void write_files() const;
    double utilisation(core::Ps busy, std::int64_t resources) const {
        return static_cast<double>(busy) /
               static_cast<double>(std::max<core::Ps>(1, end_) * resources);
    }

    const NandCase& case_;
    NandBenchOptions options_;
    NandTrafficSource source_;
    core::EnergyLedger ledger_;
    models::FullNand nand_;
    std::unique_ptr<NandOperationTap> tap_;
    NandWaveform waveform_;
    NandTimeline timeline_;
    models::FtlCounts before_;  // of preconditioning

    NandAccess access_;
    bool more_ = false;
    std::int64_t sent_ = 0;
    std::int64_t over_ = 0;
    std::vector<models::MemoryCompletion> done_;
    std::vector<core::Ps> latency_;   // by id; of a request under way its submission; kFailed
    std::vector<core::Bytes> sizes_;  // by id
    core::Ps end_ = 0;
    core::Bytes bytes_ = 0;
    core::Ps next_refresh_ = core::kNever;
    core::Ps refreshed_ = 0;
    core::Bytes refresh_at_ = 0;
    std::int64_t refreshes_ = 0;
    std::map<std::string, std::int64_t> faults_;  // requests, by name
    double run_cpu_s_ = 0.0;
    double fill_cpu_s_ = 0.0;
};

NandRun::NandRun(const NandCase& config, const NandBenchOptions& options)
    : case_(config),
      options_(options),
      source_(config.traffic),
      nand_(config.nand),
      waveform_(options),
      timeline_(core::kMicrosecond, config.nand.device.geometry) {
    nand_.register_energy(ledger_, ledger_.block("nand"));
    nand_.set_temperature(config.celsius);
    precondition();
    before_ = nand_.ftl().counts();
    tap_ = std::make_unique<NandOperationTap>(nand_.device(), options);
    if (tap_->wanted()) {
        nand_.device().set_trace(tap_.get());
    }
    nand_.register_trace(waveform_.sink(), "nand");
}

/// Fills the span where it is to be read or overwritten, and overwrites it; without time.
void NandRun::precondition() {
    const double before = cpu_s();
    const NandTraffic& t = case_.traffic;
    const bool full = case_.nand.preloaded;
    const std::int64_t pages = core::ceil_div(t.span, nand_.granule());
    if (!full && case_.nand.ftl.mapping != "zone" &&
        (t.op != NandTraffic::Op::kWrite || t.overwrites > 0.0)) {
        for (std::int64_t page = 0; page < pages; ++page) {
            nand_.write_at_once(page);
        }
    }
    core::RandomStream random(t.seed, "nand.overwrites");
    const auto overwrites = static_cast<std::int64_t>(t.overwrites * static_cast<double>(pages));
    for (std::int64_t i = 0; i < overwrites; ++i) {
        nand_.write_at_once(
            static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(pages))));
    }
    nand_.end_preconditioning();
    fill_cpu_s_ = cpu_s() - before;
}

void NandRun::offer(core::Ps now) {
    while (may_offer() && access_.time <= now) {
        models::MemoryRequest request;
        request.id = static_cast<std::uint64_t>(sent_);
        request.op = access_.op;
        request.address = access_.address;
        request.bytes = access_.bytes;
        latency_.push_back(now);
        sizes_.push_back(access_.bytes);
        nand_.submit(now, request);
        ++sent_;
        more_ = source_.next(access_);
    }
}

void NandRun::advance(core::Ps now) {
    while (timeline_.next() <= now) {
        timeline_.add(nand_.device());
    }
    done_.clear();
    nand_.advance(now, done_);
    for (const models::MemoryCompletion& completion : done_) {
        if (completion.id == kRefresh) {
            next_refresh_ = std::max(now, refreshed_ + case_.traffic.refresh);
            ++refreshes_;
        } else {
            end_request(completion);
        }
    }
    waveform_.flush(now);
}

void NandRun::end_request(const models::MemoryCompletion& completion) {
    core::Ps& time = latency_[completion.id];
    end_ = std::max(end_, completion.time);
    ++over_;
    if (completion.fault == core::Fault::kNone) {
        time = completion.time - time;
        bytes_ += case_.traffic.request;
    } else {
        time = kFailed;
        ++faults_[core::to_string(completion.fault)];
    }
}

/// The host's refresh of the next zone (page map: of the block that holds the next page).
void NandRun::refresh(core::Ps now) {
    const models::FlashGeometry& g = case_.nand.device.geometry;
    const bool zones = case_.nand.ftl.mapping == "zone";
    const core::Bytes step = zones ? g.total_planes() * g.block_bytes() : g.page_bytes;
    nand_.refresh(now, static_cast<std::uint64_t>(refresh_at_), kRefresh);
    refresh_at_ = refresh_at_ + step < case_.traffic.span ? refresh_at_ + step : 0;
    refreshed_ = now;
    next_refresh_ = core::kNever;  // one at a time
}

void NandRun::run() {
    constexpr std::int64_t kReserved = 1 << 20;
    const std::int64_t expected = std::min(case_.traffic.requests, kReserved);
    latency_.reserve(static_cast<std::size_t>(expected));
    sizes_.reserve(latency_.capacity());
    const double before = cpu_s();
    more_ = source_.next(access_);
    next_refresh_ = case_.traffic.refresh > 0 ? case_.traffic.refresh : core::kNever;
    offer(0);
    while (more_ || over_ < sent_) {
        const core::Ps now =
            std::min(nand_.next_event(), may_offer() ? access_.time : core::kNever);
        if (now == core::kNever) {
            throw core::ModelError("the NAND controller stands still: " + nand_.describe_state());
        }
        advance(now);
        if (next_refresh_ <= now) {
            refresh(now);
        }
        offer(now);
    }
    run_cpu_s_ = cpu_s() - before;
}

void NandRun::add_counts(ordered_json& result) const {
    const models::FlashDevice::Counts& device = nand_.device().counts();
    const models::FtlCounts& now = nand_.ftl().counts();
    const auto gc = static_cast<std::size_t>(models::FlashSource::kGc);
    const auto host = static_cast<std::size_t>(models::FlashSource::kHost);
    const std::int64_t programs = now.total_programs() - before_.total_programs();
    const std::int64_t written = now.programs[host] - before_.programs[host];
    result["reads"] = total(device.senses);
    result["programs"] = total(device.programs);
    result["erases"] = total(device.erases);
    result["gc_moves"] = now.programs[gc] - before_.programs[gc];
    result["waf"] =
        written > 0 ? static_cast<double>(programs) / static_cast<double>(written) : 0.0;
    const models::FlashGeometry& g = case_.nand.device.geometry;
    result["bus_utilisation"] = utilisation(nand_.busy_time(), 1);
    result["plane_utilisation"] = utilisation(nand_.device().plane_time(end_), g.total_planes());
    result["throttle_step"] = nand_.device().throttle_state();
    const models::FlashScheduler::Counts& s = nand_.scheduler().counts();
    result["retries"] = s.retries;
    result["soft_decodes"] = s.soft_decodes;
    result["uncorrectable"] = s.uncorrectable;
    result["suspends"] = s.suspends;
    result["multi_plane_commands"] = s.multi_plane;
    result["cache_reads"] = s.cache_reads;
    result["commands"] = s.commands;
    result["host_refreshes"] = refreshes_;
    ordered_json& by_source = result["by_source"] = ordered_json::object();
    for (std::size_t i = 0; i < models::kFlashSources; ++i) {
        by_source[models::kFlashSourceNames[i]] = {{"reads", device.senses[i]},
                                                   {"programs", device.programs[i]},
                                                   {"erases", device.erases[i]}};
    }
}

/// Requests that were refused; the errors kept are the first ones, of pages.
void NandRun::add_faults(ordered_json& result) const {
    const std::int64_t none = 0;
    result["faults"] = std::accumulate(faults_.begin(), faults_.end(), none,
                                       [](auto sum, const auto& f) { return sum + f.second; });
    result["fault_counts"] = faults_;
    result["first_faults"] = ordered_json::array();
    for (const models::NandError& error : nand_.errors()) {
        result["first_faults"].push_back({{"fault", core::to_string(error.fault)},
                                          {"address", error.address},
                                          {"rule", models::nand_rule(error.fault)}});
    }
}

/// Of requests without a fault.
void NandRun::add_latency(ordered_json& result) {
    latency_.erase(std::remove(latency_.begin(), latency_.end(), kFailed), latency_.end());
    latency_.resize(std::max<std::size_t>(1, latency_.size()));
    std::sort(latency_.begin(), latency_.end());
    const auto quantile = [&](double q) {
        const auto rank = static_cast<std::size_t>(q * static_cast<double>(latency_.size() - 1));
        return us(static_cast<double>(latency_[rank]));
    };
    double sum = 0.0;
    for (const core::Ps value : latency_) {
        sum += static_cast<double>(value);
    }
    result["latency_us"] = {{"mean", us(sum / static_cast<double>(latency_.size()))},
                            {"p50", quantile(0.5)},
                            {"p99", quantile(0.99)},
                            {"p99_9", quantile(0.999)},
                            {"max", quantile(1.0)}};
}

void NandRun::add_breakdown(ordered_json& result) const {
    const auto parts = [](const models::FullNand::Breakdown& b) {
        const double pages = static_cast<double>(std::max<std::int64_t>(1, b.pages)) * kPsPerUs;
        const auto mean = [pages](core::Ps sum) { return static_cast<double>(sum) / pages; };
        return ordered_json{{"pages", b.pages},        {"queue", mean(b.queue)},
                            {"sense", mean(b.array)},  {"ecc", mean(b.ecc)},
                            {"bus", mean(b.bus)},      {"host", mean(b.host)},
                            {"total", mean(b.latency)}};
    };
    result["page_latency_us"] = {{"read", parts(nand_.reads())}, {"write", parts(nand_.writes())}};
}

void NandRun::add_wear(ordered_json& result) const {
    const models::FlashGeometry& g = case_.nand.device.geometry;
    const models::FlashBlocks::Wear wear = nand_.device().blocks().wear();
    const double seconds = static_cast<double>(std::max<core::Ps>(1, end_)) * 1e-12;
    models::FtlLifetime life;
    life.endurance = static_cast<double>(case_.nand.device.endurance.pe_cycles);
    life.blocks = static_cast<double>(g.total_blocks());
    life.pages_per_block = g.pages;
    life.write_amplification = std::max(1.0, result["waf"].get<double>());
    life.host_writes_per_s = static_cast<double>(nand_.writes().pages) / seconds;
    life.wear_evenness =
        models::FtlWear{g.total_blocks(), wear.erases, static_cast<std::uint32_t>(wear.most_erases),
                        static_cast<std::uint32_t>(wear.least_erases)}
            .evenness();
    result["wear"] = {{"erases_mean", static_cast<double>(wear.erases) / life.blocks},
                      {"erases_min", wear.least_erases},
                      {"erases_max", wear.most_erases},
                      {"reads_of_a_block_max", wear.most_senses}};
    if (life.host_writes_per_s > 0.0 && life.endurance > 0.0) {
        result["wear"]["lifetime_s"] = life.seconds();
    }
}

void NandRun::add_energy(ordered_json& result) const {
    result["energy_pj"] = nand_energy(ledger_, end_);
    result["energy_pj_per_bit"] =
        ledger_.total_pj(end_) / (8.0 * static_cast<double>(std::max<core::Bytes>(1, bytes_)));
}

void NandRun::write_files() const {
    const fs::path out = options_.out;
    const models::FlashGeometry& g = case_.nand.device.geometry;
    std::string blocks = "block,channel,chip,die,plane,index,erases,programmed,reads\n";
    for (std::int64_t i = 0; i < g.total_blocks(); ++i) {
        const models::FlashAddress a = g.locate(i * g.pages);
        const models::FlashBlocks::Block block = nand_.device().blocks().at(i);
        blocks += fmt::format("{},{},{},{},{},{},{},{},{}\n", i, a.channel, a.chip, a.die, a.plane,
                              a.block, block.erases, block.programmed, block.senses);
    }
    core::write_file((out / "blocks.csv").string(), blocks);
    core::write_file((out / "utilisation.csv").string(), timeline_.csv());
}

ordered_json NandRun::result() {
    const double seconds = static_cast<double>(std::max<core::Ps>(1, end_)) * 1e-12;
    const double cpu = std::max(1e-6, run_cpu_s_);
    ordered_json result;
    result["kind"] = "nand";
    result["case"] = case_.name;
    result["sim_time_ns"] = static_cast<double>(end_) * 1e-3;
    result["requests"] = over_;
    add_faults(result);
    result["bandwidth_mbps"] = static_cast<double>(bytes_) / seconds * 1e-6;
    add_latency(result);
    add_counts(result);
    add_breakdown(result);
    add_wear(result);
    add_energy(result);
    const std::int64_t pages =
        result["reads"].get<std::int64_t>() + result["programs"].get<std::int64_t>();
    result["commands_per_cpu_s"] = result["commands"].get<double>() / cpu;
    result["pages_per_cpu_s"] = static_cast<double>(pages) / cpu;
    result["run_cpu_s"] = run_cpu_s_;
    result["precondition_cpu_s"] = fill_cpu_s_;
    tap_->add_to(result);
    waveform_.close(end_);
    if (!options_.out.empty()) {
        write_files();
    }
    return result;
}

}  // namespace

ordered_json run_nand_bench(const std::string& file, const std::vector<std::string>& overrides,
                            const NandBenchOptions& options) {
    return run_bench_case<NandCase>(file, overrides, options.out, [&](const NandCase& config) {
        if (!config.commands.empty()) {
            return run_nand_commands(config, options);
        }
        NandRun run(config, options);
        run.run();
        return run.result();
    });
}

}  // namespace strata::platform
