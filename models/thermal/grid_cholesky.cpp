// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/grid_cholesky.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/diagnostics.h"
#include "models/thermal/vector_clones.h"
#include "models/thermal/vector_kernels.h"

namespace strata::models {

namespace {

constexpr std::size_t kLeafColumns = 9;  // a piece this small is one front
constexpr std::size_t kPanel = 48;       // pivots between two updates of what follows
constexpr std::size_t kRows = 4;
constexpr std::size_t kColumns = 32;
constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

/// Row-major square matrix of which the upper triangle counts.
struct Square {
    double* data;
    std::size_t size;
    double* row(std::size_t r) const { return data + r * size; }
};

/// Pivots first..last of U with A = UᵀU, applied to the panel's own rows only.
bool factor_panel(const Square& a, std::size_t first, std::size_t last) {
    for (std::size_t j = first; j < last; ++j) {
        for (std::size_t i = first; i < j; ++i) {
            add_multiple(-a.row(i)[j], a.row(i) + j, a.row(j) + j, a.size - j);
        }
        const double pivot = a.row(j)[j];
        if (!(pivot > 0.0)) {
            return false;
        }
        const double scale = 1.0 / std::sqrt(pivot);
        for (std::size_t c = j; c < a.size; ++c) {
            a.row(j)[c] *= scale;
        }
    }
    return true;
}

/// Rows after the panel minus what its pivots take: A[r][c] −= Σ_k U[k][r] U[k][c], c ≥ r.
STRATA_VECTOR_CLONES
void update_trailing(const Square& a, std::size_t first, std::size_t last) {
    for (std::size_t r0 = last; r0 < a.size; r0 += kRows) {
        const std::size_t rows = std::min(kRows, a.size - r0);
        double factor[kPanel][kRows] = {};
        for (std::size_t k = first; k < last; ++k) {
            for (std::size_t r = 0; r < rows; ++r) {
                factor[k - first][r] = a.row(k)[r0 + r];
            }
        }
        for (std::size_t c0 = r0; c0 < a.size; c0 += kColumns) {
            const std::size_t width = std::min(kColumns, a.size - c0);
            double sum[kRows][kColumns] = {};
            for (std::size_t k = first; k < last; ++k) {
                const double* u = a.row(k) + c0;
                const double* f = factor[k - first];
                if (width == kColumns) {
                    for (std::size_t c = 0; c < kColumns; ++c) {
                        sum[0][c] += f[0] * u[c];
                        sum[1][c] += f[1] * u[c];
                        sum[2][c] += f[2] * u[c];
                        sum[3][c] += f[3] * u[c];
                    }
                } else {
                    for (std::size_t c = 0; c < width; ++c) {
                        sum[0][c] += f[0] * u[c];
                        sum[1][c] += f[1] * u[c];
                        sum[2][c] += f[2] * u[c];
                        sum[3][c] += f[3] * u[c];
                    }
                }
            }
            for (std::size_t r = 0; r < rows; ++r) {
                double* to = a.row(r0 + r) + c0;
                for (std::size_t c = 0; c < width; ++c) {
                    to[c] -= sum[r][c];
                }
            }
        }
    }
}

}  // namespace

GridCholesky::GridCholesky(const StackGrid& grid, double shift)
    : grid_(grid), shift_(shift), position_(grid.cells(), kNowhere) {
    eliminate({0, grid.nx, 0, grid.ny});
}

void GridCholesky::add_columns(const Box& box, std::vector<std::size_t>& cells) const {
    for (std::size_t iy = box.y0; iy < box.y1; ++iy) {
        for (std::size_t ix = box.x0; ix < box.x1; ++ix) {
            for (std::size_t z = 0; z < grid_.nz; ++z) {
                const std::size_t cell = grid_.index(ix, iy, z);
                if (!grid_.is_void(cell)) {
                    cells.push_back(cell);
                }
            }
        }
    }
}

void GridCholesky::add_surroundings(const Box& box, std::vector<std::size_t>& cells) const {
    if (box.x0 > 0) {
        add_columns({box.x0 - 1, box.x0, box.y0, box.y1}, cells);
    }
    if (box.x1 < grid_.nx) {
        add_columns({box.x1, box.x1 + 1, box.y0, box.y1}, cells);
    }
    if (box.y0 > 0) {
        add_columns({box.x0, box.x1, box.y0 - 1, box.y0}, cells);
    }
    if (box.y1 < grid_.ny) {
        add_columns({box.x0, box.x1, box.y1, box.y1 + 1}, cells);
    }
}

GridCholesky::Update GridCholesky::eliminate(const Box& box) {
    const std::size_t width = box.x1 - box.x0;
    const std::size_t height = box.y1 - box.y0;
    Front front;
    std::vector<std::pair<std::size_t, Update>> children;  // front, what it leaves
    if (width * height <= kLeafColumns || std::max(width, height) < 3) {
        add_columns(box, front.cells);
    } else {
        Box low = box, line = box, high = box;
        if (width >= height) {
            line.x0 = low.x1 = box.x0 + width / 2;
            line.x1 = high.x0 = line.x0 + 1;
        } else {
            line.y0 = low.y1 = box.y0 + height / 2;
            line.y1 = high.y0 = line.y0 + 1;
        }
        for (const Box& half : {low, high}) {
            Update update = eliminate(half);
            children.emplace_back(fronts_.size() - 1, std::move(update));
        }
        add_columns(line, front.cells);
    }
    front.own = front.cells.size();
    add_surroundings(box, front.cells);

    const std::size_t size = front.cells.size();
    std::vector<double> matrix(size * size, 0.0);
    place(front);
    assemble(front, matrix);
    for (auto& [child, update] : children) {
        extend_add(fronts_[child], update, front, matrix);
        update = {};
    }
    const Square a{matrix.data(), size};
    for (std::size_t first = 0; first < front.own; first += kPanel) {
        const std::size_t last = std::min(front.own, first + kPanel);
        if (!factor_panel(a, first, last)) {
            throw core::ModelError("thermal: the stack has no path to the ambient");
        }
        update_trailing(a, first, last);
    }
    Update rest;
    for (std::size_t r = front.own; r < size; ++r) {
        rest.insert(rest.end(), a.row(r) + front.own, a.row(r) + size);
    }
    matrix.resize(front.own * size);
    matrix.shrink_to_fit();
    factor_doubles_ += matrix.size();
    front.rows = std::move(matrix);
    fronts_.push_back(std::move(front));
    return rest;
}

void GridCholesky::place(const Front& front) {
    for (std::size_t i = 0; i < front.cells.size(); ++i) {
        position_[front.cells[i]] = i;
    }
}

/// The entries of shift·C + G between an own cell and any cell of the front.
void GridCholesky::assemble(const Front& front, std::vector<double>& matrix) {
    const std::size_t size = front.cells.size();
    const auto position = [&](std::size_t cell) {
        const std::size_t at = position_[cell];
        return at < size && front.cells[at] == cell ? at : kNowhere;
    };
    for (std::size_t i = 0; i < front.own; ++i) {
        const std::size_t cell = front.cells[i];
        double diagonal = shift_ * grid_.capacity[cell] + grid_.gout[cell];
        const auto couple = [&](bool exists, std::size_t step, const std::vector<double>& g) {
            const auto add = [&](std::size_t other, double conductance) {
                diagonal += conductance;
                const std::size_t j = conductance != 0.0 ? position(other) : kNowhere;
                if (j != kNowhere && j > i) {
                    matrix[i * size + j] -= conductance;
                }
            };
            if (g[cell] != 0.0) {
                add(cell + step, g[cell]);
            }
            if (exists) {
                add(cell - step, g[cell - step]);
            }
        };
        couple(cell % grid_.nx > 0, 1, grid_.gx);
        couple(cell % grid_.plane() >= grid_.nx, grid_.nx, grid_.gy);
        couple(cell >= grid_.plane(), grid_.plane(), grid_.gz);
        matrix[i * size + i] += diagonal;
    }
}

void GridCholesky::extend_add(const Front& child, const Update& update, const Front& front,
                              std::vector<double>& matrix) {
    const std::size_t size = front.cells.size();
    const std::size_t around = child.cells.size() - child.own;
    std::vector<std::size_t> to(around);
    for (std::size_t i = 0; i < around; ++i) {
        to[i] = position_[child.cells[child.own + i]];
    }
    for (std::size_t i = 0; i < around; ++i) {
        for (std::size_t j = i; j < around; ++j) {
            const auto [row, column] = std::minmax(to[i], to[j]);
            matrix[row * size + column] += update[i * around + j];
        }
    }
}

void GridCholesky::solve(std::vector<double>& b) {
    for (const Front& front : fronts_) {
        const std::size_t size = front.cells.size();
        local_.assign(size, 0.0);
        for (std::size_t i = 0; i < front.own; ++i) {
            local_[i] = b[front.cells[i]];
        }
        for (std::size_t i = 0; i < front.own; ++i) {
            const double* row = front.rows.data() + i * size;
            local_[i] /= row[i];
            add_multiple(-local_[i], row + i + 1, local_.data() + i + 1, size - i - 1);
        }
        for (std::size_t i = 0; i < front.own; ++i) {
            b[front.cells[i]] = local_[i];
        }
        for (std::size_t i = front.own; i < size; ++i) {
            b[front.cells[i]] += local_[i];
        }
    }
    for (auto front = fronts_.rbegin(); front != fronts_.rend(); ++front) {
        const std::size_t size = front->cells.size();
        local_.resize(std::max(local_.size(), size));
        for (std::size_t i = 0; i < size; ++i) {
            local_[i] = b[front->cells[i]];
        }
        for (std::size_t i = front->own; i-- > 0;) {
            const double* row = front->rows.data() + i * size;
            local_[i] -= dot(row + i + 1, local_.data() + i + 1, size - i - 1);
            local_[i] /= row[i];
            b[front->cells[i]] = local_[i];
        }
    }
    for (std::size_t cell = 0; cell < b.size(); ++cell) {
        if (grid_.is_void(cell)) {
            b[cell] = 0.0;
        }
    }
}

}  // namespace strata::models
