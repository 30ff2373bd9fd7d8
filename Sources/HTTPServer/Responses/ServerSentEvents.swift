/// One event of an event stream (WHATWG HTML § 9.2).
package struct ServerSentEvent: Sendable, Hashable {
    package var data: String
    package var event: String?
    /// Comes back as `Last-Event-ID` when a browser connects again.
    package var id: String?
    /// How long a browser waits before it connects again.
    package var retry: Duration?

    package init(data: String, event: String? = nil, id: String? = nil, retry: Duration? = nil) {
        self.data = data
        self.event = event
        self.id = id
        self.retry = retry
    }

    /// The event's lines. Line ends in names and ids are left out, since they would begin a further field; so are NULs in ids.
    package var encoded: String {
        var text = ""
        func single(_ value: String) -> String {
            String(String.UnicodeScalarView(value.unicodeScalars.filter { !"\r\n\0".unicodeScalars.contains($0) }))
        }
        if let event { text += "event: \(single(event))\n" }
        if let id { text += "id: \(single(id))\n" }
        if let retry { text += "retry: \(retry.milliseconds)\n" }
        for line in Self.lines(data) { text += "data: \(line)\n" }
        return text + "\n"
    }

    /// CR, LF and CRLF each end a line, as readers see them.
    private static func lines(_ text: String) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var last: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\n", last == "\r" {
                // The end of a line that CR has ended.
            } else if scalar == "\n" || scalar == "\r" {
                lines.append(String(line))
                line = .init()
            } else {
                line.append(scalar)
            }
            last = scalar
        }
        lines.append(String(line))
        return lines
    }
}

/// Sends events to one client.
package struct EventStream: Sendable {
    let writer: ResponseWriter

    package func send(_ event: ServerSentEvent) async throws { try await writer.write(event.encoded) }
    package func comment(_ text: String) async throws { try await writer.write(": \(text.filter { !$0.isNewline })\n\n") }
}

extension HTTPResponse {
    /// An event stream. A comment is sent every `heartbeat`, so that proxies keep it and a client that is gone is noticed. `body` is
    /// cancelled when the client goes away and when the server goes down; the stream then ends well and a browser connects again.
    package static func events(
        heartbeat: Duration = .seconds(15), _ body: @escaping @Sendable (EventStream) async throws -> Void
    ) -> HTTPResponse {
        let stream = ResponseStream(endsOnShutdown: true) { writer in
            let events = EventStream(writer: writer)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while true {
                        try await Task.sleep(for: heartbeat)
                        try await events.comment("")
                    }
                }
                group.addTask { try await body(events) }
                // The body ends, or the heartbeat finds the client gone: either way the other has nothing to do any more.
                defer { group.cancelAll() }
                try await group.next()
            }
        }
        return HTTPResponse(
            headers: ["Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"], body: .stream(stream))
    }
}
