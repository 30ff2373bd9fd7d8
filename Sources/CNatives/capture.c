// Reads many of the language's own functions in one call. From JavaScript the same costs several times as much in a fresh engine,
// where most of the time goes into compiling a long list of property reads.
#include "capture.h"
#include <string.h>

enum { paths_max = 256 };

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
