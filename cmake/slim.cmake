# A small program: what nobody calls is left out, and relocations are packed (needs glibc 2.36, Debian 12's).
#
# ROZANEH_STATIC says which libraries become part of the program. Resident size at start of a program that
# uses what this one uses, in MB, before and after its first use of libcrypto (Debian 12, clang 19):
#
#              all shared            8.0
#   runtime    libstdc++, libgcc     4.7   6.3
#   crypto     libsodium, libcrypto  3.8   5.3
#
# The default is `crypto`: a client on a small machine should fit into 6 MB. Who packages this program for a system
# that updates shared libraries by itself builds with `runtime`, so that security updates of libcrypto arrive without a new build.
set(ROZANEH_STATIC "crypto" CACHE STRING "Libraries linked into the program: none, runtime or crypto")
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
