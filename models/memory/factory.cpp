// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/factory.h"

#include "models/memory/dram/cycle_dram.h"
#include "models/memory/dram/simple_dram.h"
#include "models/memory/nand/full_nand.h"
#include "models/memory/nand/simple_nand.h"
#include "models/memory/sram/sram_bank.h"

namespace strata::models {

namespace {

template <class Model, class Config>
std::unique_ptr<MemoryController> make_model(const Config& config) {
    return std::make_unique<Model>(config);
}

std::unique_ptr<MemoryController> make_cycle_dram(const DramConfig& config) {
    if (!config.device) {
        throw core::ModelError("the DRAM model 'cycle' needs a device (a preset)");
    }
    return std::make_unique<CycleDram>(*config.device);
}

std::unique_ptr<MemoryController> make_full_nand(const NandConfig& config) {
    if (!config.full) {
        throw core::ModelError("the NAND model 'full' needs a device (a preset)");
    }
    return std::make_unique<FullNand>(*config.full);
}

}  // namespace

MemoryModels<SramConfig> sram_models() {
    MemoryModels<SramConfig> models;
    models.add("bank", make_model<SramBank, SramConfig>);
    return models;
}

MemoryModels<DramConfig> dram_models() {
    MemoryModels<DramConfig> models;
    models.add("simple", make_model<SimpleDram, DramConfig>);
    models.add("cycle", make_cycle_dram);
    return models;
}

MemoryModels<NandConfig> nand_models() {
    MemoryModels<NandConfig> models;
    models.add("simple", make_model<SimpleNand, NandConfig>);
    models.add("full", make_full_nand);
    return models;
}

std::unique_ptr<MemoryController> make_sram(const SramConfig& config) {
    return sram_models().make(config);
}

std::unique_ptr<MemoryController> make_dram(const DramConfig& config) {
    return dram_models().make(config);
}

std::unique_ptr<MemoryController> make_nand(const NandConfig& config) {
    return nand_models().make(config);
}

}  // namespace strata::models
