#pragma once
// archive.h includes system headers for a few names. Included here they would make `struct stat` and others belong to this module as well as to
// Glibc, and Swift would hide their members from every file of a target that imports Glibc alone. Importing Glibc's module first leaves them there.
#if __has_feature(modules)
#pragma clang module import SwiftGlibc
#endif
#include <archive.h>
#include <archive_entry.h>
