// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory models by name. A new model is one line in the function that fills its registry
// (factory.cpp).

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "models/memory/dram/dram_config.h"
#include "models/memory/memory_controller.h"
#include "models/memory/nand/nand_config.h"
#include "models/memory/sram/sram_config.h"

namespace strata::models {

/// The models of one kind of memory.
template <class Config>
class MemoryModels {
   public:
    using Maker = std::unique_ptr<MemoryController> (*)(const Config&);

    void add(std::string name, Maker maker) { models_.emplace_back(std::move(name), maker); }

    std::vector<std::string> names() const {
        std::vector<std::string> result;
        for (const auto& [name, maker] : models_) {
            result.push_back(name);
        }
        return result;
    }

    /// Makes one channel or bank; throws UserError with the known names when there is no such
    /// model.
    std::unique_ptr<MemoryController> make(const Config& config) const {
        std::string known;
        for (const auto& [name, maker] : models_) {
            if (name == config.model) {
                return maker(config);
            }
            known += (known.empty() ? "" : ", ") + name;
        }
        throw core::UserError("unknown memory model '" + config.model + "'; known: " + known);
    }

   private:
    std::vector<std::pair<std::string, Maker>> models_;
};

MemoryModels<SramConfig> sram_models();
MemoryModels<DramConfig> dram_models();
MemoryModels<NandConfig> nand_models();

/// One bank or channel of the configured model; UserError on an unknown model name.
std::unique_ptr<MemoryController> make_sram(const SramConfig& config);
std::unique_ptr<MemoryController> make_dram(const DramConfig& config);
std::unique_ptr<MemoryController> make_nand(const NandConfig& config);

}  // namespace strata::models
