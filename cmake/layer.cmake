# rozaneh_layer(NAME SOURCES file... [NEEDS layer...] [LIBRARIES target...])
# One folder under src/ is one static library that links only what stands left of it.
function(rozaneh_layer NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;NEEDS;LIBRARIES" ${ARGN})
  add_library(rozaneh_${NAME} STATIC ${ARG_SOURCES})
  set_property(GLOBAL APPEND PROPERTY ROZANEH_LAYERS ${NAME})
  target_include_directories(rozaneh_${NAME} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ARG_NEEDS PREPEND rozaneh_)
  target_link_libraries(rozaneh_${NAME} PUBLIC rozaneh_options ${ARG_NEEDS} ${ARG_LIBRARIES})
endfunction()

# rozaneh_test(NAME SOURCES file... NEEDS layer... [LIBRARIES target...] [LABEL label])
# One GoogleTest program a folder of tests/; each case is a test of CTest. What runs more than one thread
# goes into a program of its own with the label `threaded`, and so also runs under ThreadSanitizer.
function(rozaneh_test NAME)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;NEEDS;LIBRARIES" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${NAME}_test ${ARG_SOURCES})
  target_include_directories(${NAME}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  list(TRANSFORM ARG_NEEDS PREPEND rozaneh_)
  target_link_libraries(${NAME}_test PRIVATE ${ARG_NEEDS} ${ARG_LIBRARIES} GTest::gtest_main)
  set_target_properties(${NAME}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_definitions(${NAME}_test PRIVATE TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}")
  if(ARG_LABEL STREQUAL "threaded")
    add_dependencies(threaded_tests ${NAME}_test)
  endif()
  include(GoogleTest)
  gtest_discover_tests(${NAME}_test TEST_PREFIX ${NAME}. NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 120 LABELS ${ARG_LABEL})
endfunction()

# All that `ctest -L threaded` needs; the ThreadSanitizer build makes only this.
add_custom_target(threaded_tests)

# A folder that includes from its right does not build.
add_custom_target(include_direction ALL
  COMMAND ${PROJECT_SOURCE_DIR}/script/check/includes
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  COMMENT "Checking the direction of includes")
