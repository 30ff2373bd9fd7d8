import Manifests
import PluginModel

/// Turns esbuild's messages into findings an author can act on: the place in the author's file, what it means here, what to do.
struct MessageFindings {
    let view: FolderView
    let externals: [String]

    func finding(for message: EsbuildMessage) -> Finding {
        let line = message.location.flatMap(sourceLine)
        let (code, sentence, remedy) = advice(for: message, line: line)
        return Finding(
            message.isError ? .error : .warning, code: code, place: place(of: message, line: line), visible(sentence, scalarsMax: 500),
            remedy: remedy.map { visible($0, scalarsMax: 500) })
    }

    private func place(of message: EsbuildMessage, line: [UInt8]?) -> Finding.Place {
        guard let location = message.location else { return .file(".") }
        let before = line?.prefix(location.byteColumn)
        let column = before.map { String(decoding: $0, as: UTF8.self).utf16.count } ?? location.byteColumn
        return .source(
            file: view.authorPath(location.file), line: location.line, column: column + 1,
            text: line.map { String(decoding: $0, as: UTF8.self) })
    }

    /// The author's line, read from the file, because esbuild shortens it to a screen's width. Lines past 400 bytes are not shown.
    private func sourceLine(_ location: EsbuildMessage.Location) -> [UInt8]? {
        let lineBytesMax = 400
        let fileBytesMax = 4 << 20
        // The file's name comes from a tool that read a stranger's files: it must really lie in one of the plugin's folders.
        guard let named = view.hostPath(location.file), let path = Paths.real(named),
            view.folders.contains(where: { Paths.isInside(path, $0.hostPath) }),
            let bytes = try? SmallFile.read(path, bytesMax: fileBytesMax, followingSymlinks: false)
        else { return nil }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: location.line, omittingEmptySubsequences: false)
        guard location.line >= 1, location.line <= lines.count else { return nil }
        let line = lines[location.line - 1]
        return line.count <= lineBytesMax ? Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line) : nil
    }

    private func advice(for message: EsbuildMessage, line: [UInt8]?) -> (code: String, sentence: String, remedy: String?) {
        let text = message.text
        if let name = quoted(after: "Could not resolve ", in: text) { return unresolved(name, from: message) }
        if text.hasPrefix("Top-level await") {
            return ("bundle.top-level-await", "\(text).", "Move the await into a function, or export a promise.")
        }
        if text.hasPrefix("No loader is configured for ") {
            return (
                "bundle.unknown-file-type", "\(text).",
                "Only JavaScript, TypeScript, JSON and text (.txt) can be imported; turn other files into one of these."
            )
        }
        if text.hasPrefix("No matching export in ") {
            return ("bundle.missing-export", "\(text).", "Check the spelling; a type must be imported with 'import type'.")
        }
        if message.isError, let feature = unsupportedFeature(message, line: line) {
            return (
                "bundle.unsupported-syntax", "\(text). The bundler here (Debian's esbuild 0.17) does not know \(feature).",
                "Write it without, or ship pre-bundled JavaScript instead (ES2022, made with your own bundler)."
            )
        }
        if text.hasPrefix("Cannot find base config file ") {
            return (
                "bundle.warning", "\(text); its options are left out, as only files inside the package are read.",
                "Nothing to do unless the code needs them; options such as 'jsx' can stand in the package's own tsconfig.json."
            )
        }
        return (message.isError ? "bundle.syntax" : "bundle.warning", text.hasSuffix(".") ? text : "\(text).", message.notes.first)
    }

    private func unresolved(_ name: String, from message: EsbuildMessage) -> (String, String, String?) {
        if name.hasPrefix("node:") || Self.nodeModules.contains(name.split(separator: "/").first.map(String.init) ?? name) {
            return (
                "bundle.node-module", "'\(name)' is a module of Node; plugins run in a sandbox that has none of them.",
                "Use web-standard globals (URL, TextEncoder, crypto…) and the hub's own modules (\(externals.joined(separator: ", "))) instead."
            )
        }
        if name.hasPrefix(".") || name.hasPrefix("/") {
            let folder = message.location.map { Paths.parent($0.file) } ?? "."
            let target = Paths.normalized(Paths.join(view.rootViewPath, Paths.join(folder, name)))
            if !view.folders.contains(where: { Paths.isInside(target, $0.viewPath) }) {
                return (
                    "bundle.outside-folder", "'\(name)' lies outside the plugin's folder, and only files inside it can be imported.",
                    "Copy the file into the plugin's folder, or publish it as a package and install that."
                )
            }
            return (
                "bundle.missing-file", "'\(name)' does not exist, or is a symlink that leaves the plugin's folder.",
                "Check the path and its spelling; upper and lower case count."
            )
        }
        let suggestion = nearMiss(name, among: externals).map { "Did you mean '\($0)'? " } ?? ""
        return (
            "bundle.missing-package", "The package '\(name)' is not installed where the plugin can reach it.",
            "\(suggestion)Name it in package.json under \"dependencies\" and install it (npm install), or ship pre-bundled JavaScript."
        )
    }

    /// What newer language feature the place of a syntax error looks like. A guess, and said as such only by naming the feature.
    private func unsupportedFeature(_ message: EsbuildMessage, line: [UInt8]?) -> String? {
        guard message.text.hasPrefix("Expected ") || message.text.hasPrefix("Unexpected "), let line,
            let column = message.location?.byteColumn
        else { return nil }
        let before = String(decoding: line.prefix(column), as: UTF8.self)
        let after = String(decoding: line.dropFirst(column), as: UTF8.self)
        let trimmed = before.split(separator: " ").last.map(String.init) ?? ""
        if after.hasPrefix("const "), before.hasSuffix("<") || before.hasSuffix(", ") { return "'const' type parameters (TypeScript 5.0)" }
        if after.hasPrefix("with"), line.starts(with: Array("import".utf8)) || line.starts(with: Array("export".utf8)) {
            return "import attributes ('with { type: … }')"
        }
        if trimmed == "using" || trimmed.hasSuffix(";using") || trimmed.hasSuffix("{using") {
            return "'using' declarations (TypeScript 5.2)"
        }
        if trimmed == "accessor" { return "'accessor' members (TypeScript 5.0)" }
        if after.hasPrefix("@") { return "decorators of the language standard" }
        return nil
    }

    private func quoted(after prefix: String, in text: String) -> String? {
        guard text.hasPrefix(prefix + "\""), let end = text.lastIndex(of: "\"") else { return nil }
        let start = text.index(text.startIndex, offsetBy: prefix.count + 1)
        return start <= end ? String(text[start..<end]) : nil
    }

    /// Node's built-in modules that can be imported without `node:` (nodejs.org, § Modules: built-in).
    private static let nodeModules: Set<String> = [
        "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram", "diagnostics_channel",
        "dns",
        "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode",
        "querystring", "readline", "repl", "stream", "string_decoder", "sys", "timers", "tls", "trace_events", "tty", "url", "util", "v8",
        "vm",
        "wasi", "worker_threads", "zlib",
    ]
}
