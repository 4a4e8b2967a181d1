# rozaneh_embed(SOURCE NAMESPACE FUNCTION HEADER file...)
# Makes files part of the program: sets SOURCE to a generated file for a layer's SOURCES, which defines
# `std::span<const EmbeddedFile> NAMESPACE::FUNCTION()` as HEADER declares it; in the order that was given. A file that
# changes is embedded anew.
function(rozaneh_embed SOURCE NAMESPACE FUNCTION HEADER)
  set(FILES "")
  foreach(FILE ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${FILE})
    get_filename_component(NAME ${FILE} NAME)
    string(REGEX REPLACE "\\.toml$" "" NAME ${NAME})
    file(READ ${FILE} TEXT)
    string(APPEND FILES "    {\"${NAME}\", R\"embedded(${TEXT})embedded\"},\n")
  endforeach()
  set(WRITTEN ${CMAKE_CURRENT_BINARY_DIR}/${FUNCTION}.cpp)
  file(CONFIGURE OUTPUT ${WRITTEN} @ONLY CONTENT "#include \"${HEADER}\"

namespace ${NAMESPACE} {

std::span<const EmbeddedFile> ${FUNCTION}() {
  static constexpr EmbeddedFile kFiles[] = {
${FILES}  };
  return kFiles;
}

}  // namespace ${NAMESPACE}
")
  set(${SOURCE} ${WRITTEN} PARENT_SCOPE)
endfunction()
