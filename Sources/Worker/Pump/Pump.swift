internal import CJSC
internal import CNatives
internal import CRing
internal import Glibc
internal import WorkerProtocol

/// The state the callbacks work on. Set once, before the pump starts; touched only by the engine's thread.
nonisolated(unsafe) var pumpState: UnsafeMutablePointer<PumpState>!

/// Runs the prelude's loop, entering it again whenever the watchdog had to end a call.
struct Pump {
    private let engine: Engine
    private let makePump: JSObjectRef
    private let native: JSObjectRef

    enum Unusable: Error { case preludeFailed(String) }

    /// Evaluates the prelude. Runs before a plugin is known, so that a warm worker has paid for it.
    init(engine: Engine, prelude: String) throws(Unusable) {
        self.engine = engine
        native = pb_natives_create(engine.context)!
        JSValueProtect(engine.context, native)
        let wrapper: JSValueRef
        do { wrapper = try engine.evaluate("(function (module, exports) {\n" + prelude + "\n})", url: "patchbay:prelude") } catch {
            throw .preludeFailed(error.text)
        }
        let module = JSObjectMake(engine.context, nil, nil)!
        let exports = JSObjectMake(engine.context, nil, nil)!
        engine.define("exports", on: module, value: exports)
        var exception: JSValueRef?
        var arguments: [JSValueRef?] = [module, exports]
        JSObjectCallAsFunction(engine.context, JSValueToObject(engine.context, wrapper, nil), nil, 2, &arguments, &exception)
        if let exception { throw .preludeFailed(engine.describe(exception)) }
        let made = Engine.withString("exports") { JSObjectGetProperty(engine.context, module, $0, nil) }
        guard let made, JSValueIsObject(engine.context, made) else { throw .preludeFailed("the prelude exports no function") }
        makePump = JSValueToObject(engine.context, made, nil)
        JSValueProtect(engine.context, makePump)
    }

    /// Serves messages until the hub goes away. Never returns.
    func run(_ state: UnsafeMutablePointer<PumpState>) -> Never {
        pumpState = state
        PumpNatives.install(on: native, engine: engine, header: state.pointee.header)
        var exception: JSValueRef?
        var arguments: [JSValueRef?] = [native]
        guard let loop = JSObjectCallAsFunction(engine.context, makePump, nil, 1, &arguments, &exception), exception == nil,
            let pump = JSValueToObject(engine.context, loop, nil)
        else { WorkerExit.engineUnusable.leave() }
        JSValueProtect(engine.context, pump)
        Watchdog.arm(engine.group)
        var ended: UInt32 = 0
        while true {
            var argument: JSValueRef? = JSValueMakeNumber(engine.context, Double(ended))
            exception = nil
            JSObjectCallAsFunction(engine.context, pump, nil, 1, &argument, &exception)
            ended = reportEnd(state, exception)
            Watchdog.arm(engine.group)
        }
    }

    /// Tells the hub about the call during which the loop was left. The loop leaves only through the watchdog, or when a plugin drives
    /// the engine out of stack or memory in a place where the prelude cannot catch it.
    private func reportEnd(_ state: UnsafeMutablePointer<PumpState>, _ exception: JSValueRef?) -> UInt32 {
        let id = state.pointee.current
        let cause = state.pointee.ended
        state.pointee.ended = nil
        state.pointee.meter.forget(id)
        if state.pointee.owesAnswer {
            let code = cause?.rawValue ?? "plugin.threw"
            let text = cause?.sentence ?? "The engine gave up: \(exception.map(engine.describe) ?? "no reason given")"
            let kind: WorkerToHub = id == PumpState.loadID ? .failed : .result
            var error = #"{"code":"\#(code)","name":"Error","message":""#
            for character in text.unicodeScalars where character != "\"" && character != "\\" && character.value >= 32 {
                error.unicodeScalars.append(character)
            }
            error += #""}"#
            error.withUTF8 { bytes in
                state.pointee.wire.send(FrameHeader(kind: kind.rawValue, flags: .error, id: id == PumpState.loadID ? 0 : id), UnsafeRawBufferPointer(bytes))
            }
            state.pointee.owesAnswer = false
        }
        return id == PumpState.loadID ? 0 : id
    }
}
