# rozaneh_portable: the program for systems other than Debian 12, out of the same objects, with all linked in that is not
# glibc's: portable/rozaneh in the build directory. script/package --tarball packs it.
#
# Of some libraries that libcurl uses for what is not HTTP Debian has no static ones; absent.cpp stands for them.
get_property(LAYERS GLOBAL PROPERTY ROZANEH_LAYERS)
list(TRANSFORM LAYERS REPLACE "(.+)" "$<TARGET_FILE:rozaneh_\\1>")
set(LIBRARIES curl nghttp2 psl idn2 unistring zstd brotlidec brotlicommon z ssl crypto cares sqlite3 sodium qrcodegen)
list(TRANSFORM LIBRARIES REPLACE "(.+)" "-l:lib\\1.a")

add_executable(rozaneh_portable $<TARGET_OBJECTS:rozaneh> ${PACKAGING}/portable/absent.cpp)
set_target_properties(rozaneh_portable PROPERTIES
  OUTPUT_NAME rozaneh RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/portable LINK_DEPENDS $<TARGET_FILE:rozaneh>)
if(ROZANEH_SANITIZE OR NOT ROZANEH_TESTS)
  set_target_properties(rozaneh_portable PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
add_dependencies(rozaneh_portable rozaneh)
target_link_libraries(rozaneh_portable PRIVATE
  rozaneh_options rozaneh_program_options -Wl,--start-group ${LAYERS} ${LIBRARIES} -Wl,--end-group m)
target_link_options(rozaneh_portable PRIVATE
  -s -static-libstdc++ -static-libgcc -Wl,--dependency-file=${CMAKE_BINARY_DIR}/portable/linked.d)
