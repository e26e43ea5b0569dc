# Warnings are errors on our own code; every library is included as a system header.
add_library(counterpoint_warnings INTERFACE)
target_compile_options(counterpoint_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Werror)
# At -O3 GCC 12 sees overlaps, overflows and uninitialised strings in std::string and std::optional that are not there
# (its bugs 105651 and 105562).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(counterpoint_warnings INTERFACE -Wno-restrict -Wno-stringop-overflow
    -Wno-stringop-overread -Wno-array-bounds -Wno-maybe-uninitialized)
endif()
if(COUNTERPOINT_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()
