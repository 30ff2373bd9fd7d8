import JSON
package import PluginModel

/// Which format a package is in, as its files tell.
package struct Recognition: Sendable, Hashable {
    /// Nil where it is none that is known, or where it could be several; an error among the findings then says which and why.
    package var format: PackageFormat?
    package var findings: [Finding]
}

extension PackageFormat {
    /// The file that says what a package of the format is.
    package var manifestFileName: String {
        switch self {
        case .patchbay: "patchbay.json"
        case .forgePortal: "forgeportal-plugin.json"
        case .coco, .madeOpen: "plugin.json"
        case .coop: "package.json"
        }
    }

    /// Recognises a package from the files at its root. Runs nothing of it, and reads at most two of its files and one entry.
    ///
    /// `patchbay.json` beats every other, so that an author can add ours to a package of another format. Two foreign manifests in one
    /// folder are an error rather than a guess: the wrong guess would load half a plugin.
    package static func recognise(_ files: any PackageFiles) -> Recognition {
        let found = candidates(in: files)
        guard let first = found.first else {
            return Recognition(format: nil, findings: [nothing(in: files)])
        }
        let others = found.dropFirst().map(\.manifestFileName).joined(separator: ", ")
        if found.count == 1 { return Recognition(format: first, findings: []) }
        let place = Finding.Place.file(first.manifestFileName)
        if first == .patchbay {
            let notice = Finding(
                .notice, code: "manifest.other-formats", place: place,
                "This package has \(others) beside \(first.manifestFileName), which alone is read.",
                remedy: "To read another, name its format with --format.")
            return Recognition(format: first, findings: [notice])
        }
        let names = found.map(\.title).joined(separator: " and ")
        let error = Finding(
            .error, code: "manifest.ambiguous-format", place: place,
            "This package has the manifests of \(names) in one folder (\(first.manifestFileName), \(others)).",
            remedy: "Name the one you mean with --format, or keep one: \(found.map(\.rawValue).joined(separator: ", ")).")
        return Recognition(format: nil, findings: [error])
    }

    /// Ours first, then the more particular file names.
    private static func candidates(in files: any PackageFiles) -> [PackageFormat] {
        var found: [PackageFormat] = []
        if has(patchbay, files) { found.append(patchbay) }
        if has(forgePortal, files) { found.append(forgePortal) }
        if has(coco, files) { found.append(ofPluginFile(files)) }
        // A package of another format has a package.json of its own, so this one has to say more.
        if isCoop(files) { found.append(coop) }
        return found
    }

    private static func has(_ format: PackageFormat, _ files: any PackageFiles) -> Bool {
        (try? RelativePath(format.manifestFileName)).map { files.kind(of: $0) != nil } ?? false
    }

    private static func nothing(in files: any PackageFiles) -> Finding {
        let hasPackage = has(coop, files)
        let nested = ["patchbay.json", "forgeportal-plugin.json", "plugin.json"].first { name in
            ["package", "src", "dist"].contains { folder in
                (try? RelativePath("\(folder)/\(name)")).map { files.kind(of: $0) != nil } ?? false
            }
        }
        let looked =
            "There is no patchbay.json, no forgeportal-plugin.json (ForgePortal) and no plugin.json (Coco AI, Made Open) in this folder, "
            + (hasPackage
                ? "and its package.json names neither @roostorg/types nor @roostorg/coop-types (Coop)."
                : "and no package.json of a Coop integration.")
        return Finding(
            .error, code: "manifest.unknown-format", place: .file(files.folderName.isEmpty ? "." : visible(files.folderName)), looked,
            remedy: nested.map { "A \($0) lies one folder further down: name that folder." }
                ?? "Name the folder that holds the manifest, or say the format with --format.")
    }

    // MARK: plugin.json

    /// Made Open's and Coco AI's files have one name. Their words differ: Made Open's types are no types of Coco AI, which has no entry point.
    private static func ofPluginFile(_ files: any PackageFiles) -> PackageFormat {
        guard let document = document(coco.manifestFileName, files) else {
            return ["connectors", "channels", "operators"].contains(files.parentNames.first ?? "") ? madeOpen : coco
        }
        let types = ["connector", "channel", "operator"]
        if let type = document["type"]?.stringValue, types.contains(type) { return madeOpen }
        let permissions = document["permissions"]
        let isMadeOpen =
            document["entrypoint"] != nil || document["configSchema"] != nil || permissions?.arrayValue != nil
            || permissions?["network"] != nil || permissions?["data"] != nil
        return isMadeOpen ? madeOpen : coco
    }

    // MARK: Coop

    private static let coopModules = ["@roostorg/types", "@roostorg/coop-types"]
    private static let coopKeywords = ["coop-integration", "coop-plugin", "coop-integration-plugin"]
    /// The words of a Coop manifest that no other format has.
    private static let coopWords = ["requiresConfig", "modelCard"]
    private static let entryBytesMax = 256 << 10

    private static func isCoop(_ files: any PackageFiles) -> Bool {
        guard let document = document(coop.manifestFileName, files) else { return false }
        let groups = ["dependencies", "peerDependencies", "devDependencies", "optionalDependencies"]
        if groups.contains(where: { group in coopModules.contains { document[group]?[$0] != nil } }) { return true }
        if document["keywords"]?.arrayValue?.contains(where: { $0.stringValue.map(coopKeywords.contains) ?? false }) == true { return true }
        // An integration of the first generation needs no module of Coop's, and is known by what it exports only.
        guard let entry = entry(of: document, files), let bytes = try? files.bytes(of: entry, bytesMax: entryBytesMax) else { return false }
        return coopWords.allSatisfy { word in contains(bytes, Array(word.utf8)) }
    }

    private static func entry(of document: JSONValue, _ files: any PackageFiles) -> RelativePath? {
        let exported = document["exports"]?.stringValue ?? document["exports"]?["."]?.stringValue
        let named = [exported, document["main"]?.stringValue].compactMap { $0 }
        for path in (named + ["js", "mjs", "cjs", "ts"].map { "index.\($0)" } + ["src/index.ts"]).compactMap({ try? RelativePath($0) }) {
            if files.kind(of: path) == .file { return path }
            if let source = BuiltFile.source(of: path, in: files) { return source }
        }
        return nil
    }

    private static func contains(_ bytes: [UInt8], _ word: [UInt8]) -> Bool {
        guard let first = word.first, bytes.count >= word.count else { return false }
        return bytes.indices.dropLast(word.count - 1).contains { start in
            bytes[start] == first && bytes[start..<(start + word.count)].elementsEqual(word)
        }
    }

    private static func document(_ name: String, _ files: any PackageFiles) -> JSONValue? {
        guard let path = try? RelativePath(name), let bytes = try? files.bytes(of: path, bytesMax: 1 << 20) else { return nil }
        return try? JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: 1 << 20, depthMax: 64))
    }
}
