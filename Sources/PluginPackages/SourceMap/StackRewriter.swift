import PluginModel

/// One call of a plugin's stack, in the author's own file where the source map knows it.
package struct StackFrame: Sendable, Hashable, CustomStringConvertible {
    /// Nil for a nameless function and for code outside any function.
    package let function: String?
    package let position: SourcePosition

    /// `at name (src/index.ts:3:9)`, or `at src/index.ts:3:9` when there is no name.
    package var description: String { function.map { "at \($0) (\(position))" } ?? "at \(position)" }
}

/// Turns JavaScriptCore's `error.stack` into the frames a plugin's author wrote.
///
/// JavaScriptCore writes a line a call: `name@script:line:column`, with an empty name for nameless functions, sometimes without the `@`,
/// and with `global code`, `eval code` or `module code` outside functions. Frames of the hub's own prelude (`patchbay:`) and of the
/// engine (`[native code]`) are left out. A plugin may set `stack` to any text: only lines that name the plugin's own script are taken,
/// control characters are spelled out, and everything is cut at the limits below.
package struct StackRewriter: Sendable {
    /// How much of the text is looked at, 64 KiB.
    package static let stackBytesMax = 64 << 10
    /// How many frames are kept, innermost first.
    package static let framesMax = 50
    /// How much of a function's name is kept, in Unicode scalars.
    package static let nameScalarsMax = 100

    private let marker: [UInt8]
    private let map: SourceMap?
    private let lineOffset: Int
    private let firstLineColumnOffset: Int

    /// - Parameters:
    ///   - scriptName: as given to the engine, `plugin:<id>/<entry>`.
    ///   - lineOffset: how many lines the worker put before the script when it wrapped it.
    ///   - firstLineColumnOffset: how many columns it put before the script on the script's first line.
    package init(scriptName: String, map: SourceMap?, lineOffset: Int = 0, firstLineColumnOffset: Int = 0) {
        marker = Array("\(scriptName):".utf8)
        self.map = map
        self.lineOffset = lineOffset
        self.firstLineColumnOffset = firstLineColumnOffset
    }

    /// The author's frames, innermost first. Empty when the text holds none.
    package func frames(of stack: String) -> [StackFrame] {
        var frames: [StackFrame] = []
        for line in stack.utf8.prefix(Self.stackBytesMax).split(separator: UInt8(ascii: "\n")) {
            guard frames.count < Self.framesMax else { break }
            if let frame = frame(of: Array(line)) { frames.append(frame) }
        }
        return frames
    }

    /// The frames as text, one a line, indented by four spaces. Empty when there are none.
    package func rewrite(stack: String) -> String { frames(of: stack).map { "    \($0)" }.joined(separator: "\n") }

    /// The author's position for a place the engine reported, e.g. of a syntax error.
    package func position(line: Int, column: Int) -> SourcePosition? {
        let scriptLine = line - lineOffset
        let scriptColumn = scriptLine == 1 ? column - firstLineColumnOffset : column
        return map?.position(line: scriptLine, column: scriptColumn)
    }

    private func frame(of line: [UInt8]) -> StackFrame? {
        // `…script:line:column`, read from the end, because names may hold any character.
        guard let column = Self.trailingNumber(line[...]), let row = Self.trailingNumber(line[..<column.start]),
            row.start > 0, line[..<(row.start + 1)].suffix(marker.count).elementsEqual(marker)
        else { return nil }
        var name = line[..<(row.start + 1 - marker.count)]
        if let last = name.last {
            // Text straight before the script's name that is no `name@` means a longer script name: someone else's script.
            guard last == UInt8(ascii: "@") else { return nil }
            name = name.dropLast()
        }
        guard let position = position(line: row.value, column: column.value) else {
            // Without a map the script's own place is all there is; with one, an unmapped place is glue of the bundler.
            guard map == nil else { return nil }
            let script = String(decoding: marker.dropLast(), as: UTF8.self)
            return StackFrame(
                function: Self.functionName(name), position: SourcePosition(file: script, line: row.value, column: column.value))
        }
        return StackFrame(function: Self.functionName(name), position: position)
    }

    /// The number after the last `:`, and where that colon stands.
    private static func trailingNumber(_ text: ArraySlice<UInt8>) -> (value: Int, start: Int)? {
        let digits = text.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        guard (1...9).contains(digits), let colon = text.dropLast(digits).last, colon == UInt8(ascii: ":") else { return nil }
        guard let value = Int(String(decoding: text.suffix(digits), as: UTF8.self)) else { return nil }
        return (value, text.endIndex - digits - 1)
    }

    private static func functionName(_ bytes: ArraySlice<UInt8>) -> String? {
        let name = String(decoding: bytes, as: UTF8.self)
        if name.isEmpty || ["global code", "module code", "eval code"].contains(name) { return nil }
        return visible(name, scalarsMax: nameScalarsMax)
    }
}
