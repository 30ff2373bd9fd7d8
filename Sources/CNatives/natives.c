// The object with all native functions.
#include "capture.h"
#include "calendar.h"
#include "crypto.h"
#include "entropy_clock.h"
#include "text.h"

// A class with static functions: the engine makes a function object on its first use, so those nobody uses cost nothing.
static const JSStaticFunction functions[] = {
    {"capture", pb_capture, kJSPropertyAttributeReadOnly},
    {"captureNames", pb_capture_names, kJSPropertyAttributeReadOnly},
    {"utf8Encode", pb_utf8_encode, kJSPropertyAttributeReadOnly},
    {"utf8Decode", pb_utf8_decode, kJSPropertyAttributeReadOnly},
    {"utf8CompleteLength", pb_utf8_complete_length, kJSPropertyAttributeReadOnly},
    {"utf16leDecode", pb_utf16le_decode, kJSPropertyAttributeReadOnly},
    {"windows1252Decode", pb_windows1252_decode, kJSPropertyAttributeReadOnly},
    {"binaryDecode", pb_binary_decode, kJSPropertyAttributeReadOnly},
    {"binaryEncode", pb_binary_encode, kJSPropertyAttributeReadOnly},
    {"base64Encode", pb_base64_encode, kJSPropertyAttributeReadOnly},
    {"base64Decode", pb_base64_decode, kJSPropertyAttributeReadOnly},
    {"percentEncode", pb_percent_encode, kJSPropertyAttributeReadOnly},
    {"percentDecode", pb_percent_decode, kJSPropertyAttributeReadOnly},
    {"domainToASCII", pb_domain_to_ascii, kJSPropertyAttributeReadOnly},
    {"randomBytes", pb_random_bytes, kJSPropertyAttributeReadOnly},
    {"randomUUID", pb_random_uuid, kJSPropertyAttributeReadOnly},
    {"now", pb_now, kJSPropertyAttributeReadOnly},
    {"timeOrigin", pb_time_origin, kJSPropertyAttributeReadOnly},
    {"digest", pb_digest, kJSPropertyAttributeReadOnly},
    {"hmac", pb_hmac, kJSPropertyAttributeReadOnly},
    {"bytesEqual", pb_bytes_equal, kJSPropertyAttributeReadOnly},
    {"aesGcm", pb_aes_gcm, kJSPropertyAttributeReadOnly},
    {"keyGenerate", pb_key_generate, kJSPropertyAttributeReadOnly},
    {"keyPublic", pb_key_public, kJSPropertyAttributeReadOnly},
    {"keyImport", pb_key_import, kJSPropertyAttributeReadOnly},
    {"keyExport", pb_key_export, kJSPropertyAttributeReadOnly},
    {"sign", pb_sign, kJSPropertyAttributeReadOnly},
    {"verify", pb_verify, kJSPropertyAttributeReadOnly},
    {NULL, NULL, 0},
};

void pb_natives_prepare(void) {
    pb_crypto_prepare();
    pb_idna_prepare();
    pb_calendar_prepare();
}

/// Makes a small buffer once. The first one lets the engine's allocator reserve 64 MiB of address space, and a process that may
/// not have that much more private memory dies of it (SIGILL in libpas, 2.50.6): it has to happen before limits are set.
static void reserve_buffer_space(JSContextRef ctx) {
    JSObjectRef array = JSObjectMakeTypedArray(ctx, kJSTypedArrayTypeUint8Array, 8, NULL);
    if (array) JSObjectGetTypedArrayBytesPtr(ctx, array, NULL);
}

JSObjectRef pb_natives_create(JSContextRef ctx) {
    static JSClassRef natives;
    if (!natives) {
        JSClassDefinition definition = kJSClassDefinitionEmpty;
        definition.className = "Natives";
        definition.staticFunctions = functions;
        natives = JSClassCreate(&definition);
    }
    pb_bridge_adopt(ctx);
    pb_clock_start();
    reserve_buffer_space(ctx);
    return JSObjectMake(ctx, natives, NULL);
}
