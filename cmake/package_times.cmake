# Before the package is made of what was installed: all of it gets one time, and modes that do not depend on who has
# checked the sources out. With SOURCE_DATE_EPOCH the same sources so make the same package.
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  file(GLOB_RECURSE ALL LIST_DIRECTORIES ON ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*)
  execute_process(COMMAND chmod -R u=rwX,go=rX ${CPACK_TEMPORARY_INSTALL_DIRECTORY} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND touch --no-dereference --date=@$ENV{SOURCE_DATE_EPOCH} ${ALL} COMMAND_ERROR_IS_FATAL ANY)
endif()
