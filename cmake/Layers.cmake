# What the files of torch layers include first, precompiled once for all of them.
add_library(counterpoint_torch_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/torch_pch.cpp)
target_link_libraries(counterpoint_torch_pch PUBLIC counterpoint_fmt counterpoint_torch nlohmann_json::nlohmann_json
  PRIVATE counterpoint_warnings)
target_precompile_headers(counterpoint_torch_pch PRIVATE <torch/torch.h> <fmt/format.h> <nlohmann/json.hpp>)

# counterpoint_layer(NAME [TORCH] [DEPENDS layer...] [USES library...] [HEADERS <header>...]): one folder of counterpoint/ as a static library.
# A layer links only the layers that it names: what calls upwards does not link, but all headers are on the include path, so
# that code which is in a header alone goes unnoticed. TORCH: its files include libtorch.
# HEADERS: large headers that most of its files include, precompiled (a TORCH layer has its own).
function(counterpoint_layer name)
  cmake_parse_arguments(arg "TORCH" "FOLDER" "DEPENDS;USES;HEADERS" ${ARGN})
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${name})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FOLDER}/*.cpp)
  add_library(cp_${name} STATIC ${sources})
  target_include_directories(cp_${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  list(TRANSFORM arg_DEPENDS PREPEND cp_)
  target_link_libraries(cp_${name} PUBLIC counterpoint_fmt ${arg_DEPENDS} ${arg_USES} PRIVATE counterpoint_warnings)
  if(arg_TORCH)
    target_link_libraries(cp_${name} PUBLIC counterpoint_torch)
    target_precompile_headers(cp_${name} REUSE_FROM counterpoint_torch_pch)
  else()
    target_precompile_headers(cp_${name} PRIVATE <fmt/format.h> <algorithm> <functional> <memory> <string> <vector>
      ${arg_HEADERS})
  endif()
endfunction()

# counterpoint_test(NAME [TORCH] [FOLDER folder] ..): tests/NAME/*.cpp as one program, linked with the layers named in DEPENDS.
# TORCH: its files include libtorch.
function(counterpoint_test name)
  cmake_parse_arguments(arg "TORCH" "FOLDER" "DEPENDS;USES" ${ARGN})
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${name})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FOLDER}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  list(TRANSFORM arg_DEPENDS PREPEND cp_)
  target_link_libraries(${name}_test PRIVATE ${arg_DEPENDS} ${arg_USES} test_support GTest::gtest_main counterpoint_warnings)
  if(arg_TORCH)
    target_link_libraries(${name}_test PRIVATE counterpoint_torch)
    target_precompile_headers(${name}_test REUSE_FROM counterpoint_torch_pch)
    # A program's own -fPIE would not fit a header that was compiled for libraries.
    set_target_properties(${name}_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${name}_test PRIVATE -fPIC)
  else()
    target_precompile_headers(${name}_test PRIVATE <gtest/gtest.h> <nlohmann/json.hpp> <fmt/format.h>)
  endif()
  add_dependencies(${name}_test counterpoint_torch_module)
  # Tiny tensors gain nothing from a second thread, and tests run beside each other.
  # A first start loads libtorch from the disk, which may take longer than the usual five seconds.
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT 600 ENVIRONMENT OMP_NUM_THREADS=1)
endfunction()
