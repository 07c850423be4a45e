// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/workload/model_card.h"

#include <filesystem>

namespace strata::runtime {

ModelCard ModelCard::parse(core::Section s) {
    constexpr core::Range kCount{1, 1e7};
    ModelCard c;
    c.name = s.string("name");
    c.source = s.string("source");
    c.hidden = s.integer("hidden", {}, kCount);
    c.layers = s.integer("layers", {}, kCount);
    c.heads = s.integer("heads", {}, kCount);
    c.kv_heads = s.integer("kv_heads", c.heads, kCount);  // default: a kv head per head
    c.head_dim = s.integer("head_dim", c.heads > 0 ? c.hidden / c.heads : 0, kCount);
    c.intermediate = s.integer("intermediate", {}, kCount);
    c.vocab = s.integer("vocab", {}, kCount);
    c.qk_norm = s.boolean("qk_norm", false);
    c.tied_embedding = s.boolean("tied_embedding", false);
    if (c.kv_heads > 0 && c.heads % c.kv_heads != 0) {
        s.error("kv_heads", "heads (" + std::to_string(c.heads) +
                                ") is not a multiple of kv_heads (" + std::to_string(c.kv_heads) +
                                ")");
    }
    if (!s.has("head_dim") && c.heads > 0 && c.hidden % c.heads != 0) {
        s.error("heads", "hidden (" + std::to_string(c.hidden) + ") is not a multiple of heads (" +
                             std::to_string(c.heads) + "); give head_dim");
    } else if (c.head_dim % 2 != 0) {
        s.error("head_dim", "must be even: the rotation works on pairs");
    }
    s.finish();
    return c;
}

std::int64_t ModelCard::layer_weights() const {
    return hidden * qkv_columns() + query_columns() * hidden + 3 * hidden * intermediate;
}

std::int64_t ModelCard::norm_weights() const {
    return layers * (2 * hidden + (qk_norm ? 2 * head_dim : 0)) + hidden;
}

std::int64_t ModelCard::parameters() const {
    return decode_weights() + (tied_embedding ? 0 : hidden * vocab) + norm_weights();
}

std::string model_card_file(const std::string& model, const std::string& workload_file) {
    namespace fs = std::filesystem;
    const fs::path folder = fs::path(workload_file).parent_path();
    const bool path = model.size() > 5 && model.substr(model.size() - 5) == ".yaml";
    const fs::path file = path ? folder / model : folder / ".." / "models" / (model + ".yaml");
    return file.lexically_normal().string();
}

}  // namespace strata::runtime
