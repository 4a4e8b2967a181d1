# Hardening of what is shipped; tests/hardening reads the built program to see that it arrived there.
rozaneh_flag(STACK_PROTECTOR -fstack-protector-strong)
rozaneh_flag(STACK_CLASH_PROTECTION -fstack-clash-protection)
rozaneh_flag(CET -fcf-protection=full)
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_options(rozaneh_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
target_link_options(rozaneh_options INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
