# embed_facts(TARGET FOLDER): the .tsv files of FOLDER become strings in TARGET, so that the program needs no data
# files. They are written again when a table changes, comes or goes.
#
# The same file is the build step: cmake -DFACTS_OUTPUT=FILE -DFACTS_TABLES=LIST -P EmbedFacts.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  set(entries "")
  foreach(table IN LISTS FACTS_TABLES)
    get_filename_component(name ${table} NAME)
    file(READ ${table} text)
    string(APPEND entries "    {\"${name}\", R\"facts(${text})facts\"},\n")
  endforeach()
  file(WRITE ${FACTS_OUTPUT} "// Written by cmake/EmbedFacts.cmake from counterpoint/persuasion/facts.\n"
    "#include \"counterpoint/persuasion/fact_table.h\"\n\n"
    "namespace counterpoint::persuasion {\n\n"
    "std::span<const FactTableText> embedded_fact_tables() {\n"
    "  static constexpr FactTableText tables[] = {\n${entries}  };\n"
    "  return tables;\n}\n\n}  // namespace counterpoint::persuasion\n")
  return()
endif()

set(EMBED_FACTS_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(embed_facts target folder)
  file(GLOB tables CONFIGURE_DEPENDS ${folder}/*.tsv)
  set(output ${CMAKE_BINARY_DIR}/generated/fact_tables.cpp)
  # The list of tables is part of the command, so that a table that goes away makes it run again too.
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DFACTS_OUTPUT=${output} "-DFACTS_TABLES=${tables}" -P ${EMBED_FACTS_SCRIPT}
    DEPENDS ${tables} ${EMBED_FACTS_SCRIPT}
    COMMENT "Embedding the tables of facts" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
