// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stack solver as the platform's heat model: every power block of the platform is one or more
// blocks of a floorplan, one stack per SIP.
//
// Modelled: what stack_model.h models; heat that flows between blocks, dies and layers.
// Not modelled: heat between SIPs. Leakage is the monitor's (it is in the power given), so the
//           stack's own leakage stays off.
// Placement: blocks of a kind lie in the layers that `place` names for it; a block in several
// layers
//           (a memory channel through a stack of dies) gives each an equal share of its power and
//           has the temperature of its hottest part. Within a layer every cube has its tile of the
//           die; in it each kind that shares the layer has a strip, as high as its weight, cut into
//           equal blocks in the order of the platform. Blocks outside the cubes share a strip along
//           the lower edge of the die. A floorplan file with the platform's block names (of one
//           SIP: `cube0.pe3`) replaces all of this.

#include <memory>
#include <string>
#include <vector>

#include "models/thermal/stack_model.h"
#include "models/thermal/thermal_model.h"

namespace strata::models {

/// A power block of the platform.
struct PlatformBlock {
    std::string name;  ///< `sip0.cube1.pe3`
    std::string kind;  ///< pe | sram | dram | nand | noc | control
    int sip = 0;
    int cube = -1;  ///< within the SIP; -1 outside the cubes
};

/// Section `thermal.stack` of a platform: a stack (stack_config.h), and `place`.
struct StackThermalConfig {
    StackConfig stack;
    struct Place {
        std::vector<std::string> layers;
        double weight = 1.0;  ///< height of the strip, relative to the other kinds of a layer
    };
    Place pe, sram, dram, nand, noc, control;
    bool has_floorplan = false;  ///< a file places the blocks

    static StackThermalConfig parse(core::Section section);
    const Place& place(const std::string& kind) const;
};

/// The floorplan of one SIP: a block per platform block and layer, in the order of `blocks`.
/// `cubes_x` by `cubes_y` tiles.
std::vector<FloorplanBlock> place_blocks(const StackThermalConfig& config,
                                         const std::vector<PlatformBlock>& blocks, int cubes_x,
                                         int cubes_y);

class StackThermal : public ThermalModel {
   public:
    /// Throws UserError when a floorplan file lacks a block of the platform.
    StackThermal(const StackThermalConfig& config, const std::vector<PlatformBlock>& blocks,
                 int cubes_x, int cubes_y, double start_c);

    void step(core::Ps dt, const std::vector<double>& power_w) override;
    std::size_t blocks() const override { return parts_.size(); }
    double temperature_c(std::size_t block) const override { return temperature_[block]; }
    double mean_c() const override { return mean_c_; }
    double max_c() const override { return max_c_; }

    StackModel& stack(std::size_t sip) { return *stacks_[sip]; }
    std::size_t stacks() const { return stacks_.size(); }
    /// Puts every stack into the steady state under this power: where a long run would be.
    void settle(const std::vector<double>& power_w) override;
    bool has_steady_state() const override {
        return stacks_.front()->config().has_path_to_ambient();
    }
    std::vector<double> response_k(const std::vector<double>& power_w) override;
    /// Of all stacks; see StackModel.
    double energy_in_j() const;
    double energy_error();

   private:
    struct Part {
        std::size_t stack;
        std::vector<std::size_t> blocks;  // of that stack's floorplan
    };
    void add_stack(const StackThermalConfig& config, const std::vector<PlatformBlock>& blocks,
                   const std::vector<std::size_t>& members, int cubes_x, int cubes_y);
    void distribute(const std::vector<double>& power_w);
    void collect();

    std::vector<std::unique_ptr<StackModel>> stacks_;
    std::vector<Part> parts_;                   // per platform block
    std::vector<std::vector<double>> power_w_;  // per stack and floorplan block
    std::vector<double> temperature_;
    double mean_c_ = 0.0;
    double max_c_ = 0.0;
};

}  // namespace strata::models
