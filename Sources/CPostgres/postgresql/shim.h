#pragma once
// libpq-fe.h includes stdio.h; importing Glibc's module first leaves FILE and its like there, so that Swift shows their members everywhere.
#if __has_feature(modules)
#pragma clang module import SwiftGlibc
#endif
#include <libpq-fe.h>
