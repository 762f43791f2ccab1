# This machine's compiler against Debian 11's C library and headers, which lie in ${MOGRAPH_PORTABLE}/sysroot: what is
# built needs no symbol that is younger. Libraries that are built from source lie in ${MOGRAPH_PORTABLE}/prefix.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_LIBRARY_ARCHITECTURE x86_64-linux-gnu)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MOGRAPH_PORTABLE)

set(CMAKE_SYSROOT ${MOGRAPH_PORTABLE}/sysroot)
set(CMAKE_FIND_ROOT_PATH ${MOGRAPH_PORTABLE}/prefix ${CMAKE_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# pkg-config tells of the sysroot and of nothing else.
set(ENV{PKG_CONFIG_DIR} "")
set(ENV{PKG_CONFIG_LIBDIR} ${CMAKE_SYSROOT}/usr/lib/x86_64-linux-gnu/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})

# A compiler that is at home on this machine looks in its own library folder before the sysroot's, unless told where to
# look first.
set(first -B${CMAKE_SYSROOT}/usr/lib/x86_64-linux-gnu -L${CMAKE_SYSROOT}/lib/x86_64-linux-gnu)
# The same bytes wherever the folders lie; no more in the file than is used.
get_filename_component(source ${CMAKE_CURRENT_LIST_DIR}/../../.. ABSOLUTE)
string(JOIN " " CMAKE_C_FLAGS_INIT -ffile-prefix-map=${source}=. -ffile-prefix-map=${MOGRAPH_PORTABLE}=. -fPIE
       -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables)
string(JOIN " " CMAKE_EXE_LINKER_FLAGS_INIT ${first} -pie -static-libgcc -s
       -Wl,--gc-sections,--as-needed,--build-id=none,-z,relro,-z,now)
