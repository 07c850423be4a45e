// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/builtin_kernels.h"

#include <array>
#include <utility>

namespace strata::models {

namespace {

std::optional<std::int64_t> noop(const std::vector<KernelArg>&) {
    return 0;
}

std::optional<std::int64_t> spin(const std::vector<KernelArg>& args) {
    constexpr double kLongest = 1e15;  // about a week at 2 GHz
    const auto* cycles = args.size() == 1 ? std::get_if<ScalarArg>(&args.front()) : nullptr;
    if (cycles == nullptr || !(cycles->value >= 0.0) || cycles->value > kLongest) {
        return {};
    }
    return static_cast<std::int64_t>(cycles->value);
}

constexpr std::array<std::pair<const char*, BuiltinKernel>, 2> kKernels = {
    {{"noop", noop}, {"spin", spin}}};

}  // namespace

BuiltinKernel find_builtin_kernel(const std::string& name) {
    for (const auto& [known, kernel] : kKernels) {
        if (name == known) {
            return kernel;
        }
    }
    return nullptr;
}

}  // namespace strata::models
