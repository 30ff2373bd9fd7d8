import Glibc
import JSON
import Manifests

/// One run of esbuild, from an empty folder to a cache entry.
struct EsbuildRun {
    let bundler: Bundler
    let view: FolderView
    let entry: String
    let externals: [String]

    private var limits: BundleLimits { bundler.limits }

    /// Bundles to CommonJS and, where the author awaits at the top level and the caller can take that, to a script that promises its exports.
    func build(contentHash: String, allowsTopLevelAwait: Bool) throws(BundleError) -> BundleCache.Entry {
        do {
            return try build(contentHash: contentHash, shims: nil)
        } catch {
            let awaits = error.findings.errors.map(\.code)
            guard allowsTopLevelAwait, !awaits.isEmpty, awaits.allSatisfy({ $0 == "bundle.top-level-await" }) else { throw error }
        }
        let shims = try makeFolder()
        defer { Folder.remove(shims) }
        do throws(FileFailure) {
            for (name, text) in AsyncModule.shims(for: externals) { try SmallFile.write(Array(text.utf8), toNew: Paths.join(shims, name)) }
        } catch {
            throw .cacheUnusable(reason: error.sentence)
        }
        return try build(contentHash: contentHash, shims: shims)
    }

    private func makeFolder() throws(BundleError) -> String {
        do { return try bundler.cache.makeWorkFolder() } catch { throw .cacheUnusable(reason: error.sentence) }
    }

    private func build(contentHash: String, shims: String?) throws(BundleError) -> BundleCache.Entry {
        let output = try makeFolder()
        defer { Folder.remove(output) }
        let command = EsbuildCommand(
            tools: bundler.tools, limits: limits, view: view, entry: entry, externals: externals, output: output, shims: shims)
        let result: ToolResult
        do {
            result = try ToolRun(arguments: command.arguments, timeLimit: limits.timeLimit, errorBytesMax: limits.messageBytesMax).run()
        } catch {
            switch error {
            case .timedOut(let limit): throw .timedOut(limit)
            case .notStarted(let tool, let reason): throw .bundlerFailed(reason: "\(tool) did not start: \(reason)")
            }
        }
        let log = String(decoding: result.errorText, as: UTF8.self)
        let reader = MessageFindings(view: view, externals: externals)
        let findings = EsbuildMessage.read(log).prefix(limits.messagesMax).map(reader.finding(for:))
        guard result.end == .exited(0) else { throw failure(result.end, log: log, findings: findings) }
        var script = try read(EsbuildCommand.scriptName, from: output, bytesMax: limits.scriptBytesMax, what: "script")
        let map = try read("\(EsbuildCommand.scriptName).map", from: output, bytesMax: limits.sourceMapBytesMax, what: "source map")
        let inputs = try read(EsbuildCommand.metafileName, from: output, bytesMax: limits.sourceMapBytesMax, what: "list of inputs")
        var exports = shims == nil ? BundleExports.names(ofScript: script) : nil
        if shims != nil {
            guard let wrapped = AsyncModule.script(of: script) else {
                throw .bundlerFailed(reason: "the bundled module does not end in its exports")
            }
            script = wrapped
            exports = self.exports(inputs)
        }
        return BundleCache.Entry(
            script: script, sourceMap: try finished(map, isShifted: shims != nil), contentHash: contentHash, files: files(inputs),
            exports: exports,
            findings: findings + leftOvers(in: output))
    }

    private func failure(_ end: ToolEnd, log: String, findings: [Finding]) -> BundleError {
        if !findings.errors.isEmpty { return .rejected(findings) }
        // bubblewrap speaks for itself before esbuild starts, and as nothing of the plugin's has run yet, its word can be taken.
        if let line = log.split(separator: "\n").first, line.hasPrefix("bwrap: ") {
            return line.contains("execvp") ? .bundlerFailed(reason: String(line)) : .sandboxUnavailable(reason: String(line.dropFirst(7)))
        }
        if log.contains("out of memory") || log.contains("cannot allocate memory") || log.contains("pthread_create failed") {
            return .rejected([
                Finding(
                    .error, code: "bundle.out-of-memory", place: .file(entry),
                    "Bundling needs more than \(limits.memoryBytesMax) bytes of memory.",
                    remedy: "Ship a smaller plugin or pre-bundled JavaScript.")
            ])
        }
        return .bundlerFailed(reason: "\(end): \(log.prefix(1000))")
    }

    private func read(_ name: String, from folder: String, bytesMax: Int, what: String) throws(BundleError) -> [UInt8] {
        do {
            return try SmallFile.read(Paths.join(folder, name), bytesMax: bytesMax, followingSymlinks: false)
        } catch {
            guard case .tooLarge = error else { throw .bundlerFailed(reason: error.sentence) }
            throw .rejected([
                Finding(
                    .error, code: "bundle.output-too-large", place: .file(entry), "The bundled \(what) is larger than \(bytesMax) bytes.",
                    remedy: "Leave out large data; a plugin can fetch it or be given it.")
            ])
        }
    }

    /// esbuild names sources relative to the folder it wrote into; authors read them relative to the plugin's.
    private func finished(_ map: [UInt8], isShifted: Bool) throws(BundleError) -> [UInt8] {
        guard let document = try? JSONValue(parsing: map, limits: JSONLimits(bytesMax: limits.sourceMapBytesMax)),
            var object = document.objectValue, let sources = object["sources"]?.arrayValue, let mappings = object["mappings"]?.stringValue
        else { throw .bundlerFailed(reason: "the source map cannot be read") }
        object["sources"] = .array(sources.map { .string(view.authorPath(Paths.join("/out", $0.stringValue ?? "(unknown)"))) })
        if isShifted { object["mappings"] = .string(AsyncModule.mappings(of: mappings)) }
        return JSONValue.object(object).serializedBytes()
    }

    private func files(_ metafile: [UInt8]) -> [String] {
        let document = try? JSONValue(parsing: metafile, limits: JSONLimits(bytesMax: limits.sourceMapBytesMax))
        return (document?["inputs"]?.objectValue?.keys ?? []).map(view.authorPath).filter { !Paths.isInside($0, AsyncModule.shimFolder) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// What esbuild says an ES module exports; of CommonJS it says nothing.
    private func exports(_ metafile: [UInt8]) -> [String]? {
        let document = try? JSONValue(parsing: metafile, limits: JSONLimits(bytesMax: limits.sourceMapBytesMax))
        let outputs = document?["outputs"]?.objectValue ?? [:]
        return outputs.first { $0.key.hasSuffix(EsbuildCommand.scriptName) }?.value["exports"]?.arrayValue?.compactMap(\.stringValue)
            .sorted()
    }

    /// Files that esbuild wrote beside the script, such as the style sheet of an imported CSS file: a worker has no use for them.
    private func leftOvers(in output: String) -> [Finding] {
        let wanted = [EsbuildCommand.scriptName, "\(EsbuildCommand.scriptName).map", EsbuildCommand.metafileName]
        return (Folder.names(output) ?? []).filter { !wanted.contains($0) && !$0.hasSuffix(".map") }.map { name in
            Finding(
                .warning, code: "bundle.left-out", place: .file(entry),
                "Imported files of type .\(Paths.fileExtension(name)) are not part of the plugin's script and were left out.",
                remedy: "A plugin's code runs without a page; ship styles with its views instead.")
        }
    }
}
