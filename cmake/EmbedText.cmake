# embed_text(TARGET NAMESPACE FUNCTION FILE): FILE as a string in TARGET, behind `std::string_view FUNCTION()` in
# NAMESPACE, so that the program needs no files beside it. It is written again when FILE changes.
#
# The same file is the build step: cmake -DEMBED_OUTPUT=.. -DEMBED_FILE=.. -DEMBED_NAMESPACE=.. -DEMBED_FUNCTION=.. -P EmbedText.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${EMBED_FILE} text)
  get_filename_component(name ${EMBED_FILE} NAME)
  file(WRITE ${EMBED_OUTPUT} "// Written by cmake/EmbedText.cmake from ${name}.\n#include <string_view>\n\n"
    "namespace ${EMBED_NAMESPACE} {\n\nstd::string_view ${EMBED_FUNCTION}();\n"
    "std::string_view ${EMBED_FUNCTION}() { return R\"embedded(${text})embedded\"; }\n\n}\n")
  return()
endif()

set(EMBED_TEXT_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(embed_text target namespace function file)
  set(output ${CMAKE_BINARY_DIR}/generated/embedded_${function}.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DEMBED_OUTPUT=${output} -DEMBED_FILE=${file} -DEMBED_NAMESPACE=${namespace}
      -DEMBED_FUNCTION=${function} -P ${EMBED_TEXT_SCRIPT}
    DEPENDS ${file} ${EMBED_TEXT_SCRIPT}
    COMMENT "Embedding ${function}" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
