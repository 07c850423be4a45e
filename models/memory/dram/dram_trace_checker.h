// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks the commands of one DRAM channel against its device, command by command.
//
// It knows nothing of any controller: the timings are a list of pairwise rules ("after a WR, no RD
// of the same bank group for cwl + bl + wtr_l"), built from the device alone, and beside them the
// state of banks, rows, command and data buses, power modes, refresh debt and activation counts.
// Not checked: whether a policy was followed (row hits first, watermarks, page policy).
//
// Units: ticks (half clocks).

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/memory/dram/dram_timing.h"

namespace strata::models {

class DramTraceChecker : public DramCommandSink {
   public:
    /// `messages`: violations kept as text; all are counted.
    explicit DramTraceChecker(const DramDevice& device, std::size_t messages = 20);

    /// Commands of one stack ID come in order of time, those of different ones in any order that
    /// is not astray by more than some 10^5 commands.
    void command(const DramCommandRecord& record) override;
    /// From `time` on refreshes are due `rate` times as often; in order of time.
    void set_refresh_rate(DramTicks time, std::int32_t rate);
    /// Checks what is left, and at `end` what refreshes are owed.
    void finish(DramTicks end);

    std::int64_t commands() const { return commands_; }
    std::int64_t count(DramCommand command) const {
        return counts_[static_cast<std::size_t>(command)];
    }
    std::int64_t violations() const { return violations_; }
    const std::vector<std::string>& messages() const { return messages_; }

   private:
    enum class Scope : std::uint8_t { kBank, kGroup, kSid, kOtherSid };
    enum class Mode : std::uint8_t { kOn, kPowerDown, kSelfRefresh };
    using Times = std::array<DramTicks, kDramCommands>;  // start of the last one of each command

    /// `first` → the command the rule is listed under: at least `ticks` from start to start.
    struct Rule {
        DramCommand first;
        Scope scope;
        DramTicks ticks;
        const char* name;
    };
    struct Bank {
        Times last;
        std::int64_t row = -1;  // open row, or -1
        std::int64_t activations = 0;
        bool refreshed = false;  // in the present round of per-bank refreshes
    };
    struct Sid {
        Times last;
        Mode mode = Mode::kOn;
        std::array<DramTicks, 4> activates{};  // ring
        std::size_t next_activate = 0;
        double owed = 0.0;  // refreshes due so far minus refreshes done
        DramTicks owed_at = 0;
        std::int32_t round = 0;  // banks refreshed in the present round
    };
    struct Bus {
        DramTicks start = 0;
        DramTicks end = 0;
    };

    void build_rules();
    void row_rules();
    void column_rules();
    void refresh_rules();
    void power_rules();
    void rule(std::initializer_list<DramCommand> first, std::initializer_list<DramCommand> second,
              Scope scope, DramTicks ticks, const char* name);

    void check_sorted(std::size_t count);
    void check(const DramCommandRecord& r);
    void check_rules(const DramCommandRecord& r, std::size_t bank);
    void check_rule(const DramCommandRecord& r, const Rule& rule, const Times& last);
    void check_state(const DramCommandRecord& r, std::size_t bank);
    void check_faw(const DramCommandRecord& r);
    void check_command_bus(const DramCommandRecord& r);
    void check_data_bus(const DramCommandRecord& r);
    void check_mode(const DramCommandRecord& r, Sid& sid);
    void refreshed(const DramCommandRecord& r, Sid& sid, double share);
    void refresh_bank(const DramCommandRecord& r, Sid& sid, std::size_t bank);
    void add_owed(Sid& sid, DramTicks until) const;
    void check_owed(const DramCommandRecord& r, Sid& sid);
    void update(const DramCommandRecord& r, std::size_t bank);

    template <class F>
    void for_refreshed_banks(const DramCommandRecord& r, F f);
    std::size_t sid_index(const DramCommandRecord& r) const;
    std::size_t group_index(const DramCommandRecord& r) const;
    std::size_t bank_index(const DramCommandRecord& r) const;
    bool valid_place(const DramCommandRecord& r) const;
    void violation(const DramCommandRecord& r, const std::string& what);

    DramDevice device_;
    std::array<std::vector<Rule>, kDramCommands> rules_;  // by second command
    std::vector<Bank> banks_;
    std::vector<Times> groups_;
    std::vector<Sid> sids_;
    Bus row_bus_, column_bus_;                 // of the channel
    std::vector<Bus> read_data_, write_data_;  // last burst of each pseudo channel
    std::vector<std::pair<DramTicks, std::int32_t>> rates_{{0, 1}};
    std::int32_t max_rate_ = 1;
    std::vector<DramCommandRecord> waiting_;
    std::array<std::int64_t, kDramCommands> counts_{};
    std::int64_t commands_ = 0;
    std::int64_t violations_ = 0;
    std::size_t max_messages_;
    std::vector<std::string> messages_;
};

}  // namespace strata::models
