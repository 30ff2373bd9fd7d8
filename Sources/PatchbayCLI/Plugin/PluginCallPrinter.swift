import JSON

/// Prints what a call gives, as it comes: results to standard output, what the plugin says to standard error.
struct PluginCallPrinter: Sendable {
    let terminal: Terminal
    let isJSON: Bool
    let isQuiet: Bool
    let isVerbose: Bool

    func show(_ event: PluginCallEvent) {
        switch event {
        case .log(let level, let message): show(level, message)
        case .item(let value):
            // Written at once: whoever reads the pipe sees each item when it exists.
            terminal.output.line(isJSON ? Self.object("item", value) : safe(value.serialized()))
        case .step(let what, let took):
            if isVerbose { note("\(what) · \(took.brief)") }
        }
    }

    func show(_ result: PluginCallResult) {
        switch (result, isJSON) {
        case (.value(let value), true): terminal.output.line(Self.object("result", value))
        case (.value(let value), false): terminal.output.line(safe(value.serialized(pretty: terminal.output.isTTY)))
        case (.nothing, true): terminal.output.line("{}")
        // A pipe gets nothing, as nothing was returned; a person is told that this is no mistake.
        case (.nothing, false): if terminal.output.isTTY, !isQuiet { note("the function returned nothing") }
        }
    }

    private func show(_ level: PluginLogLevel, _ message: String) {
        if isQuiet { return }
        let style = terminal.error.style
        let name = level.rawValue.padded(to: 5)
        let label =
            switch level {
            case .debug, .info: style.dim(name)
            case .warn: style.yellow(name)
            case .error: style.red(name)
            }
        let lines = SafeText.lines(message)
        terminal.error.lines(lines.enumerated().map { ($0 == 0 ? label : "     ") + style.dim(" │ " + $1) })
    }

    private func note(_ text: String) {
        let style = terminal.error.style
        terminal.error.line(style.dim("note  │ " + SafeText.line(text)))
    }

    private func safe(_ json: String) -> String { terminal.output.isTTY ? SafeText.json(json) : json }

    private static func object(_ key: String, _ value: JSONValue) -> String {
        JSONValue.object(JSONObject([(key, value)])).serialized()
    }
}
