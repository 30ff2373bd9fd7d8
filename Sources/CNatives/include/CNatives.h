// Native helpers behind the sandbox's web-standard globals: text codecs, base64, entropy, clock, IDNA and cryptography.
//
// The JavaScript side (runtime/src/globals) is the only caller and gives every function its own buffers: reading a buffer
// through the C API pins it for good, and a pinned buffer is silently copied, not moved, by `ArrayBuffer.prototype.transfer`.
#pragma once
#include <JavaScriptCore/JavaScript.h>

/// Longest byte argument and longest string (in UTF-16 units) a native function accepts; more is a RangeError.
#define PB_NATIVE_LENGTH_MAX ((size_t)64 << 20)

/// Opens ICU's IDNA table and fetches OpenSSL's algorithms, so that processes forked later share those pages.
///
/// Call it once, in the parent, before any fork and before the file system goes away. Starts no thread, touches no JavaScript
/// and draws no random number: OpenSSL notices a fork by process id, which says nothing across process-id namespaces, so its
/// generator has to be born in the child.
void pb_natives_prepare(void);

/// Makes the object that holds the native functions; natives.c has the table, each function's file says what it takes.
///
/// Also fixes the time origin that `now()` counts from, and lets the engine reserve the address space of its buffers, so call it
/// before memory limits are set. One context a process: errors are made with the constructors of the context that came last.
/// Nothing has to be freed.
JSObjectRef pb_natives_create(JSContextRef ctx);
