// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Program text: what is refused and where, and that printing and parsing are inverse.

#include "runtime/program/program.h"

#include <gtest/gtest.h>

namespace strata::runtime::test {
namespace {

struct BadProgram {
    const char* text;
    const char* message;
};
class Errors : public testing::TestWithParam<BadProgram> {};

// Every text has its error in line 2 or later unless it is about the header.
TEST_P(Errors, NamePlaceAndReason) {
    core::Diagnostics diagnostics;
    parse_program(GetParam().text, "p.strata", diagnostics);
    ASSERT_EQ(diagnostics.messages().size(), 1U)
        << (diagnostics.ok() ? "no error" : diagnostics.messages()[1]);
    EXPECT_EQ(diagnostics.messages()[0], std::string("p.strata:") + GetParam().message);
}

#define LOAD "%x = load @t elements=64 type=int8\n"

INSTANTIATE_TEST_SUITE_P(
    Table, Errors,
    testing::Values(
        BadProgram{"", "1:1: expected 'program NAME' in the first line, the file is empty"},
        BadProgram{"progam p\n", "1:1: expected 'program NAME' in the first line"},
        BadProgram{"program\n", "1:8: expected the program's name"},
        BadProgram{"program p tiles=3\n", "1:11: expected 'tile=BYTES' or the end of the line"},
        BadProgram{"program p tile=12\n",
                   "1:16: tile: expected a whole number from 256 to 1073741824, got '12'"},
        BadProgram{"program p\n% = barrier\n", "2:1: expected a handle name after '%'"},
        BadProgram{"program p\n%a barrier\n", "2:4: expected '=' after %a"},
        BadProgram{"program p\n%a =\n", "2:5: expected an operation"},
        BadProgram{"program p\n  matmull\n",
                   "2:3: unknown operation 'matmull'; did you mean 'matmul'?"},
        BadProgram{"program p\nzzzzz\n", "2:1: unknown operation 'zzzzz'"},
        BadProgram{"program p\n" LOAD "%x = load @u elements=1 type=int8\n",
                   "3:1: %x is already defined in line 2"},
        BadProgram{"program p\n%first = barrier\nbarrier after=%furst\n",
                   "3:15: %furst is not defined before this line; did you mean %first?"},
        BadProgram{"program p\n%y = argmax %x elements=4\n",
                   "2:13: %x is not defined before this line"},
        BadProgram{"program p\n" LOAD "%y = add %x elements=64 type=int8\n",
                   "3:6: add: expected 2 handles, got 1"},
        BadProgram{"program p\n%y = load elements=64 type=int8\n",
                   "2:6: load: expected 1 tensors, got 0"},
        BadProgram{"program p\nprefetch @a, @b\n", "2:1: prefetch: expected 1 tensors, got 2"},
        BadProgram{"program p\nprefetch @\n", "2:10: expected a tensor name after '@'"},
        BadProgram{"program p\nprefetch @a, b\n", "2:14: expected %handle or @tensor after ','"},
        BadProgram{"program p\n%x = load @t element=64 type=int8\n",
                   "2:14: load: unknown attribute 'element'; did you mean 'elements'?"},
        BadProgram{"program p\n%x = load @t type=int8\n",
                   "2:6: load: missing attribute 'elements'"},
        BadProgram{"program p\n%x = load @t elements=6x4 type=int8\n",
                   "2:23: elements: expected a whole number from 1, got '6x4'"},
        BadProgram{"program p\n%x = load @t elements=0 type=int8\n",
                   "2:23: elements: expected a whole number from 1, got '0'"},
        BadProgram{"program p\n%x = load @t elements=9999999999999999999 type=int8\n",
                   "2:23: elements: expected a whole number from 1, got '9999999999999999999'"},
        BadProgram{"program p\n%x = load @t elements=4 elements=4 type=int8\n",
                   "2:25: load: attribute 'elements' twice"},
        BadProgram{"program p\n%x = load @t elements=64 type=int9\n",
                   "2:31: type: expected one of int4, int8, fp8, bf16, fp16, int32, fp32, got "
                   "'int9'; did you mean 'int4'?"},
        BadProgram{"program p\n%x = load @t elements=64 type\n",
                   "2:26: expected 'attribute=value'"},
        BadProgram{"program p\nbarrier after=x\n", "2:15: after: expected %handle"},
        BadProgram{"program p\nload @t elements=64 type=int8\n",
                   "2:1: load: its result needs a handle"},
        BadProgram{"program p\n%b = barrier\n%y = argmax %b elements=4\n",
                   "3:13: %b holds no value (barrier); it can only follow 'after='"},
        BadProgram{"program p\n" LOAD "%y = matmul %x, @w m=1 k=32 n=8 type=int8 split=n\n",
                   "3:1: matmul: m·k = 32, but %x has 64 elements"},
        BadProgram{"program p\n" LOAD "%y = matmul %x, @w m=1 k=64 n=8 type=bf16 split=n\n",
                   "3:1: matmul: type=bf16, but %x holds int8; convert it first"},
        BadProgram{"program p\n" LOAD "%y = matmul %x, @w m=1 k=64 n=8 type=int8 split=k\n",
                   "3:1: matmul: split=k needs an operand that is split over all PEs, but %x is "
                   "full over all PEs"},
        BadProgram{"program p\n" LOAD "%y = all_reduce %x elements=64 type=int8 group=all\n",
                   "3:1: all_reduce: group=all needs an operand that is partial over all PEs, but "
                   "%x is full over all PEs"},
        BadProgram{"program p\n" LOAD "%y = silu_mul %x elements=64 type=int8\n",
                   "3:1: silu_mul: 2·elements = 128, but %x has 64 elements"},
        BadProgram{"program p\n" LOAD "%y = rms_norm %x elements=65 type=int8\n",
                   "3:1: rms_norm: elements=65, but %x has 64"},
        BadProgram{"program p\n" LOAD
                   "%y = rope %x elements=32 type=int8\n%z = argmax %x elements=64\n",
                   "4:1: argmax: %x was changed in place by %y; use that"},
        BadProgram{"program p\n" LOAD
                   "%y = flash_attn %x, @kv heads=3 kv_heads=2 head_dim=8 context=4 type=int8\n",
                   "3:1: flash_attn: heads=3 is not a multiple of kv_heads=2"},
        BadProgram{"program p\n%x = load @t m=3 elements=64 type=int8\n",
                   "2:1: load: elements=64 is not a multiple of m=3"}));

TEST(Program, ReportsAllErrorsAtOnce) {
    core::Diagnostics diagnostics;
    parse_program(
        "program p\n%a = nonsense\n%b = argmax %a elements=4\n%c = load @t type=int7\nbarrier "
        "x=1\n",
        "p.strata", diagnostics);
    ASSERT_EQ(diagnostics.messages().size(), 3U);  // the use of %a is no error of its own
    EXPECT_EQ(diagnostics.messages()[0].substr(0, 13), "p.strata:2:6:");
    EXPECT_EQ(diagnostics.messages()[1].substr(0, 14), "p.strata:4:19:");
    EXPECT_EQ(diagnostics.messages()[2].substr(0, 13), "p.strata:5:9:");
}

constexpr const char* kSound = R"(# a comment
program demo tile=4096

prefetch @w
%x = load @x m=2 elements=128 type=int8   # another
%b = barrier after=%x
%y = matmul %x, @w m=2 k=64 n=96 type=int8 split=n after=%x,%b
%z = all_gather %y elements=192 type=int32 group=all
store %z, @out
)";

TEST(Program, PrintsWhatItReads) {
    core::Diagnostics diagnostics;
    const Program program = parse_program(kSound, "p.strata", diagnostics);
    ASSERT_TRUE(diagnostics.ok()) << diagnostics.messages()[0];
    EXPECT_EQ(program.instructions.size(), 6U);
    EXPECT_EQ(program.tile, 4096);
    EXPECT_EQ(program.instructions[3].get(Attr::kN), 96);
    EXPECT_EQ(program.instructions[3].after, (std::vector<std::int32_t>{1, 2}));
    EXPECT_EQ(program.instructions[3].location.line, 7);
    const std::string text = program.print();
    EXPECT_NE(text.find("%y = matmul %x, @w m=2 k=64 n=96 type=int8 split=n after=%x,%b\n"),
              std::string::npos);
    const Program again = parse_program(text, "again", diagnostics);
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_TRUE(again == program);
    EXPECT_EQ(again.print(), text);
}

TEST(Program, Shapes) {
    core::Diagnostics diagnostics;
    const Program program = parse_program(kSound, "p.strata", diagnostics);
    const auto shapes = infer_shapes(program, diagnostics);
    EXPECT_EQ(shapes[1].form, Form::kFull);
    EXPECT_EQ(shapes[1].rows, 2);
    EXPECT_EQ(shapes[1].columns, 64);
    EXPECT_EQ(shapes[3].form, Form::kSplit);
    EXPECT_EQ(shapes[3].type, models::DataType::kInt32);
    EXPECT_EQ(shapes[4].form, Form::kFull);
    EXPECT_EQ(shapes[5].form, Form::kNone);
}

TEST(Ops, TablesAreInOrder) {
    for (const auto& name : op_names()) {
        const OpInfo* op = find_op(name);
        ASSERT_NE(op, nullptr);
        EXPECT_EQ(info(op->op).name, name);
    }
    for (int a = 0; a < kAttrs; ++a) {
        EXPECT_EQ(info(static_cast<Attr>(a)).attr, static_cast<Attr>(a));
    }
}

}  // namespace
}  // namespace strata::runtime::test
