/// The words of one command line, sorted into flags, option values and positional values; conversions are the command's.
package struct ParsedArguments: Sendable, Equatable {
    /// The words that led to the command, `patchbay` first.
    package let command: [String]
    private var flags: Set<String> = []
    private var values: [String: [String]] = [:]
    private var positionals: [String: [String]] = [:]

    package init(command: [String]) { self.command = command }

    package mutating func set(flag: String) { flags.insert(flag) }
    package mutating func add(_ value: String, to option: String) { values[option, default: []].append(value) }
    package mutating func add(_ value: String, positional: String) { positionals[positional, default: []].append(value) }

    package func has(_ flag: String) -> Bool { flags.contains(flag) }
    package func value(_ option: String) -> String? { values[option]?.last }
    package func values(_ option: String) -> [String] { values[option] ?? [] }
    package func positional(_ name: String) -> String? { positionals[name]?.first }
    /// Every word of a positional that repeats.
    package func positionals(_ name: String) -> [String] { positionals[name] ?? [] }

    /// The value of a positional the command's description calls required; the parser has already refused lines without it.
    package func required(_ name: String) -> String {
        guard let value = positional(name) else {
            preconditionFailure(
                "'\(name)' is read as required, but the command's spec does not say so: make it isRequired, or use positional(_:)")
        }
        return value
    }
}

extension ParsedArguments {
    /// A duration such as `250ms`, `5s`, `2m`; nil when the option is absent.
    package func duration(_ option: String, in range: ClosedRange<Duration>) throws(UsageError) -> Duration? {
        guard let text = value(option) else { return nil }
        let hint = "Write a number with its unit: 250ms, 5s or 2m; from \(range.lowerBound.brief) to \(range.upperBound.brief)."
        guard let duration = Duration(quantity: text) else {
            throw .invalidValue(of: "--\(option)", value: text, why: "it is not a number followed by ms, s or m", hint: hint)
        }
        guard range.contains(duration) else {
            throw .invalidValue(
                of: "--\(option)", value: text, why: "it is outside \(range.lowerBound.brief) to \(range.upperBound.brief)", hint: hint)
        }
        return duration
    }

    /// A size such as `512KB`, `64MB`, `1GB` in bytes (1 KB = 1024 bytes); nil when the option is absent.
    package func byteCount(_ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(option) else { return nil }
        let bounds = "\(Quantity.bytes(range.lowerBound)) to \(Quantity.bytes(range.upperBound))"
        let hint = "Write a whole number with its unit: 512KB, 64MB or 1GB; from \(bounds)."
        guard let count = Quantity.parseBytes(text) else {
            throw .invalidValue(of: "--\(option)", value: text, why: "it is not a whole number followed by KB, MB or GB", hint: hint)
        }
        guard range.contains(count) else {
            throw .invalidValue(of: "--\(option)", value: text, why: "it is outside \(bounds)", hint: hint)
        }
        return count
    }

    /// A whole number; nil when the option is absent.
    package func count(_ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let count = Int(text), range.contains(count) else {
            throw .invalidValue(
                of: "--\(option)", value: text,
                why: "it is not a whole number from \(range.lowerBound) to \(Quantity.grouped(range.upperBound))",
                hint: "Write a number such as --\(option)=100.")
        }
        return count
    }
}
