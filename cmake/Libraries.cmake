# Finds what Counterpoint builds on. libtorch: any on CMAKE_PREFIX_PATH, else the torch wheel in .venv.
if(NOT Torch_DIR)
  find_package(Torch QUIET CONFIG)
  if(NOT Torch_FOUND)
    set(venv_python ${CMAKE_SOURCE_DIR}/.venv/bin/python3)
    if(NOT EXISTS ${venv_python})
      message(FATAL_ERROR "No libtorch on CMAKE_PREFIX_PATH and no .venv here: run 'make setup' first.")
    endif()
    execute_process(
      COMMAND ${venv_python} -c "import importlib.util as u, os; print(os.path.dirname(u.find_spec('torch').origin))"
      OUTPUT_VARIABLE torch_package OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    list(APPEND CMAKE_PREFIX_PATH ${torch_package}/share/cmake)
  endif()
endif()
find_package(Torch 2.6 REQUIRED CONFIG)

# fmt comes as headers inside libtorch; Debian's libfmt beside it would clash.
list(GET TORCH_INCLUDE_DIRS 0 torch_include)
add_library(counterpoint_fmt INTERFACE)
target_include_directories(counterpoint_fmt SYSTEM INTERFACE ${torch_include})
target_compile_definitions(counterpoint_fmt INTERFACE FMT_HEADER_ONLY)

add_library(counterpoint_torch INTERFACE)
target_include_directories(counterpoint_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(counterpoint_torch INTERFACE ${TORCH_LIBRARIES})

find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
# Debian and Ubuntu build cpp-httplib as a shared library; its .pc file names the macros that it was built with.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
# Pictures and the emoji font.
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(FREETYPE REQUIRED IMPORTED_TARGET freetype2)
