// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stack of dies as a user describes it (section `thermal` of a bench case or preset).
//
// Layers are listed bottom to top. The die spans x 0..width, y 0..height; an optional heat spreader
// and sink lie on top, centred on it, and may be larger. A layer conducts uniformly except in its
// regions (TSV fields, dies of a package, mould).
// Units: m, W, W/(m·K), J/(m³·K), m²·K/W, W/(m²·K), °C.

#include <string>
#include <vector>

#include "core/config.h"
#include "core/diagnostics.h"
#include "models/thermal/floorplan.h"

namespace strata::models {

struct Material {
    double kx = 1.0, ky = 1.0, kz = 1.0;  ///< W/(m·K)
    double rho_c = 1.0;                   ///< J/(m³·K)

    friend bool operator==(const Material& a, const Material& b) {
        return a.kx == b.kx && a.ky == b.ky && a.kz == b.kz && a.rho_c == b.rho_c;
    }
};

/// Copper pillars of diameter d on a square pitch: parallel conduction along z, the
/// Maxwell–Garnett mean across.
Material with_pillars(const Material& host, double diameter, double pitch, double k, double rho_c);

/// Part of a layer with another material; of overlapping regions the later one counts.
struct Region {
    Rectangle area;
    Material material;
};

struct StackLayer {
    std::string name;
    double thickness = 0.0;
    Material material;
    double interface = 0.0;  ///< resistance to what lies above, m²·K/W
    std::size_t cells = 1;   ///< cells along z
    std::vector<Region> regions;
    Rectangle area;  ///< the die's, but for spreader and sink
};

struct StackBoundary {
    enum class Kind { kAdiabatic, kConvection, kFixed };
    Kind kind = Kind::kAdiabatic;
    double h = 0.0;              ///< kConvection, W/(m²·K)
    double temperature_c = 0.0;  ///< of the coolant, or of the face (kFixed)
};

/// P(T) = P(reference) · exp(β (T − reference)) of every block that leaks.
struct LeakageLaw {
    double beta = 0.03;  ///< 1/K
    double reference_c = 85.0;
    double limit_c = 300.0;  ///< a block hotter than this has run away
};

struct StackConfig {
    Rectangle die;
    bool grid_auto = true;
    std::size_t nx = 0, ny = 0;     ///< cells of the die
    double grid_tolerance_k = 0.5;  ///< grid: auto refines until the estimate is below this
    std::vector<StackLayer> layers;
    StackBoundary top, bottom;
    double ambient_c = 45.0;
    std::string solver = "auto";    ///< auto | dct | cholesky | cg
    std::string scheme = "sdirk2";  ///< of cholesky and cg in time: sdirk2 | euler
    LeakageLaw leakage;
    std::vector<FloorplanBlock> blocks;  ///< in file order; a uniform layer is one block
    /// Of `.ptrace` files: power per row, for the blocks named (indices into `blocks`).
    struct Trace {
        std::vector<std::size_t> blocks;
        std::vector<std::vector<double>> rows;
    };
    std::vector<Trace> traces;

    /// No regions, every layer as large as the die: what `dct` needs.
    bool uniform_layers() const;
    bool has_path_to_ambient() const;

    /// Reads the section; relative file names are taken from the file that names them.
    static StackConfig parse(core::Section section);
};

}  // namespace strata::models
