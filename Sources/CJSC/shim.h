// JavaScriptCore's C API, plus functions that the library exports without a public header. Each of the latter was checked
// with `nm -D` on Debian 12's 2.50.6; Worker/Engine resolves the ones that may vanish at run time (docs/decisions/0003).
#pragma once
#include <JavaScriptCore/JavaScript.h>
#include <stdbool.h>
#include <stddef.h>

typedef bool (*JSShouldTerminateCallback)(JSContextRef context, void *data);
extern void JSContextGroupSetExecutionTimeLimit(JSContextGroupRef, double seconds, JSShouldTerminateCallback, void *data);
extern void JSContextGroupClearExecutionTimeLimit(JSContextGroupRef);
extern void JSGlobalContextSetUnhandledRejectionCallback(JSGlobalContextRef, JSObjectRef function, JSValueRef *exception);
extern void JSGlobalContextSetEvalEnabled(JSGlobalContextRef, bool enabled, JSStringRef message);
extern void JSSynchronousGarbageCollectForDebugging(JSContextRef);
extern void JSLock(JSContextRef);
extern void JSUnlock(JSContextRef);
