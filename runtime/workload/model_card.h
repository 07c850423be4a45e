// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Model card: the public shape of a dense decoder (configs/models/*.yaml), and what follows from
// it. Counts are of numbers, not bytes.

#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"

namespace strata::runtime {

struct ModelCard {
    std::string name;
    std::string source;  ///< where the values were published
    std::int64_t hidden = 0;
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t intermediate = 0;
    std::int64_t vocab = 0;
    bool qk_norm = false;         ///< RMS norm of each q and k head before the rotation
    bool tied_embedding = false;  ///< the LM head reads the embedding table

    static ModelCard parse(core::Section s);

    std::int64_t query_columns() const { return heads * head_dim; }
    std::int64_t kv_columns() const { return kv_heads * head_dim; }
    std::int64_t qkv_columns() const { return query_columns() + 2 * kv_columns(); }
    /// Matrix weights of one layer: qkv, o, gate, up, down.
    std::int64_t layer_weights() const;
    /// Matrix weights a decode step reads: all layers and the LM head.
    std::int64_t decode_weights() const { return layers * layer_weights() + hidden * vocab; }
    /// Numbers of all norm vectors.
    std::int64_t norm_weights() const;
    /// All parameters.
    std::int64_t parameters() const;
    /// K and V numbers one token adds over all layers.
    std::int64_t kv_per_token() const { return layers * 2 * kv_columns(); }
};

/// The card a workload file names: `qwen3_8b` is `../models/qwen3_8b.yaml` beside the workload's
/// folder; a name that ends in `.yaml` is a path relative to the workload file.
std::string model_card_file(const std::string& model, const std::string& workload_file);

}  // namespace strata::runtime
