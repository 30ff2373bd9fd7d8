#include "bridge.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The constructors of the one context this process has; see pb_natives_create.
static struct {
    JSGlobalContextRef context;
    JSObjectRef type_error, range_error;
} adopted;

static JSObjectRef global_object_named(JSContextRef ctx, const char *name) {
    JSStringRef key = JSStringCreateWithUTF8CString(name);
    JSValueRef value = JSObjectGetProperty(ctx, JSContextGetGlobalObject(ctx), key, NULL);
    JSStringRelease(key);
    if (!value || !JSValueIsObject(ctx, value)) return NULL;
    JSValueProtect(ctx, value);
    return (JSObjectRef)value;
}

void pb_bridge_adopt(JSContextRef ctx) {
    adopted.context = JSContextGetGlobalContext(ctx);
    adopted.type_error = global_object_named(ctx, "TypeError");
    adopted.range_error = global_object_named(ctx, "RangeError");
}

static JSValueRef throw_with(JSContextRef ctx, JSObjectRef constructor, const char *message, JSValueRef *exception) {
    JSStringRef text = JSStringCreateWithUTF8CString(message);
    JSValueRef arguments[1] = {JSValueMakeString(ctx, text)};
    JSStringRelease(text);
    if (constructor && adopted.context == JSContextGetGlobalContext(ctx)) {
        *exception = JSObjectCallAsConstructor(ctx, constructor, 1, arguments, NULL);
        if (*exception) return NULL;
    }
    *exception = JSObjectMakeError(ctx, 1, arguments, NULL);
    return NULL;
}

JSValueRef pb_throw_type(JSContextRef ctx, JSValueRef *exception, const char *message) {
    return throw_with(ctx, adopted.type_error, message, exception);
}

JSValueRef pb_throw_range(JSContextRef ctx, JSValueRef *exception, const char *message) {
    return throw_with(ctx, adopted.range_error, message, exception);
}

JSValueRef pb_throw_memory(JSContextRef ctx, JSValueRef *exception) {
    return pb_throw_range(ctx, exception, "Out of memory");  // the engine's own words, by which the hub tells a memory limit
}

static bool refuse(JSContextRef ctx, bool is_range, const char *what, const char *why, JSValueRef *exception) {
    char message[160];
    snprintf(message, sizeof message, "%s %s", what, why);
    (is_range ? pb_throw_range : pb_throw_type)(ctx, exception, message);
    return false;
}

bool pb_arg_bytes(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index, const char *what, pb_bytes *out,
                  JSValueRef *exception) {
    if (index >= argc || JSValueGetTypedArrayType(ctx, argv[index], NULL) != kJSTypedArrayTypeUint8Array)
        return refuse(ctx, false, what, "must be a Uint8Array", exception);
    JSObjectRef array = (JSObjectRef)argv[index];
    // The pointer is the start of the whole buffer, not of the view (2.50.6), so the view's offset is added here.
    const uint8_t *base = JSObjectGetTypedArrayBytesPtr(ctx, array, NULL);
    size_t length = JSObjectGetTypedArrayByteLength(ctx, array, NULL);
    if (!base) return refuse(ctx, false, what, "must not be detached", exception);
    if (length > PB_NATIVE_LENGTH_MAX) return refuse(ctx, true, what, "is longer than 64 MiB", exception);
    *out = (pb_bytes){base + JSObjectGetTypedArrayByteOffset(ctx, array, NULL), length};
    return true;
}

bool pb_arg_string(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index, const char *what, pb_string *out,
                   JSValueRef *exception) {
    // Only real strings: converting an object would call back into a plugin's code in the middle of native work.
    if (index >= argc || !JSValueIsString(ctx, argv[index])) return refuse(ctx, false, what, "must be a string", exception);
    JSStringRef ref = JSValueToStringCopy(ctx, argv[index], exception);  // may throw: a rope that does not fit into memory
    if (!ref) return false;
    size_t length = JSStringGetLength(ref);
    if (length > PB_NATIVE_LENGTH_MAX) {
        JSStringRelease(ref);
        return refuse(ctx, true, what, "is longer than 64 Mi units", exception);
    }
    const JSChar *units = JSStringGetCharactersPtr(ref);
    if (!units && length) {
        JSStringRelease(ref);
        pb_throw_memory(ctx, exception);
        return false;
    }
    *out = (pb_string){ref, units, length};
    return true;
}

void pb_release_string(pb_string *string) { JSStringRelease(string->ref); }

bool pb_arg_name(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index, const char *what, char out[16],
                 JSValueRef *exception) {
    pb_string text;
    if (!pb_arg_string(ctx, argc, argv, index, what, &text, exception)) return false;
    size_t length = text.length < 16 ? text.length : 0;
    for (size_t i = 0; i < length; i++) {
        if (text.units[i] > 0x7e) length = 0;
        else out[i] = (char)text.units[i];
    }
    out[length] = 0;
    pb_release_string(&text);
    return true;
}

bool pb_arg_size(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index, const char *what, size_t min, size_t max,
                 size_t *out, JSValueRef *exception) {
    if (index >= argc || !JSValueIsNumber(ctx, argv[index])) return refuse(ctx, false, what, "must be a number", exception);
    double number = JSValueToNumber(ctx, argv[index], NULL);
    if (!(number >= (double)min && number <= (double)max) || number != (double)(size_t)number)
        return refuse(ctx, true, what, "is out of range", exception);
    *out = (size_t)number;
    return true;
}

bool pb_arg_flag(JSContextRef ctx, size_t argc, const JSValueRef argv[], size_t index) {
    return index < argc && JSValueToBoolean(ctx, argv[index]);
}

/// Up to here ASCII text is made by the function that stores a byte a character; it converts byte by byte and takes five times as long.
enum { narrow_length_max = 1024 };

static void free_bytes(void *bytes, void *context) {
    (void)context;
    free(bytes);
}

JSValueRef pb_make_bytes(JSContextRef ctx, uint8_t *data, size_t length, JSValueRef *exception) {
    // The deallocator runs on failure as well (WebKit's TypedArray API takes ownership at once), so there is no free here.
    return JSObjectMakeTypedArrayWithBytesNoCopy(ctx, kJSTypedArrayTypeUint8Array, data, length, free_bytes, NULL, exception);
}

JSValueRef pb_make_bytes_copy(JSContextRef ctx, const uint8_t *data, size_t length, JSValueRef *exception) {
    uint8_t *copy = malloc(length ? length : 1);
    if (!copy) return pb_throw_memory(ctx, exception);
    memcpy(copy, data, length);
    return pb_make_bytes(ctx, copy, length, exception);
}

JSValueRef pb_make_ascii(JSContextRef ctx, const char *data, size_t length, JSValueRef *exception) {
    if (length <= narrow_length_max) {
        JSStringRef text = JSStringCreateWithUTF8CString(data);
        JSValueRef value = JSValueMakeString(ctx, text);
        JSStringRelease(text);
        return value;
    }
    JSChar *units = malloc(length * sizeof *units);
    if (!units) return pb_throw_memory(ctx, exception);
    for (size_t i = 0; i < length; i++) units[i] = (unsigned char)data[i];
    JSValueRef value = pb_make_units(ctx, units, length);
    free(units);
    return value;
}

JSValueRef pb_make_units(JSContextRef ctx, const JSChar *units, size_t length) {
    JSStringRef text = JSStringCreateWithCharacters(units, length);
    JSValueRef value = JSValueMakeString(ctx, text);
    JSStringRelease(text);
    return value;
}
