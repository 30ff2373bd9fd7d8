import CBeast

/// One request and its answer, between the C connection and the handler's task.
///
/// Everything here is touched on the connection's loop alone: the C side calls there, the task prefers it, and what may come from
/// elsewhere (`write`, `nextPiece`) goes there first. The C side holds one reference from the head to the end of the exchange, which is
/// either the call that completes the response or `closed`, never both: `connection` is nil from then on.
final class Exchange: @unchecked Sendable {
    private struct Waiting {
        var request: HTTPRequest
        let handler: RequestHandler
    }

    private var connection: OpaquePointer?
    private let loop: EventLoop
    private let core: ServerCore
    private let id: HTTPRequest.ID
    private var task: Task<Void, Never>?
    /// A request whose body is being read.
    private var waiting: Waiting?
    private var writers: [UnsafeContinuation<Void, Never>] = []
    private var reader: UnsafeContinuation<Result<[UInt8]?, BodyError>, Never>?
    private var isBodyRead = false
    private var hasHungUp = false
    private var endsOnShutdown = false
    private var isDraining = false

    init(connection: OpaquePointer, loop: EventLoop, core: ServerCore, id: HTTPRequest.ID) {
        self.connection = connection
        self.loop = loop
        self.core = core
        self.id = id
    }

    // MARK: - The handler

    func begin(_ request: HTTPRequest, _ plan: RequestPlan) {
        guard request.hasBody else { return start(request, plan.handler) }
        switch plan.body {
        case .collected: waiting = Waiting(request: request, handler: plan.handler)
        case .onDemand:
            var request = request
            request.body = .onDemand(BodyReader(exchange: self))
            start(request, plan.handler)
        }
    }

    private func start(_ request: HTTPRequest, _ handler: @escaping RequestHandler) {
        task = Task(executorPreference: loop) { [self] in
            let response = await handler(request)
            if !answer(response) { await stream(response) }
        }
    }

    // MARK: - The answer

    /// Answers with a body that is there; false, and nothing done, for one that has to be written in pieces.
    func answer(_ response: HTTPResponse) -> Bool {
        switch response.body {
        case .empty: complete(response, UnsafeRawBufferPointer(start: nil, count: 0))
        case .bytes(let bytes): bytes.withUnsafeBytes { complete(response, $0) }
        case .text(var text): text.withUTF8 { complete(response, UnsafeRawBufferPointer($0)) }
        case .file, .stream: return false
        }
        return true
    }

    private func complete(_ response: HTTPResponse, _ body: UnsafeRawBufferPointer) {
        guard let connection else { return }
        if beginHead(response, connection) {
            finish { pb_response_whole($0, body.baseAddress?.assumingMemoryBound(to: UInt8.self), body.count) }
        } else {
            completeUnexpected()
        }
    }

    /// A response that cannot be sent, because a field would break the head, is the hub's mistake and becomes a 500.
    private func completeUnexpected() {
        _ = answer(ProblemDocument.unexpected.about(id).response)
    }

    private func beginHead(_ response: HTTPResponse, _ connection: OpaquePointer) -> Bool {
        pb_response_begin(connection, Int32(response.status.rawValue))
        if response.closesConnection { pb_response_close_after(connection) }
        for (name, value) in response.headers {
            var (name, value) = (name, value)
            let fits = name.withUTF8 { name in
                value.withUTF8 { value in
                    name.withMemoryRebound(to: CChar.self) { name in
                        value.withMemoryRebound(to: CChar.self) { value in
                            pb_response_field(connection, name.baseAddress, name.count, value.baseAddress, value.count)
                        }
                    }
                }
            }
            if !fits {
                pb_response_abandon(connection)
                return false
            }
        }
        return true
    }

    /// The last call on the connection. It may bring the client's next request, so nothing of this exchange is touched after it.
    private func finish(_ last: (OpaquePointer) -> Void) {
        guard let connection else { return }
        self.connection = nil
        last(connection)
        Unmanaged.passUnretained(self).release()
    }

    func stream(_ response: HTTPResponse) async {
        guard let connection else { return }
        let length: Int?
        let write: @Sendable (ResponseWriter) async throws -> Void
        switch response.body {
        case .stream(let stream):
            length = stream.length
            endsOnShutdown = stream.endsOnShutdown
            write = stream.write
        case .file(let file, let range):
            length = range.count
            write = { try await Self.copy(file, range, to: $0) }
        case .empty, .bytes, .text: return
        }
        guard beginHead(response, connection) else { return completeUnexpected() }
        pb_response_stream(connection, Int64(length ?? -1))
        do {
            try await write(ResponseWriter(exchange: self))
            finish(pb_response_end)
        } catch is CancellationError where isDraining {
            finish(pb_response_end)
        } catch {
            finish(pb_response_cut)
        }
    }

    /// How much of a file is read at once: large enough that hopping to the lane of files does not show.
    private static let pieceBytes = 128 * 1024

    private static func copy(_ file: OpenFile, _ range: Range<Int>, to writer: ResponseWriter) async throws {
        var place = range.lowerBound
        while place < range.upperBound {
            let (start, count) = (place, min(pieceBytes, range.upperBound - place))
            let piece = try await BlockingLane.files.run { file.read(count, at: start) }
            if piece.isEmpty { return }  // shorter than it was: the response is cut
            try await writer.write(piece)
            place += piece.count
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        guard loop.isCurrent else { return try await withTaskExecutorPreference(loop) { try await self.write(bytes) } }
        try Task.checkCancellation()
        guard let connection, !hasHungUp else { throw CancellationError() }
        if bytes.withUnsafeBufferPointer({ pb_response_write(connection, $0.baseAddress, $0.count) }) { return }
        await withUnsafeContinuation { writers.append($0) }
        try Task.checkCancellation()
        if self.connection == nil || hasHungUp { throw CancellationError() }
    }

    // MARK: - The body

    func nextPiece() async throws(BodyError) -> [UInt8]? {
        guard loop.isCurrent else {
            do { return try await withTaskExecutorPreference(loop) { try await self.nextPiece() } } catch { throw .broken }
        }
        if isBodyRead { return nil }
        precondition(reader == nil, "a body is read by one reader at a time")
        let result: Result<[UInt8]?, BodyError> = await withUnsafeContinuation { continuation in
            guard let connection else { return continuation.resume(returning: .failure(.broken)) }
            reader = continuation
            pb_body_read(connection)
        }
        return try result.get()
    }

    // MARK: - What the connection tells

    func body(_ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool) {
        if var waiting = take(&waiting) {
            waiting.request.body = .collected(Array(bytes))
            return start(waiting.request, waiting.handler)
        }
        isBodyRead = isLast
        let piece: [UInt8]? = bytes.isEmpty && isLast ? nil : Array(bytes)
        take(&reader)?.resume(returning: .success(piece))
    }

    func drained() { resumeWriters() }

    func late() {
        task?.cancel()
        _ = answer(ProblemDocument.late.about(id).response)
    }

    func hungUp() {
        hasHungUp = true
        task?.cancel()
        resumeWriters()
    }

    func draining() {
        isDraining = true
        guard endsOnShutdown else { return }
        task?.cancel()
        resumeWriters()
    }

    func closed() {
        connection = nil
        waiting = nil
        task?.cancel()
        resumeWriters()
        take(&reader)?.resume(returning: .failure(.broken))
    }

    private func resumeWriters() {
        let waiting = writers
        writers = []
        for writer in waiting { writer.resume() }
    }

    private func take<T>(_ place: inout T?) -> T? {
        defer { place = nil }
        return place
    }
}
