// How native functions read their arguments, give results, and throw.
#pragma once
#include "CNatives.h"
#include <stdbool.h>
#include <stdint.h>

/// The shape of every native function.
#define PB_NATIVE(name)                                                                                                          \
    JSValueRef name(JSContextRef ctx, JSObjectRef function, JSObjectRef this_object, size_t argc, const JSValueRef argv[],       \
                    JSValueRef *exception)
#define PB_UNUSED (void)function, (void)this_object, (void)argc, (void)argv, (void)exception

/// Bytes of a Uint8Array argument; valid until JavaScript runs again.
typedef struct {
    const uint8_t *data;
    size_t length;
} pb_bytes;

/// UTF-16 units of a string argument; give it back with pb_release_string.
typedef struct {
    JSStringRef ref;
    const JSChar *units;
    size_t length;
} pb_string;

/// Remembers the error constructors of `ctx`, before a plugin can replace them.
void pb_bridge_adopt(JSContextRef ctx);

/// Both throw and return NULL, so that a function can `return pb_throw_type(...)`. The text is ASCII.
JSValueRef pb_throw_type(JSContextRef ctx, JSValueRef *exception, const char *message);
JSValueRef pb_throw_range(JSContextRef ctx, JSValueRef *exception, const char *message);
JSValueRef pb_throw_memory(JSContextRef ctx, JSValueRef *exception);

/// Each reads argument `index`; false means that `*exception` is set. `what` names function and argument for the message.
bool pb_arg_bytes(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index, const char *what, pb_bytes *out,
                  JSValueRef *exception);
bool pb_arg_string(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index, const char *what, pb_string *out,
                   JSValueRef *exception);
/// A short ASCII name, such as an algorithm's, copied with its NUL; longer or other text reads as "".
bool pb_arg_name(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index, const char *what, char out[16],
                 JSValueRef *exception);
/// A whole number within `min`...`max`.
bool pb_arg_size(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index, const char *what, size_t min, size_t max,
                 size_t *out, JSValueRef *exception);
bool pb_arg_flag(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index);
void pb_release_string(pb_string *string);

/// A Uint8Array over `data`, which came from malloc and is freed with it (or right away, when making it fails).
JSValueRef pb_make_bytes(JSContextRef ctx, uint8_t *data, size_t length, JSValueRef *exception);
/// The same over a copy of `data`.
JSValueRef pb_make_bytes_copy(JSContextRef ctx, const uint8_t *data, size_t length, JSValueRef *exception);
/// A string of `length` ASCII characters without a NUL among them, and with one after them.
JSValueRef pb_make_ascii(JSContextRef ctx, const char *data, size_t length, JSValueRef *exception);
/// A string of UTF-16 units.
JSValueRef pb_make_units(JSContextRef ctx, const JSChar *units, size_t length);
