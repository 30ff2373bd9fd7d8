/// The walls around a worker, in plain C: starting it, confining it, and telling how it died.
///
/// The life of a worker, and which header serves each step:
///
/// 1. The hub starts a zygote with `pb_spawn` (pb_spawn.h): a new process in namespaces of its own, with nothing inherited.
/// 2. The zygote gives up its identity and its view of the file system with `pb_settle`, then answers `pb_zygote_fork` requests in
///    `pb_zygote_serve` (pb_zygote.h). Every fork is a child of the hub, not of the zygote.
/// 3. The worker makes its engine and then calls `pb_lockdown` (pb_lockdown.h): limits, empty root, no new privileges, no
///    capabilities, Landlock, seccomp. Only after that does it see a line of a plugin's code.
/// 4. `pb_crash_note_install` (pb_crash.h) leaves a hint on why it died; `pb_wait` (pb_process.h) collects the facts.
///
/// `pb_report` (pb_layers.h) says which layers hold. `pb_probe` (pb_probe.h) tries each of them on this machine for `patchbay doctor`.
///
/// Conventions: functions answer 0 or a positive value on success and `-errno` on failure. Nothing here prints, logs or exits the
/// caller's process, except where a comment says so.
#pragma once

#include "pb_layers.h"
#include "pb_spawn.h"
#include "pb_zygote.h"
#include "pb_lockdown.h"
#include "pb_crash.h"
#include "pb_process.h"
#include "pb_probe.h"
#include "pb_attacks.h"
