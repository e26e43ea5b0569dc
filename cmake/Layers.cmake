# counterpoint_layer(NAME [DEPENDS layer...] [USES library...] [HEADERS <header>...]): one folder of counterpoint/ as a static library.
# A layer sees only the layers that it names, so an include that goes upwards does not link. HEADERS: large headers that most of its
# files include, precompiled.
function(counterpoint_layer name)
  cmake_parse_arguments(arg "" "FOLDER" "DEPENDS;USES;HEADERS" ${ARGN})
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${name})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FOLDER}/*.cpp)
  add_library(cp_${name} STATIC ${sources})
  target_include_directories(cp_${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  list(TRANSFORM arg_DEPENDS PREPEND cp_)
  target_link_libraries(cp_${name} PUBLIC counterpoint_fmt ${arg_DEPENDS} ${arg_USES} PRIVATE counterpoint_warnings)
  target_precompile_headers(cp_${name} PRIVATE <fmt/format.h> <algorithm> <functional> <memory> <string> <vector>
    ${arg_HEADERS})
endfunction()

# counterpoint_test(NAME): tests/NAME/*.cpp as one program, linked with the layers named in DEPENDS.
function(counterpoint_test name)
  cmake_parse_arguments(arg "" "" "DEPENDS;USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  list(TRANSFORM arg_DEPENDS PREPEND cp_)
  target_link_libraries(${name}_test PRIVATE ${arg_DEPENDS} ${arg_USES} test_support GTest::gtest_main counterpoint_warnings)
  target_precompile_headers(${name}_test PRIVATE <gtest/gtest.h> <nlohmann/json.hpp> <fmt/format.h>)
  add_dependencies(${name}_test counterpoint_torch_module)
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 600)
endfunction()
