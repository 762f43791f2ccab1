# The archive for Windows, by `cmake --build --preset windows --target mograph-windows-zip`: both programs, weights, a page
# to read, licences and check sums.
# No time of the build in the programs, and no symbols, which `strip` would take out but for a time that it puts in: the same
# sources give the same bytes.
foreach(program IN ITEMS mograph mograph-demo)
  target_link_options(${program} PRIVATE -s -Wl,--no-insert-timestamp -Wl,--gc-sections)
endforeach()
set(archive ${CMAKE_BINARY_DIR}/mograph-${PROJECT_VERSION}-windows-x86_64.zip)
add_custom_target(mograph-windows-zip
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/windows_zip.sh ${CMAKE_BINARY_DIR} ${archive} ${MOGRAPH_WINDOWS_DEPS}
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  DEPENDS mograph mograph-demo VERBATIM)
