// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sparse direct factorisation of (shift·C + G) on a stack's grid: multifrontal Cholesky under
// geometric nested dissection.
//
// The grid itself gives the elimination order, so no general ordering code is needed: the plane of
// cell columns is halved by a line of columns again and again; the halves are eliminated first, the
// line after them. Each piece is a dense front (its own cells, then the columns around the piece);
// eliminating its own cells leaves a dense update for the piece above. Nearly all work is in one
// dense kernel. A 64×64×12 grid is 4 GFLOP and 90 MB.

#include <cstddef>
#include <vector>

#include "models/thermal/stack_grid.h"

namespace strata::models {

class GridCholesky {
   public:
    /// Throws ModelError when the matrix is not positive definite (no way to the ambient, shift 0).
    GridCholesky(const StackGrid& grid, double shift);

    /// b becomes the solution; 0 in void cells.
    void solve(std::vector<double>& b);

    std::size_t factor_doubles() const { return factor_doubles_; }

   private:
    /// Columns x0..x1, y0..y1 (ends excluded).
    struct Box {
        std::size_t x0, x1, y0, y1;
    };
    struct Front {
        std::vector<std::size_t> cells;  // own cells, then those around the piece
        std::size_t own = 0;
        std::vector<double> rows;  // U of its own cells: [own][cells]
    };
    using Update = std::vector<double>;  // upper triangle, [around][around]

    Update eliminate(const Box& box);
    void add_columns(const Box& box, std::vector<std::size_t>& cells) const;
    void add_surroundings(const Box& box, std::vector<std::size_t>& cells) const;
    void assemble(const Front& front, std::vector<double>& matrix);
    void extend_add(const Front& child, const Update& update, const Front& front,
                    std::vector<double>& matrix);
    void place(const Front& front);

    const StackGrid& grid_;
    double shift_;
    std::vector<Front> fronts_;          // children before parents
    std::vector<std::size_t> position_;  // of a cell in the front at work
    std::size_t factor_doubles_ = 0;
    std::vector<double> local_;
};

}  // namespace strata::models
