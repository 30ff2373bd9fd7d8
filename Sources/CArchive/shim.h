#pragma once
// archive.h includes sys/stat.h only for the name `struct stat`. Left in, the struct would belong to this module as well as to Glibc, and Swift would
// hide its members from every file of a target that imports Glibc alone.
#define _SYS_STAT_H 1
#include <archive.h>
#include <archive_entry.h>
#undef _SYS_STAT_H
