// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a run says at its end: summary.json and the text for people.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/simulation.h"
#include "platform/monitor.h"
#include "platform/platform.h"
#include "runtime/compiler/roofline.h"
#include "runtime/workload/driver.h"

namespace strata::platform {

class Report {
   public:
    /// The references outlive the report.
    Report(const Platform& platform, const Monitor& monitor,
           const runtime::PreparedWorkload& workload, const runtime::WorkloadResult& result,
           const core::RunResult& run, std::uint64_t seed);

    /// summary.json. Only the section `host` differs between equal runs.
    nlohmann::ordered_json summary() const;
    /// The same for people, ending with where the run directory is.
    std::string text(const std::string& directory) const;

   private:
    nlohmann::ordered_json traffic() const;
    nlohmann::ordered_json bandwidth() const;
    nlohmann::ordered_json energy() const;
    nlohmann::ordered_json utilisation() const;
    nlohmann::ordered_json roofline() const;
    double seconds() const;

    const Platform& platform_;
    const Monitor& monitor_;
    const runtime::PreparedWorkload& workload_;
    const runtime::WorkloadResult& result_;
    const core::RunResult& run_;
    std::uint64_t seed_;
    Activity activity_;
    runtime::Roofline roofline_;
};

/// What this platform leaves out, by the models it has chosen and the load of its network's busiest
/// link between routers.
std::vector<std::string> not_modelled(const PlatformConfig& config, double busiest_link);

}  // namespace strata::platform
