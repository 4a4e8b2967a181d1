// What libcurl refers to and Debian has no static libraries of: LDAP, SSH, RTMP and Kerberos.
// cmake/portable.cmake links it.
//
// We ask by HTTP and HTTPS alone. They stand first in libcurl's table of protocols, which ends at the first
// that is null; and a SOCKS proxy that wants Kerberos of us learns that we have none. Types are left out:
// nothing is called but to fail.
#include <cstdint>

#define ROZANEH_ABSENT(protocol) asm(".globl Curl_handler_" #protocol "\n.set Curl_handler_" #protocol ", 0")
ROZANEH_ABSENT(ldap);
ROZANEH_ABSENT(ldaps);
ROZANEH_ABSENT(scp);
ROZANEH_ABSENT(sftp);
ROZANEH_ABSENT(rtmp);
ROZANEH_ABSENT(rtmpe);
ROZANEH_ABSENT(rtmps);
ROZANEH_ABSENT(rtmpt);
ROZANEH_ABSENT(rtmpte);
ROZANEH_ABSENT(rtmpts);

namespace {
constexpr std::uint32_t kFailure = 13U << 16U;  // GSS_S_FAILURE, RFC 2744 section 3.9.1
}

// NOLINTBEGIN(readability-identifier-naming): others have named them.
extern "C" {

// At libcurl's start and end.
int Curl_ssh_init() { return 0; }
void Curl_ssh_cleanup() {}

extern const void* const GSS_C_NT_HOSTBASED_SERVICE = nullptr;
std::uint32_t gss_delete_sec_context() { return kFailure; }
std::uint32_t gss_display_name() { return kFailure; }
std::uint32_t gss_display_status() { return kFailure; }
std::uint32_t gss_import_name() { return kFailure; }
std::uint32_t gss_init_sec_context() { return kFailure; }
std::uint32_t gss_inquire_context() { return kFailure; }
std::uint32_t gss_release_buffer() { return kFailure; }
std::uint32_t gss_release_name() { return kFailure; }
std::uint32_t gss_unwrap() { return kFailure; }
std::uint32_t gss_wrap() { return kFailure; }

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
