# Finds libtorch: on CMAKE_PREFIX_PATH or Torch_DIR, else the torch wheel in .venv. Sets libtorch_include and libtorch_version,
# and defines counterpoint_torch.
# find_package(Torch) is not asked: for a libtorch that can use CUDA, as pip installs by default, it fails on a machine that
# lacks CUDA's development kit, and nothing here compiles CUDA code.
set(libtorch_places ${Torch_DIR} ${CMAKE_PREFIX_PATH})
if(DEFINED ENV{CMAKE_PREFIX_PATH})
  string(REPLACE ":" ";" given_places "$ENV{CMAKE_PREFIX_PATH}")
  list(APPEND libtorch_places ${given_places})
endif()
set(venv_python ${CMAKE_SOURCE_DIR}/.venv/bin/python3)
if(EXISTS ${venv_python})
  execute_process(
    COMMAND ${venv_python} -c "import importlib.util as u, os; t = u.find_spec('torch'); print(os.path.dirname(t.origin) if t else '')"
    OUTPUT_VARIABLE torch_package OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  list(APPEND libtorch_places ${torch_package})
endif()

set(libtorch_config "")
foreach(place IN LISTS libtorch_places)
  # A prefix; what torch.utils.cmake_prefix_path prints; Torch_DIR itself.
  foreach(below share/cmake/Torch Torch .)
    if(NOT libtorch_config AND EXISTS ${place}/${below}/TorchConfigVersion.cmake)
      get_filename_component(libtorch_config ${place}/${below} REALPATH)
    endif()
  endforeach()
endforeach()
if(NOT libtorch_config)
  message(FATAL_ERROR "No libtorch on CMAKE_PREFIX_PATH and no torch in .venv: run 'make setup' first.")
endif()

include(${libtorch_config}/TorchConfigVersion.cmake)
set(libtorch_version ${PACKAGE_VERSION})
unset(PACKAGE_VERSION)
if(libtorch_version VERSION_LESS 2.6)
  message(FATAL_ERROR "libtorch ${libtorch_version} in ${libtorch_config} is too old: 2.6 or later is needed.")
endif()
file(STRINGS ${libtorch_config}/TorchConfig.cmake old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
if(old_abi)
  message(FATAL_ERROR "libtorch in ${libtorch_config} was built for C++'s ABI of before 2011; take the build for the one since.")
endif()
get_filename_component(libtorch_root ${libtorch_config}/../../.. REALPATH)
set(libtorch_include ${libtorch_root}/include)
message(STATUS "libtorch ${libtorch_version} in ${libtorch_root}")

add_library(counterpoint_torch INTERFACE)
target_include_directories(counterpoint_torch SYSTEM INTERFACE ${libtorch_include} ${libtorch_include}/torch/csrc/api/include)
# What libtorch itself was compiled with, so that its headers say here what they said there.
file(STRINGS ${libtorch_config}/../Caffe2/Caffe2Targets.cmake libtorch_macros
  REGEX "INTERFACE_COMPILE_DEFINITIONS \"[A-Z0-9_;]*USE_DISTRIBUTED")
if(libtorch_macros)
  list(JOIN libtorch_macros ";" libtorch_macros)
  string(REGEX REPLACE "^.*\"(.*)\".*$" "\\1" libtorch_macros "${libtorch_macros}")
  target_compile_definitions(counterpoint_torch INTERFACE ${libtorch_macros})
endif()
# The compiler's library comes first: libtorch.so of a build for CUDA exports a std::filesystem of its own, which crashes in
# programs that another compiler made.
target_link_libraries(counterpoint_torch INTERFACE stdc++
  ${libtorch_root}/lib/libtorch.so ${libtorch_root}/lib/libtorch_cpu.so ${libtorch_root}/lib/libc10.so)
# No symbol of libtorch.so is called, but it is what brings the CUDA half in; Ubuntu's linker would leave it out.
target_link_options(counterpoint_torch INTERFACE LINKER:--no-as-needed)
