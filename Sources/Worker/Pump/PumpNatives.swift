internal import CJSC
internal import CRing
internal import Glibc
internal import WorkerProtocol

/// The host functions of the pump: the only contact between JavaScript and the wire.
enum PumpNatives {
    /// Kind, flags, id and extra of the message last returned by `step`, shared with the prelude as a typed array. Lives as long as the process.
    nonisolated(unsafe) static let header: UnsafeMutablePointer<UInt32> = {
        let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 4)
        words.initialize(repeating: 0, count: 4)
        return words
    }()

    /// The engine whose prelude runs; there is one a process.
    private nonisolated(unsafe) static var pumpEngine: Engine?

    static func install(on native: JSObjectRef, engine: Engine) {
        pumpEngine = engine
        engine.define("step", on: native, step)
        engine.define("send", on: native, send)
        engine.define("callSync", on: native, callSync)
        engine.define("evaluate", on: native, evaluate)
        engine.define("charge", on: native, charge)
        engine.define("mark", on: native, mark)
        engine.define("part", on: native, part)
        engine.define("onUnhandledRejection", on: native, onUnhandledRejection)
        let words = JSObjectMakeTypedArrayWithBytesNoCopy(engine.context, kJSTypedArrayTypeUint32Array, header, 16, { _, _ in }, nil, nil)!
        engine.define("header", on: native, value: words)
    }

    /// `step(reply)`: runs pending promise work, publishes `reply` (text; null for "no value"; undefined for nothing), waits for the
    /// next message, fills `header` and returns the payload.
    private static let step: JSObjectCallAsFunctionCallback = { context, _, _, count, arguments, _ in
        let state = pumpState!
        state.pointee.drain()
        // The watchdog may have struck during the drain: go back at once, so that the engine unwinds.
        guard state.pointee.ended == nil else { return JSValueMakeUndefined(context) }
        state.pointee.publishHeld()
        if count > 0, let reply = arguments![0] {
            if JSValueIsString(context, reply) {
                sendText(state, reply, FrameHeader(kind: WorkerToHub.result.rawValue, id: state.pointee.current))
                state.pointee.owesAnswer = false
            } else if JSValueIsNull(context, reply) {
                state.pointee.wire.send(
                    FrameHeader(kind: WorkerToHub.result.rawValue, flags: .undefined, id: state.pointee.current),
                    UnsafeRawBufferPointer(start: nil, count: 0))
                state.pointee.owesAnswer = false
            }
        }
        state.pointee.current = 0
        reportDroppedLines(state)
        if !state.pointee.deferred.isEmpty { return take(state, state.pointee.deferred.removeFirst(), context) }
        state.pointee.wire.receive()
        return deliver(state, state.pointee.wire.header, state.pointee.wire.buffer, context)
    }

    private static func take(_ state: UnsafeMutablePointer<PumpState>, _ frame: Frame, _ context: JSContextRef?) -> JSValueRef? {
        var payload = frame.payload
        payload.append(0)
        return payload.withUnsafeMutableBufferPointer { deliver(state, frame.header, $0.baseAddress!, context) }
    }

    /// Makes a message current and turns its payload into a value. `payload` ends with a NUL.
    private static func deliver(
        _ state: UnsafeMutablePointer<PumpState>, _ message: FrameHeader, _ payload: UnsafeMutablePointer<UInt8>, _ context: JSContextRef?
    ) -> JSValueRef? {
        header[0] = UInt32(message.kind)
        header[1] = UInt32(message.flags.rawValue)
        header[2] = message.id
        header[3] = message.extra
        switch HubToWorker(rawValue: message.kind) {
        case .call, .batch, .next, .cancel:
            state.pointee.current = message.id
            state.pointee.owesAnswer = true
        case .script:
            state.pointee.current = PumpState.loadID
            state.pointee.owesAnswer = true
        default: break
        }
        guard message.length > 0 else { return JSValueMakeUndefined(context) }
        let string = IncomingText.string(payload, Int(message.length))
        defer { JSStringRelease(string) }
        if message.kind == HubToWorker.script.rawValue { return JSValueMakeString(context, string) }
        return JSValueMakeFromJSONString(context, string) ?? JSValueMakeUndefined(context)
    }

    /// `send(kind, flags, id, extra, text)`.
    private static let send: JSObjectCallAsFunctionCallback = { context, _, _, count, arguments, _ in
        // While the prelude rehearses there is nobody to send to.
        guard let state = pumpState else { return JSValueMakeUndefined(context) }
        guard count >= 5, let arguments, state.pointee.ended == nil else { return JSValueMakeUndefined(context) }
        let kind = number(context, arguments[0])
        let header = FrameHeader(
            kind: UInt16(truncatingIfNeeded: kind), flags: FrameFlags(rawValue: UInt16(truncatingIfNeeded: number(context, arguments[1]))),
            id: number(context, arguments[2]), extra: number(context, arguments[3]))
        switch WorkerToHub(rawValue: header.kind) {
        case .notify:
            guard state.pointee.logGate.admits(now: pb_now_ns()) else { return JSValueMakeUndefined(context) }
        default: break
        }
        sendText(state, arguments[4], header, held: HeldAnswers.holds(header))
        return JSValueMakeUndefined(context)
    }

    /// `callSync(flags, number, owner, text)`: a host call during which the plugin waits. Leaves the reply's flags in `header[1]`.
    private static let callSync: JSObjectCallAsFunctionCallback = { context, _, _, count, arguments, _ in
        let state = pumpState!
        guard count >= 4, let arguments, state.pointee.ended == nil else { return JSValueMakeUndefined(context) }
        let id = number(context, arguments[1])
        sendText(
            state, arguments[3],
            FrameHeader(kind: WorkerToHub.hostCall.rawValue, flags: .synchronous, id: id, extra: number(context, arguments[2])))
        while true {
            state.pointee.wire.receive()
            let header = state.pointee.wire.header
            let buffer = state.pointee.wire.buffer
            if header.kind == HubToWorker.hostReply.rawValue, header.id == id {
                Self.header[1] = UInt32(header.flags.rawValue)
                guard header.length > 0 else { return JSValueMakeUndefined(context) }
                let string = IncomingText.string(buffer, Int(header.length))
                defer { JSStringRelease(string) }
                return JSValueMakeFromJSONString(context, string) ?? JSValueMakeUndefined(context)
            }
            // The hub bounds the calls it has open, and so this list.
            state.pointee.deferred.append(
                Frame(header: header, payload: [UInt8](UnsafeBufferPointer(start: buffer, count: Int(header.length)))))
        }
    }

    /// `evaluate(source, url)`: the value of a script, or its exception.
    private static let evaluate: JSObjectCallAsFunctionCallback = { context, _, _, count, arguments, exception in
        guard count >= 2, let arguments, let source = JSValueToStringCopy(context, arguments[0], exception) else {
            return JSValueMakeUndefined(context)
        }
        defer { JSStringRelease(source) }
        guard let url = JSValueToStringCopy(context, arguments[1], exception) else { return JSValueMakeUndefined(context) }
        defer { JSStringRelease(url) }
        return JSEvaluateScript(context, source, nil, url, 1, exception) ?? JSValueMakeUndefined(context)
    }

    /// `charge(id)`: from here on the watchdog charges this call.
    private static let charge: JSObjectCallAsFunctionCallback = { context, _, _, count, arguments, _ in
        guard count >= 1, let arguments else { return JSValueMakeUndefined(context) }
        let id = number(context, arguments[0])
        pumpState.pointee.current = id
        pumpState.pointee.owesAnswer = id != 0
        return JSValueMakeUndefined(context)
    }

    /// `mark(number)`: how far a facade has come in its call, for the case that it comes no further.
    private static let mark: JSObjectCallAsFunctionCallback = { context, _, _, count, arguments, _ in
        if count >= 1, let arguments { pumpState.pointee.wire.mark(number(context, arguments[0])) }
        return JSValueMakeUndefined(context)
    }

    /// `part(path)`: the function that a file of the runtime is, or undefined.
    private static let part: JSObjectCallAsFunctionCallback = { context, _, _, count, arguments, exception in
        guard count >= 1, let engine = pumpEngine, let path = arguments?[0].map(engine.describe), let source = RuntimeFiles.parts[path]
        else { return JSValueMakeUndefined(context) }
        return Engine.withString(source) { source in
            Engine.withString("patchbay:" + path) { JSEvaluateScript(context, source, nil, $0, 1, exception) }
        } ?? JSValueMakeUndefined(context)
    }

    /// `onUnhandledRejection(callback)`: the engine calls it with a promise nobody handled, and its reason.
    private static let onUnhandledRejection: JSObjectCallAsFunctionCallback = { context, _, _, count, arguments, exception in
        guard count >= 1, let arguments, let function = JSValueToObject(context, arguments[0], exception) else {
            return JSValueMakeUndefined(context)
        }
        JSGlobalContextSetUnhandledRejectionCallback(JSContextGetGlobalContext(context), function, exception)
        return JSValueMakeUndefined(context)
    }

    @inline(__always)
    private static func number(_ context: JSContextRef?, _ value: JSValueRef?) -> UInt32 {
        let number = JSValueToNumber(context, value, nil)
        return number >= 0 && number <= Double(UInt32.max) ? UInt32(number) : 0
    }

    /// Sends a value's text. Text longer than a message may be is replaced by an error under the same id, so that nobody waits in vain.
    private static func sendText(_ state: UnsafeMutablePointer<PumpState>, _ value: JSValueRef?, _ header: FrameHeader, held: Bool = false)
    {
        let context = state.pointee.engine.context
        guard let value, let string = JSValueToStringCopy(context, value, nil) else { return }
        defer { JSStringRelease(string) }
        let capacity = JSStringGetMaximumUTF8CStringSize(string)
        guard JSStringGetLength(string) <= state.pointee.messageBytesMax, reserve(state, capacity) else {
            return sendTooLong(state, header, held: held)
        }
        let written = JSStringGetUTF8CString(string, state.pointee.scratch, state.pointee.scratchCapacity)
        let length = max(0, written - 1)
        guard length <= state.pointee.messageBytesMax else { return sendTooLong(state, header, held: held) }
        state.pointee.put(header, UnsafeRawBufferPointer(start: state.pointee.scratch, count: length), held: held)
        // A rare large message should not be paid for by every later one.
        if state.pointee.scratchCapacity > 4 << 20 { release(state) }
    }

    private static func reserve(_ state: UnsafeMutablePointer<PumpState>, _ capacity: Int) -> Bool {
        guard capacity > state.pointee.scratchCapacity else { return true }
        guard let larger = malloc(capacity) else { return false }
        state.pointee.scratch.deallocate()
        state.pointee.scratch = larger.assumingMemoryBound(to: CChar.self)
        state.pointee.scratchCapacity = capacity
        return true
    }

    private static func release(_ state: UnsafeMutablePointer<PumpState>) {
        state.pointee.scratch.deallocate()
        state.pointee.scratchCapacity = 64 << 10
        state.pointee.scratch = .allocate(capacity: state.pointee.scratchCapacity)
    }

    private static func sendTooLong(_ state: UnsafeMutablePointer<PumpState>, _ header: FrameHeader, held: Bool) {
        var header = header
        var text =
            #"{"code":"limit.message-size","name":"Error","message":"The message is longer than the \#(state.pointee.messageBytesMax) bytes allowed. Return less at a time, for example from a generator."}"#
        switch WorkerToHub(rawValue: header.kind) {
        case .item, .streamEnd: header.kind = WorkerToHub.result.rawValue
        case .notify, .hostCall: return  // the prelude measures host calls before it sends them
        default: break
        }
        header.flags.insert(.error)
        text.withUTF8 { state.pointee.put(header, UnsafeRawBufferPointer($0), held: held) }
    }

    private static func reportDroppedLines(_ state: UnsafeMutablePointer<PumpState>) {
        guard state.pointee.logGate.dropped > 0 else { return }
        var text = "log.dropped\n{\"lines\":\(state.pointee.logGate.takeDropped())}"
        text.withUTF8 { state.pointee.wire.send(FrameHeader(kind: WorkerToHub.notify.rawValue), UnsafeRawBufferPointer($0)) }
    }
}
