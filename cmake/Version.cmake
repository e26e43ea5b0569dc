# Writes generated/counterpoint/version_info.h with the commit of the checkout; run at each build, rewritten when it changes.
cmake_minimum_required(VERSION 3.22)
set(commit unknown)
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} describe --always --dirty --abbrev=10
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(commit ${described})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#pragma once
#define COUNTERPOINT_VERSION \"${VERSION}\"
#define COUNTERPOINT_COMMIT \"@commit@\"
#define COUNTERPOINT_BUILD_TYPE \"${BUILD_TYPE}\"
#define COUNTERPOINT_LIBTORCH \"${LIBTORCH}\"
" @ONLY)
