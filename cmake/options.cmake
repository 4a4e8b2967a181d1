# Warnings, hardening and sanitizers, once for every target (INTERFACE library).
include(CheckCXXCompilerFlag)
find_package(Threads REQUIRED)

add_library(rozaneh_options INTERFACE)
target_compile_options(rozaneh_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast)
target_link_libraries(rozaneh_options INTERFACE Threads::Threads)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports uninitialized and dangling members of coroutine frames that are neither.
  target_compile_options(rozaneh_options INTERFACE -fcoroutines -Wno-maybe-uninitialized
    -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict)
endif()

if(ROZANEH_SANITIZE)
  target_compile_options(rozaneh_options INTERFACE
    -fsanitize=${ROZANEH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(rozaneh_options INTERFACE -fsanitize=${ROZANEH_SANITIZE})
else()
  target_compile_options(rozaneh_options INTERFACE -fstack-protector-strong)
  if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    target_compile_options(rozaneh_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
  check_cxx_compiler_flag(-fcf-protection=full ROZANEH_HAVE_CET)
  if(ROZANEH_HAVE_CET)
    target_compile_options(rozaneh_options INTERFACE -fcf-protection=full)
  endif()
  target_link_options(rozaneh_options INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
