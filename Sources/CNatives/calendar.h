#pragma once

/// Loads what dates need of ICU and the C library: the time zone's rules and names. Once, in the process that forks; only there are
/// files to be found, and every worker would otherwise read the same tables for itself.
void pb_calendar_prepare(void);
