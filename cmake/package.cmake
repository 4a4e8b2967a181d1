# Where the parts of an installation go, and Debian's package of them: script/package builds it.
include(GNUInstallDirs)
set(PACKAGING ${PROJECT_SOURCE_DIR}/packaging)
set(UNITS rozaneh-bridge.service rozaneh-signal.service rozaneh-client.service)

# The program alone, and not all tests before it.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
install(TARGETS rozaneh DESTINATION ${CMAKE_INSTALL_BINDIR})
list(TRANSFORM UNITS PREPEND ${PACKAGING}/systemd/ OUTPUT_VARIABLE UNIT_FILES)
install(FILES ${UNIT_FILES} DESTINATION /lib/systemd/system)
install(DIRECTORY ${PACKAGING}/config/ DESTINATION /etc/rozaneh)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/policies ${PROJECT_SOURCE_DIR}/censors DESTINATION ${CMAKE_INSTALL_DATADIR}/rozaneh)
install(FILES ${PACKAGING}/completions/rozaneh.bash RENAME rozaneh
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PACKAGING}/completions/_rozaneh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${PACKAGING}/completions/rozaneh.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

include(${CMAKE_CURRENT_LIST_DIR}/portable.cmake)

# What an administrator adds to files of tor's package, so no file of ours.
install(DIRECTORY ${PACKAGING}/apparmor ${PACKAGING}/systemd/tor@default.service.d
  DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES ${PROJECT_SOURCE_DIR}/docs/usage.md ${PROJECT_SOURCE_DIR}/docs/errors.md ${PROJECT_SOURCE_DIR}/docs/threat-model.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/guides DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PACKAGING}/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Who builds a package answers for it: the author of the last commit.
execute_process(COMMAND git log -1 --format=%an\ <%ae> WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  OUTPUT_VARIABLE MAINTAINER OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set(ROZANEH_MAINTAINER "${MAINTAINER}" CACHE STRING "Who answers for the package: NAME <ADDRESS>")

# The manual is what the program that is installed says of itself; Debian wants it and changelogs compressed.
install(CODE "set(PROGRAM $<TARGET_FILE:rozaneh>)
  set(SOURCE ${PROJECT_SOURCE_DIR})
  set(VERSION ${PROJECT_VERSION})
  set(MAINTAINER [[${ROZANEH_MAINTAINER}]])
  set(MANUAL \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1)
  set(DOCUMENTS \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR})")
install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/install_manual.cmake)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rozaneh)
# So that what belongs to /etc and /lib goes there below the package too.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "carries traffic past network censors")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A server and a client that carry what applications send in a form that a
censor does not recognise: by themselves, by a link or QR code; as a
pluggable transport of Tor in place of obfs4proxy; or as a proxy for Signal
behind a web site.
.
The services are not started before somebody says so: see rozaneh(1) and
/usr/share/doc/rozaneh/guides/install.md.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PACKAGING}/debian/conffiles ${PACKAGING}/debian/postinst ${PACKAGING}/debian/prerm ${PACKAGING}/debian/postrm)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/package_times.cmake)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${ROZANEH_MAINTAINER}")
include(CPack)
