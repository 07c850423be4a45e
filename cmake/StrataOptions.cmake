# SPDX-FileCopyrightText: 2026 The Strata authors
# SPDX-License-Identifier: Apache-2.0
# Compiler settings, third-party packages and the two helpers every folder uses.

set(CMAKE_CXX_STANDARD 17)  # Debian's libsystemc is built as C++17; another standard fails at link
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  # ccache accepts precompiled headers only with these two.
  set(ENV{CCACHE_SLOPPINESS} "pch_defines,time_macros")
endif()

add_library(strata_options INTERFACE)
target_include_directories(strata_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(strata_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${STRATA_WERROR}>:-Werror>)
if(STRATA_SANITIZE)
  target_compile_options(strata_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(strata_options INTERFACE -fsanitize=address,undefined)
endif()

# SystemC: a CMake package where there is one (SystemC 3), else pkg-config (Debian's 2.3.4).
find_package(SystemCLanguage CONFIG QUIET)
if(SystemCLanguage_FOUND)
  set(STRATA_SYSTEMC SystemC::systemc)
else()
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
  set(STRATA_SYSTEMC PkgConfig::SYSTEMC)
endif()
add_library(strata_systemc INTERFACE)
target_link_libraries(strata_systemc INTERFACE ${STRATA_SYSTEMC})
target_compile_definitions(strata_systemc INTERFACE SC_INCLUDE_DYNAMIC_PROCESSES)

find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)

# strata_library(<room> SOURCES … [LINKS …]): the static library of a folder.
function(strata_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(strata_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(strata_${name} PUBLIC strata_options ${ARG_LINKS})
endfunction()

# strata_test(<name> SOURCES … LINKS …): a GoogleTest executable, one CTest test per case.
function(strata_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE strata_test_main ${ARG_LINKS})
  gtest_discover_tests(test_${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()
