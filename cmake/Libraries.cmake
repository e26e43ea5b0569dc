# Finds what Counterpoint builds on.
include(Libtorch)

# fmt comes as headers inside libtorch; Debian's libfmt beside it would clash.
add_library(counterpoint_fmt INTERFACE)
target_include_directories(counterpoint_fmt SYSTEM INTERFACE ${libtorch_include})
target_compile_definitions(counterpoint_fmt INTERFACE FMT_HEADER_ONLY)

find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
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
