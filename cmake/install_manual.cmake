# At installation: the manual's pages and the changelogs, compressed so that they are the same each time.
# PROGRAM, SOURCE, VERSION, MAINTAINER, MANUAL and DOCUMENTS are set by package.cmake.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# SOURCE_DATE_EPOCH, or now.
string(TIMESTAMP DAY "%Y-%m-%d" UTC)
string(TIMESTAMP TIME "%a, %d %b %Y %H:%M:%S +0000" UTC)

file(MAKE_DIRECTORY ${MANUAL} ${DOCUMENTS})
run(${PROGRAM} manual ${MANUAL} --date ${DAY})
file(GLOB PAGES ${MANUAL}/rozaneh*.1)
run(gzip -9nf ${PAGES})

file(COPY_FILE ${SOURCE}/CHANGELOG.md ${DOCUMENTS}/changelog)
file(WRITE ${DOCUMENTS}/changelog.Debian "rozaneh (${VERSION}-1) unstable; urgency=medium

  * Version ${VERSION}; changelog.gz says what is new.

 -- ${MAINTAINER}  ${TIME}
")
run(gzip -9nf ${DOCUMENTS}/changelog ${DOCUMENTS}/changelog.Debian)
