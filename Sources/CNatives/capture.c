// Reads many of the language's own functions in one call. From JavaScript the same costs several times as much in a fresh engine,
// where most of the time goes into compiling a long list of property reads.
#include "capture.h"
#include <string.h>

enum { paths_max = 256, name_max = 80 };

static JSValueRef property(JSContextRef ctx, JSValueRef holder, const char *name) {
    if (!holder || !JSValueIsObject(ctx, holder)) return NULL;
    JSStringRef key = JSStringCreateWithUTF8CString(name);
    JSValueRef value = JSObjectGetProperty(ctx, (JSObjectRef)holder, key, NULL);
    JSStringRelease(key);
    return value;
}

static bool starts_with(const JSChar *units, size_t length, const char *text) {
    for (; *text; text++, units++, length--)
        if (!length || *units != (unsigned char)*text) return false;
    return true;
}

/// The value of one step from `holder`: a property, `__proto__` for the prototype, or `@@name` for the property of that symbol.
static JSValueRef step(JSContextRef ctx, JSValueRef holder, const JSChar *name, size_t length, bool getter) {
    if (!holder || !JSValueIsObject(ctx, holder)) return NULL;
    if (length == 9 && starts_with(name, length, "__proto__")) return JSObjectGetPrototype(ctx, (JSObjectRef)holder);
    bool is_symbol = starts_with(name, length, "@@");
    JSStringRef text = JSStringCreateWithCharacters(name + 2 * is_symbol, length - 2 * is_symbol);
    JSValueRef key = NULL, value = NULL;
    JSValueRef global = JSContextGetGlobalObject(ctx);
    if (is_symbol) key = JSObjectGetProperty(ctx, (JSObjectRef)property(ctx, global, "Symbol"), text, NULL);
    else if (getter) key = JSValueMakeString(ctx, text);
    if (getter) {
        JSValueRef describe = property(ctx, property(ctx, global, "Reflect"), "getOwnPropertyDescriptor");
        JSValueRef arguments[2] = {holder, key};
        value = property(ctx, JSObjectCallAsFunction(ctx, (JSObjectRef)describe, NULL, 2, arguments, NULL), "get");
    } else if (is_symbol) {
        value = JSObjectGetPropertyForKey(ctx, (JSObjectRef)holder, key, NULL);
    } else {
        value = JSObjectGetProperty(ctx, (JSObjectRef)holder, text, NULL);
    }
    JSStringRelease(text);
    return value && JSValueIsUndefined(ctx, value) ? NULL : value;
}

/// Follows `steps`, each with its dot or colon at the end, from the global object.
static JSValueRef walk(JSContextRef ctx, const JSChar *steps, size_t length) {
    JSValueRef holder = JSContextGetGlobalObject(ctx);
    for (size_t i = 0, start = 0; i < length && holder; i++) {
        if (steps[i] != '.' && steps[i] != ':') continue;
        holder = step(ctx, holder, steps + start, i - start, false);
        start = i + 1;
    }
    return holder;
}

/// capture(paths) -> Array of the values at `paths`, which are separated by blanks: `Map.prototype.get` walks from the global object, and
/// a last step after a colon, as in `Map.prototype:size`, is that property's getter. For use before any plugin code has run.
PB_NATIVE(pb_capture) {
    PB_UNUSED;
    pb_string paths;
    if (!pb_arg_string(ctx, argc, argv, 0, "capture: the paths", &paths, exception)) return NULL;
    JSValueRef found[paths_max];  // on the stack, where the collector sees them
    JSValueRef value = NULL, holder = NULL;
    const JSChar *known = NULL;  // the steps that led to `holder`: neighbours in the list mostly share them
    size_t count = 0, known_length = 0;
    for (size_t start = 0, end; start < paths.length && count < paths_max; start = end + 1) {
        for (end = start; end < paths.length && paths.units[end] != ' ';) end++;
        const JSChar *path = paths.units + start;
        size_t last = end - start;
        while (last && path[last - 1] != '.' && path[last - 1] != ':') last--;
        bool getter = last && path[last - 1] == ':';
        size_t shared = last ? last - 1 : 0;
        if (!known || shared != known_length || memcmp(path, known, shared * sizeof *path) != 0) {
            holder = walk(ctx, path, last);
            known = path;
            known_length = shared;
        }
        value = step(ctx, holder, path + last, end - start - last, getter);
        if (!value) break;
        found[count++] = value;
    }
    pb_release_string(&paths);
    if (!value) return pb_throw_type(ctx, exception, "capture: a path leads nowhere");
    return JSObjectMakeArray(ctx, count, found, exception);
}

static JSChar upper(JSChar unit) { return unit >= 'a' && unit <= 'z' ? unit - 0x20 : unit; }

/// Writes the name of a path: its steps, each with a capital first letter, and `Get` before a getter's. What the typed arrays share hangs
/// on a constructor without a global name, `Uint8Array.__proto__`; it is called TypedArray.
static size_t write_name(const JSChar *path, size_t length, JSChar *out) {
    static const char shared[] = "Uint8Array.__proto__", shared_name[] = "TypedArray";
    size_t count = 0;
    bool first = true;
    if (length > sizeof shared - 1 && starts_with(path, length, shared)) {
        path += sizeof shared - 1;
        length -= sizeof shared - 1;
        for (const char *c = shared_name; *c; c++) out[count++] = (JSChar)*c;
    }
    for (size_t i = 0; i < length && count < name_max - 4; i++) {
        if (path[i] == '.' || path[i] == ':') {
            first = true;
            for (const char *c = "Get"; path[i] == ':' && *c; c++) out[count++] = (JSChar)*c;
        } else if (path[i] != '@') {
            out[count++] = first ? upper(path[i]) : path[i];
            first = false;
        }
    }
    return count;
}

/// captureNames(paths) -> Array of the names of `paths`: Map.prototype.get is MapPrototypeGet, Map.prototype:size MapPrototypeGetSize.
PB_NATIVE(pb_capture_names) {
    PB_UNUSED;
    pb_string paths;
    if (!pb_arg_string(ctx, argc, argv, 0, "captureNames: the paths", &paths, exception)) return NULL;
    JSValueRef names[paths_max];
    size_t count = 0;
    for (size_t start = 0, end; start < paths.length && count < paths_max; start = end + 1) {
        for (end = start; end < paths.length && paths.units[end] != ' ';) end++;
        JSChar name[name_max];
        names[count++] = pb_make_units(ctx, name, write_name(paths.units + start, end - start, name));
    }
    pb_release_string(&paths);
    return JSObjectMakeArray(ctx, count, names, exception);
}
