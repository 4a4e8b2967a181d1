# Warnings, hardening, size and sanitizers, once for every target (INTERFACE libraries).
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)
find_package(Threads REQUIRED)

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
check_pie_supported(LANGUAGES CXX)

# What every object is compiled with.
add_library(rozaneh_options INTERFACE)
target_compile_options(rozaneh_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast)
target_link_libraries(rozaneh_options INTERFACE Threads::Threads)

# What the program that is shipped is linked with besides.
add_library(rozaneh_program_options INTERFACE)

# rozaneh_flag(NAME FLAG): compiles with FLAG where the compiler has it.
function(rozaneh_flag NAME FLAG)
  check_cxx_compiler_flag(${FLAG} ROZANEH_HAVE_${NAME})
  if(ROZANEH_HAVE_${NAME})
    target_compile_options(rozaneh_options INTERFACE ${FLAG})
  endif()
endfunction()

# rozaneh_linker_flag(NAME FLAG): links the program with FLAG where the linker has it.
function(rozaneh_linker_flag NAME FLAG)
  check_linker_flag(CXX ${FLAG} ROZANEH_HAVE_${NAME})
  if(ROZANEH_HAVE_${NAME})
    target_link_options(rozaneh_program_options INTERFACE ${FLAG})
  endif()
endfunction()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports uninitialized and dangling members of coroutine frames that are neither, and frames that are
  # given back otherwise than they were taken.
  target_compile_options(rozaneh_options INTERFACE -fcoroutines -Wno-maybe-uninitialized
    -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict -Wno-mismatched-new-delete)
endif()

if(ROZANEH_SANITIZE)
  # Without `vptr`: to look at an object it opens a pipe, so that it fails where a test has used up all descriptors.
  target_compile_options(rozaneh_options INTERFACE
    -fsanitize=${ROZANEH_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(rozaneh_options INTERFACE -fsanitize=${ROZANEH_SANITIZE})
else()
  include(${CMAKE_CURRENT_LIST_DIR}/harden.cmake)
  include(${CMAKE_CURRENT_LIST_DIR}/slim.cmake)
endif()
