#pragma once
// See CArchive: libc's types stay with Glibc's module.
#if __has_feature(modules)
#pragma clang module import SwiftGlibc
#endif
#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>
