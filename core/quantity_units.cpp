// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The units a config file may use.

#include "core/config_internal.h"

namespace strata::core::config {

const ExactUnits& time_units() {
    static const ExactUnits kUnits{"a time such as 10ns",
                                   {{"ps", 1},
                                    {"ns", kNanosecond},
                                    {"us", kMicrosecond},
                                    {"ms", kMillisecond},
                                    {"s", kSecond}},
                                   true};
    return kUnits;
}

const ExactUnits& size_units() {
    static const ExactUnits kUnits{"a size such as 64KiB",
                                   {{"B", 1},
                                    {"KiB", kKiB},
                                    {"MiB", kMiB},
                                    {"GiB", kGiB},
                                    {"TiB", 1024 * kGiB},
                                    {"KB", 1'000},
                                    {"MB", 1'000'000},
                                    {"GB", 1'000'000'000},
                                    {"TB", 1'000'000'000'000}},
                                   false};
    return kUnits;
}

const ExactUnits& frequency_units() {
    static const ExactUnits kUnits{
        "a frequency such as 1.2GHz",
        {{"Hz", 1}, {"kHz", 1'000}, {"MHz", 1'000'000}, {"GHz", 1'000'000'000}},
        false};
    return kUnits;
}

const ExactUnits& transfer_units() {
    static const ExactUnits kUnits{
        "a transfer rate such as 1000MT/s",
        {{"T/s", 1}, {"kT/s", 1'000}, {"MT/s", 1'000'000}, {"GT/s", 1'000'000'000}},
        false};
    return kUnits;
}

const ExactUnits& bandwidth_units() {
    static const ExactUnits kUnits{"a bandwidth such as 64GB/s",
                                   {{"B/s", 1},
                                    {"KB/s", 1'000},
                                    {"MB/s", 1'000'000},
                                    {"GB/s", 1'000'000'000},
                                    {"TB/s", 1'000'000'000'000},
                                    {"KiB/s", kKiB},
                                    {"MiB/s", kMiB},
                                    {"GiB/s", kGiB},
                                    {"TiB/s", 1024 * kGiB}},
                                   false};
    return kUnits;
}

const RealUnits& number_units() {
    static const RealUnits kUnits{"a number", {{"", 0}}};
    return kUnits;
}

const RealUnits& energy_units() {
    static const RealUnits kUnits{
        "an energy such as 4.2pJ",
        {{"fJ", -3}, {"pJ", 0}, {"nJ", 3}, {"uJ", 6}, {"mJ", 9}, {"J", 12}}};
    return kUnits;
}

const RealUnits& power_units() {
    static const RealUnits kUnits{"a power such as 20mW",
                                  {{"uW", -6}, {"mW", -3}, {"W", 0}, {"kW", 3}}};
    return kUnits;
}

const RealUnits& voltage_units() {
    static const RealUnits kUnits{"a voltage such as 0.75V", {{"mV", -3}, {"V", 0}}};
    return kUnits;
}

const RealUnits& temperature_units() {
    static const RealUnits kUnits{"a temperature such as 85C", {{"C", 0}}};
    return kUnits;
}

const RealUnits& length_units() {
    static const RealUnits kUnits{"a length such as 10mm",
                                  {{"nm", -9}, {"um", -6}, {"mm", -3}, {"m", 0}}};
    return kUnits;
}

const RealUnits& thermal_resistance_units() {
    static const RealUnits kUnits{"a thermal resistance such as 0.5K/W", {{"K/W", 0}}};
    return kUnits;
}

const RealUnits& heat_capacity_units() {
    static const RealUnits kUnits{"a heat capacity such as 0.1J/K",
                                  {{"uJ/K", -6}, {"mJ/K", -3}, {"J/K", 0}}};
    return kUnits;
}

}  // namespace strata::core::config
