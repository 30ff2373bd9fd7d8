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
    private let pump: JSObjectRef
    private let native: JSObjectRef
    private let rehearsal: JSObjectRef

    enum Unusable: Error { case preludeFailed(String) }

    /// Evaluates the prelude. Runs before a plugin is known, so that a warm worker has paid for it.
    init(engine: Engine, prelude: String) throws(Unusable) {
        self.engine = engine
        native = pb_natives_create(engine.context)!
        JSValueProtect(engine.context, native)
        PumpNatives.install(on: native, engine: engine)
        let exports = JSObjectMake(engine.context, nil, nil)!
        let handover = JSObjectMake(engine.context, nil, nil)!
        engine.define("native", on: handover, value: native)
        engine.define("exports", on: handover, value: exports)
        engine.define("patchbayPrelude", on: JSContextGetGlobalObject(engine.context), value: handover)
        do { try engine.evaluate(prelude, url: "patchbay:prelude") } catch { throw .preludeFailed(error.text) }
        let made = Engine.withString("pump") { JSObjectGetProperty(engine.context, exports, $0, nil) }
        guard let made, JSValueIsObject(engine.context, made) else { throw .preludeFailed("it exports no pump") }
        pump = JSValueToObject(engine.context, made, nil)
        JSValueProtect(engine.context, pump)
        let rehearse = Engine.withString("rehearse") { JSObjectGetProperty(engine.context, exports, $0, nil) }
        guard let rehearse, JSValueIsObject(engine.context, rehearse) else { throw .preludeFailed("it exports no rehearsal") }
        rehearsal = JSValueToObject(engine.context, rehearse, nil)
        JSValueProtect(engine.context, rehearsal)
    }

    /// Lets the prelude go through a start of its own while `isWaiting` says that there is no plugin yet. It is asked between the steps,
    /// each of which takes a fraction of a millisecond.
    func rehearse(while isWaiting: () -> Bool) {
        var number = 0.0
        while isWaiting(), rehearseStep(number) { number += 1 }
        _ = rehearseStep(-1)
    }

    private func rehearseStep(_ number: Double) -> Bool {
        var argument: JSValueRef? = JSValueMakeNumber(engine.context, number)
        var exception: JSValueRef?
        let more = JSObjectCallAsFunction(engine.context, rehearsal, nil, 1, &argument, &exception)
        return exception == nil && JSValueToBoolean(engine.context, more)
    }

    /// Serves messages until the hub goes away. Never returns.
    func run(_ state: UnsafeMutablePointer<PumpState>) -> Never {
        pumpState = state
        var exception: JSValueRef?
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
        state.pointee.publishHeldOfOthers()
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
                state.pointee.wire.send(
                    FrameHeader(kind: kind.rawValue, flags: .error, id: id == PumpState.loadID ? 0 : id), UnsafeRawBufferPointer(bytes))
            }
            state.pointee.owesAnswer = false
        }
        return id == PumpState.loadID ? 0 : id
    }
}
