# The archive for Windows, by `cmake --build --preset windows --target mograph-windows-zip`: both programs, weights, a page
# to read, licences and check sums.
# No time of the build in the programs: the same sources give the same bytes.
target_link_options(mograph PRIVATE -Wl,--no-insert-timestamp)
target_link_options(mograph-demo PRIVATE -Wl,--no-insert-timestamp)
set(archive ${CMAKE_BINARY_DIR}/mograph-${PROJECT_VERSION}-windows-x86_64.zip)
add_custom_target(mograph-windows-zip
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/windows_zip.sh ${CMAKE_BINARY_DIR} ${archive} ${MOGRAPH_WINDOWS_DEPS}
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  DEPENDS mograph mograph-demo VERBATIM)
