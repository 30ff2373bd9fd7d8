internal import CJSC
internal import Glibc

/// Runs what promises have left to do, from inside a host function.
///
/// Microtasks otherwise run only when the outermost call into the engine returns, and every one of them would restart the
/// watchdog (docs/sandbox.md, traps 2 and 4). The function is exported by the library but not declared in a header, so it is
/// looked up by its mangled name; where it is missing the worker refuses to start rather than running without time limits.
struct Drain {
    private typealias Function = @convention(c) (JSContextGroupRef) -> Void
    private let function: Function
    private let group: JSContextGroupRef
    private let context: JSGlobalContextRef

    static let symbol = "_ZN3JSC2VM15drainMicrotasksEv"

    init?(_ engine: Engine) {
        guard let address = dlsym(nil, Self.symbol) else { return nil }
        function = unsafeBitCast(address, to: Function.self)
        group = engine.group
        context = engine.context
    }

    @inline(__always)
    func callAsFunction() {
        JSLock(context)
        function(group)
        JSUnlock(context)
    }
}
