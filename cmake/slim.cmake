# A small program: what nobody calls is left out, and relocations are packed (needs glibc 2.36, Debian 12's).
#
# ROZANEH_STATIC says which libraries become part of the program. Resident size of `rozaneh bridge` before its
# first connection, in MB, and its share of it where others use the same libraries (PSS); Debian 12, clang 19:
#
#              linked in             RSS  PSS
#   none                             2.9  1.7
#   runtime    libstdc++, libgcc     2.5  1.6
#   crypto     libsodium, libcrypto  2.4  1.5
#
# Without io/startup_pages.h, `runtime` took 7.8 MB and `crypto` 6.5. The default is `runtime`: libcrypto and
# libsodium stay shared, so that their security updates arrive with the system's, without a new build.
# Another choice in a directory that is configured already needs `cmake --fresh`: found libraries are remembered.
set(ROZANEH_STATIC "runtime" CACHE STRING "Libraries linked into the program: none, runtime or crypto")
set_property(CACHE ROZANEH_STATIC PROPERTY STRINGS none runtime crypto)

target_compile_options(rozaneh_options INTERFACE -ffunction-sections -fdata-sections)
rozaneh_linker_flag(GC_SECTIONS -Wl,--gc-sections)
rozaneh_linker_flag(AS_NEEDED -Wl,--as-needed)
rozaneh_linker_flag(PACKED_RELOCATIONS -Wl,-z,pack-relative-relocs)

if(ROZANEH_STATIC STREQUAL "runtime" OR ROZANEH_STATIC STREQUAL "crypto")
  target_link_options(rozaneh_program_options INTERFACE -static-libstdc++ -static-libgcc)
elseif(NOT ROZANEH_STATIC STREQUAL "none")
  message(FATAL_ERROR "ROZANEH_STATIC is '${ROZANEH_STATIC}'; it can be none, runtime or crypto")
endif()
