# A room is one folder of the house and one static library: hs_room(types LINKS hs_codec) builds
# every .cpp of the folder it is called from into hs_types. A new file needs no edit here.
function(hs_room name)
  cmake_parse_arguments(ROOM "" "" "LINKS;EXCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  foreach(excluded IN LISTS ROOM_EXCLUDE)
    list(REMOVE_ITEM sources "${CMAKE_CURRENT_SOURCE_DIR}/${excluded}")
  endforeach()
  if(sources)
    add_library(hs_${name} STATIC ${sources})
    target_link_libraries(hs_${name} PRIVATE hs_flags PUBLIC ${ROOM_LINKS})
  else()
    add_library(hs_${name} INTERFACE)
    target_link_libraries(hs_${name} INTERFACE ${ROOM_LINKS})
  endif()
endfunction()

# hs_test(types LABELS unit LINKS hs_types): one test binary test_<name> of all .cpp files in the
# folder it is called from. Each Catch2 test case becomes one ctest entry with the given label, of
# which there is one; the target tests_<label> builds all binaries of a label. SKIP is a regular
# expression: a test whose output it matches counts as skipped.
#
# Labels: unit (rooms without threads), node (rooms with threads or sockets; run by ThreadSanitizer
# too), golden, sim, scenario, e2e, fuzz, lint.
function(hs_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT;SKIP" "LINKS;LABELS;SOURCES" ${ARGN})
  if(NOT TEST_SOURCES)
    file(GLOB TEST_SOURCES CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  endif()
  if(NOT TEST_SOURCES)
    message(WARNING "no test sources in ${CMAKE_CURRENT_SOURCE_DIR}")
    return()
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  set(skip)
  if(TEST_SKIP)
    set(skip SKIP_REGULAR_EXPRESSION "${TEST_SKIP}")
  endif()
  add_executable(test_${name} ${TEST_SOURCES})
  target_link_libraries(test_${name} PRIVATE hs_flags ${TEST_LINKS} Catch2::Catch2WithMain)
  if(HS_MUTANTS)
    target_sources(test_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/support/mutation.cpp")
    target_link_libraries(test_${name} PRIVATE hs_base)
  endif()
  target_compile_definitions(test_${name} PRIVATE HS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(NOT TARGET tests_${TEST_LABELS})
    add_custom_target(tests_${TEST_LABELS})
  endif()
  add_dependencies(tests_${TEST_LABELS} test_${name})
  # "-w NoTests" turns a test name that ctest mangled into a failure instead of an empty success.
  catch_discover_tests(test_${name} TEST_PREFIX "${name}: " EXTRA_ARGS -w NoTests
    PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT ${TEST_TIMEOUT} ${skip})
endfunction()
