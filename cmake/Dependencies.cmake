# The only file that names third-party packages. All of them are Debian 12 packages;
# scripts/install-deps installs exactly what is found here. Everything below is an imported or
# interface target of ours called hs::<need>, so that no other file knows a package's own name.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(leveldb REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)

function(hs_dependency name)
  add_library(hs_dependency_${name} INTERFACE)
  target_link_libraries(hs_dependency_${name} INTERFACE ${ARGN})
  add_library(hs::${name} ALIAS hs_dependency_${name})
endfunction()

hs_dependency(signatures PkgConfig::sodium OpenSSL::Crypto)
hs_dependency(hashes OpenSSL::Crypto)
hs_dependency(tls OpenSSL::SSL OpenSSL::Crypto)
hs_dependency(format fmt::fmt)
hs_dependency(log spdlog::spdlog fmt::fmt)
# Debian's LevelDB is a shared library that brings snappy itself, yet its CMake package asks every user
# to link snappy too, whose development files nothing else needs.
set_target_properties(leveldb::leveldb PROPERTIES INTERFACE_LINK_LIBRARIES Threads::Threads)
hs_dependency(leveldb leveldb::leveldb)
hs_dependency(yaml yaml-cpp)
hs_dependency(json nlohmann_json::nlohmann_json)
hs_dependency(options CLI11::CLI11)
hs_dependency(metrics prometheus-cpp::core)
hs_dependency(http_client PkgConfig::httplib Threads::Threads)
hs_dependency(threads Threads::Threads)

# Debian ships standalone asio without a CMake package. RESTinio uses its deprecated names, and what
# asio defines must be the same in every file, so ASIO_NO_DEPRECATED is out of question. For the same
# reason aligned_alloc is switched off: asio uses it only where a header of libstdc++ happens to come
# before its own, so that one file would free() what another got from operator new.
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(hs_dependency_asio INTERFACE)
target_include_directories(hs_dependency_asio SYSTEM INTERFACE "${ASIO_INCLUDE_DIR}")
target_compile_definitions(hs_dependency_asio INTERFACE
  ASIO_STANDALONE ASIO_DISABLE_STD_ALIGNED_ALLOC)
target_link_libraries(hs_dependency_asio INTERFACE Threads::Threads)
add_library(hs::asio ALIAS hs_dependency_asio)

# RESTinio is header-only over asio, http_parser and fmt.
find_path(RESTINIO_INCLUDE_DIR restinio/all.hpp REQUIRED)
find_library(HTTP_PARSER_LIBRARY http_parser REQUIRED)
add_library(hs_dependency_http_server INTERFACE)
target_include_directories(hs_dependency_http_server SYSTEM INTERFACE "${RESTINIO_INCLUDE_DIR}")
target_link_libraries(hs_dependency_http_server INTERFACE hs::asio "${HTTP_PARSER_LIBRARY}" fmt::fmt)
# Where clang brings std::expected, its expected-lite would stand back for it, and RESTinio uses what
# only the former has.
target_compile_definitions(hs_dependency_http_server INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:nsel_CONFIG_SELECT_EXPECTED=1>)
add_library(hs::http_server ALIAS hs_dependency_http_server)

if(HS_BUILD_TESTS OR NOT DEFINED HS_BUILD_TESTS)
  find_package(Catch2 2 REQUIRED)
  find_package(rapidcheck QUIET)
endif()
