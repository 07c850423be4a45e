// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One iteration of a two-step allocator, the plain way: every output looks at every input.

#include <cstddef>
#include <functional>
#include <vector>

namespace strata::test {

/// What an allocator is asked: which inputs want which outputs, how urgently (lower first), and
/// where the round-robin pointers stand.
struct Question {
    int inputs;
    int outputs;
    std::function<bool(int, int)> asks;        // (input, output)
    std::function<int(int, int)> input_rank;   // in the eyes of the input
    std::function<int(int, int)> output_rank;  // in the eyes of the output
    std::function<int(int)> input_pointer;
    std::function<int(int)> output_pointer;
};

/// Every output chooses an input, then every input one of the outputs that chose it; or the other
/// way round. Yields the output of every input, -1 for none.
inline std::vector<int> allocate(const Question& question, bool output_first) {
    std::vector<int> of_input(static_cast<std::size_t>(question.inputs), -1);
    std::vector<int> of_output(static_cast<std::size_t>(question.outputs), -1);
    for (int step = 0; step < 2; ++step) {
        if ((step == 0) == output_first) {
            for (int o = 0; o < question.outputs; ++o) {
                int& best = of_output[static_cast<std::size_t>(o)];
                for (int k = 0; k < question.inputs; ++k) {
                    const int i = (question.output_pointer(o) + k) % question.inputs;
                    if (question.asks(i, o) &&
                        (output_first || of_input[static_cast<std::size_t>(i)] == o) &&
                        (best < 0 || question.output_rank(i, o) < question.output_rank(best, o))) {
                        best = i;
                    }
                }
            }
        } else {
            for (int i = 0; i < question.inputs; ++i) {
                int& best = of_input[static_cast<std::size_t>(i)];
                for (int k = 0; k < question.outputs; ++k) {
                    const int o = (question.input_pointer(i) + k) % question.outputs;
                    if (question.asks(i, o) &&
                        (!output_first || of_output[static_cast<std::size_t>(o)] == i) &&
                        (best < 0 || question.input_rank(i, o) < question.input_rank(i, best))) {
                        best = o;
                    }
                }
            }
        }
    }
    for (int i = 0; i < question.inputs; ++i) {
        if (of_input[static_cast<std::size_t>(i)] >= 0 &&
            of_output[static_cast<std::size_t>(of_input[static_cast<std::size_t>(i)])] != i) {
            of_input[static_cast<std::size_t>(i)] = -1;
        }
    }
    return of_input;
}

}  // namespace strata::test
