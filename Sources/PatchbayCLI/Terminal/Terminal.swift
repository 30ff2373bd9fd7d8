/// Where a command writes. Injected, so that tests read exactly what a person would see.
package struct Terminal: Sendable {
    /// Results.
    package let output: OutputChannel
    /// Errors, progress, notes and what plugins log.
    package let error: OutputChannel

    package init(output: OutputChannel, error: OutputChannel) {
        self.output = output
        self.error = error
    }
}

/// One stream of text with what is known about its reader.
package struct OutputChannel: Sendable {
    /// Whether a person is watching: only then are colours, bars and pretty shapes used.
    package let isTTY: Bool
    package let style: Style
    private let columns: @Sendable () -> Int
    private let closed: @Sendable () -> Bool
    private let sink: @Sendable (String) -> Void

    package init(
        isTTY: Bool, style: Style, columns: @escaping @Sendable () -> Int, isClosed: @escaping @Sendable () -> Bool = { false },
        sink: @escaping @Sendable (String) -> Void
    ) {
        self.isTTY = isTTY
        self.style = style
        self.columns = columns
        closed = isClosed
        self.sink = sink
    }

    /// Columns to lay text out in; asked for each time, since windows are resized. At least 40, so that layouts need no second form.
    package var width: Int { max(40, columns()) }

    /// Whether the reader has gone away; whatever is written then is dropped.
    package var isClosed: Bool { closed() }

    package func write(_ text: String) { sink(text) }
    package func line(_ text: String = "") { sink(text + "\n") }
    package func lines(_ texts: [String]) {
        if !texts.isEmpty { sink(texts.joined(separator: "\n") + "\n") }
    }
}
