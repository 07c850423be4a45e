// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/workload/workload.h"

#include <filesystem>

#include "runtime/program/op.h"

namespace strata::runtime {
namespace {

using core::Section;
using models::DataType;

constexpr core::Range kCount{1, 1e6};

DataType type_of(Section& s, const std::string& key, const std::vector<std::string>& choices,
                 const std::string& fallback) {
    DataType type = DataType::kInt8;
    parse_data_type(s.choice(key, choices, fallback), type);
    return type;
}

std::string beside(const std::string& file, const std::string& base) {
    return (std::filesystem::path(base).parent_path() / file).lexically_normal().string();
}

// Defaults: the setting of the memory study this platform replaces: weights of 8 bits, cache and
// activations of 16, one sequence of 4096 tokens.
DecodeWorkload parse_decode(Section& s) {
    DecodeWorkload w;
    w.model = s.string("model");
    w.model_file = model_card_file(w.model, s.location().file);
    w.batch = s.integer("batch", 1, {1, 4096});
    w.context = s.integer("context", 4096, {1, 1e8});
    w.tokens = s.integer("tokens", 1, kCount);
    w.token_id = s.integer("token_id", 0, {0, 1e7});
    w.weights = type_of(s, "weights", {"int4", "int8", "fp8", "bf16", "fp16"}, "int8");
    w.kv = type_of(s, "kv", {"int8", "fp8", "bf16", "fp16"}, "bf16");
    w.activations = type_of(s, "activations", {"bf16", "fp16", "fp32"}, "bf16");
    const std::string memory = s.choice("weight_memory", {"auto", "nand", "dram"}, "auto");
    w.weight_memory = memory == "nand"   ? WeightMemory::kNand
                      : memory == "dram" ? WeightMemory::kDram
                                         : WeightMemory::kAuto;
    w.prefetch = s.boolean("prefetch", true);
    w.tile = s.size("tile", 64 * core::kKiB, {256, 64.0 * core::kMiB});
    w.sram_share = s.number("sram_share", 0.9, {0.0, 1.0});
    return w;
}

GemmWorkload parse_gemm(Section& s) {
    GemmWorkload w;
    w.m = s.integer("m", {}, kCount);
    w.n = s.integer("n", {}, kCount);
    w.k = s.integer("k", {}, kCount);
    s.choice("type", {"int8"}, "int8");
    w.tile_m = s.integer("tile_m", 32, kCount);  // defaults: 12 KiB of tiles, fits every TCM
    w.tile_n = s.integer("tile_n", 64, kCount);
    w.tile_k = s.integer("tile_k", 64, kCount);
    w.b = s.choice("b", {"dram", "sram"}, "dram") == "sram" ? core::Region::kSram
                                                            : core::Region::kDram;
    w.functional = s.boolean("functional", true);
    return w;
}

RandomWorkload parse_random(Section& s) {
    RandomWorkload w;
    w.commands = s.integer("commands", 100, {1, 1e5});
    w.min_bytes = s.size("min_bytes", 64, {1, 1e6});
    w.max_bytes = s.size("max_bytes", 4 * core::kKiB, {1, 1e6});
    w.peer_share = s.number("peer_share", 0.25, {0.0, 1.0});
    if (w.max_bytes < w.min_bytes) {
        s.error("max_bytes", "is less than min_bytes");
    }
    return w;
}

}  // namespace

bool WorkloadConfig::functional() const {
    const auto* gemm = std::get_if<GemmWorkload>(&kind);
    return gemm != nullptr && gemm->functional;
}

WorkloadConfig WorkloadConfig::parse(Section s) {
    WorkloadConfig w;
    const std::string file = s.location().file;
    w.name = s.string("name", std::filesystem::path(file).stem().string());
    w.seed = static_cast<std::uint64_t>(s.integer("seed", 1, {0, 1e18}));
    w.pes_per_cube = s.integer("pes_per_cube", 0, {0, 4080});
    const std::string kind = s.choice("kind", {"decode", "gemm", "program", "random", "messages"});
    if (kind == "decode") {
        w.kind = parse_decode(s);
    } else if (kind == "gemm") {
        w.kind = parse_gemm(s);
    } else if (kind == "program") {
        ProgramWorkload p;
        p.program = beside(s.string("program"), file);
        p.mapping = beside(s.string("mapping"), file);
        p.tokens = s.integer("tokens", 1, kCount);
        w.kind = p;
    } else if (kind == "random") {
        w.kind = parse_random(s);
    } else {
        w.kind = MessagesWorkload{};
    }
    s.finish();
    return w;
}

bool parse_data_type(const std::string& text, DataType& type) {
    std::int64_t value = 0;
    const bool known = parse_attr(Attr::kType, text, value);
    type = known ? static_cast<DataType>(value) : type;
    return known;
}

}  // namespace strata::runtime
