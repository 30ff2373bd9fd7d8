internal import CJSC
internal import Glibc

/// A JavaScriptCore virtual machine with one global context.
///
/// Not thread-safe: the worker has one thread that uses it. Made once per process, after the fork and before lock-down: nothing
/// it does later needs a file or a new executable mapping (docs/sandbox.md, trap 16).
struct Engine {
    let group: JSContextGroupRef
    let context: JSGlobalContextRef

    init() {
        group = JSContextGroupCreate()
        context = JSGlobalContextCreateInGroup(group, nil)
        JSGlobalContextSetInspectable(context, false)
    }

    /// Arms the watchdog and enters once, which starts the engine's timer thread before lock-down. Last of all: while it is armed, every
    /// entry costs a look at the clock and a word to that thread.
    func startTimer() {
        Watchdog.arm(group)
        _ = try? evaluate("0", url: "patchbay:warm-up")
    }

    /// Sets up what all engines of a process share, in the process that forks: a millisecond that no worker then pays. No thread may come of it
    /// (a fork would lose it), so the allocator's one is held back until ``forked()``. Where the library does not export the two functions
    /// that do this, workers start a little slower.
    static func prepareToFork() {
        guard let hold = allocatorThread("pas_scavenger_suspend"), allocatorThread("pas_scavenger_resume") != nil else { return }
        hold()
        withString("") { _ in }
    }

    /// To be called in a fork of a process that was prepared.
    static func forked() { allocatorThread("pas_scavenger_resume")?() }

    private static func allocatorThread(_ name: String) -> (@convention(c) () -> Void)? {
        dlsym(nil, name).map { unsafeBitCast($0, to: (@convention(c) () -> Void).self) }
    }

    /// An exception of the engine, as text.
    struct Failure: Error { let text: String }

    @discardableResult
    func evaluate(_ source: String, url: String) throws(Failure) -> JSValueRef {
        var exception: JSValueRef?
        let value = Self.withString(source) { source in
            Self.withString(url) { url in JSEvaluateScript(context, source, nil, url, 1, &exception) }
        }
        if let exception { throw Failure(text: describe(exception)) }
        return value!
    }

    /// Text of a value for our own failures; plugin errors are described by the prelude.
    func describe(_ value: JSValueRef) -> String {
        var exception: JSValueRef?
        guard let string = JSValueToStringCopy(context, value, &exception) else { return "an exception that cannot be described" }
        defer { JSStringRelease(string) }
        let capacity = JSStringGetMaximumUTF8CStringSize(string)
        return String(unsafeUninitializedCapacity: capacity) { buffer in
            let written = buffer.withMemoryRebound(to: CChar.self) { JSStringGetUTF8CString(string, $0.baseAddress, capacity) }
            return max(0, written - 1)
        }
    }

    /// Adds a function implemented in Swift to an object.
    func define(_ name: String, on object: JSObjectRef, _ callback: JSObjectCallAsFunctionCallback) {
        Self.withString(name) { name in
            let function = JSObjectMakeFunctionWithCallback(context, name, callback)
            JSObjectSetProperty(context, object, name, function, 0, nil)
        }
    }

    func define(_ name: String, on object: JSObjectRef, value: JSValueRef) {
        Self.withString(name) { JSObjectSetProperty(context, object, $0, value, 0, nil) }
    }

    /// Lends a JavaScriptCore string. The text must not hold NUL characters.
    static func withString<Result>(_ text: String, _ body: (JSStringRef) -> Result) -> Result {
        let string = JSStringCreateWithUTF8CString(text)!
        defer { JSStringRelease(string) }
        return body(string)
    }
}
