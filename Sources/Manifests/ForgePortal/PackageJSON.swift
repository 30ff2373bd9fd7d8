import JSON
import PluginModel

/// What a plugin's `package.json` says, and what is wrong with it.
struct PackageJSON {
    private static let file = ForgePortalReader.packageFileName

    /// Nil when the file is not there or cannot be read.
    let object: JSONObject?
    private(set) var findings: [Finding] = []

    init(_ files: any PackageFiles) {
        do {
            let document = try ManifestDocument.read(Self.file, of: files, bytesMax: ForgePortalReader.bytesMax)
            object = document.object
            findings = document.findings
        } catch {
            object = nil
            let sentence =
                error.isMissing ? "There is no package.json, so nothing says what the package is called and where its code lies." : nil
            let finding = error.finding
            findings = [
                Finding(
                    .error, code: "forgeportal.no-package-json", place: finding.place, sentence ?? finding.sentence,
                    remedy: error.isMissing ? "Add one with \"name\", \"version\" and \"exports\"." : finding.remedy)
            ]
        }
        if let object, name == nil {
            let pointer = object["name"] == nil ? JSONPointer() : JSONPointer(["name"])
            findings.append(
                Finding(
                    .warning, code: "forgeportal.no-package-name", place: .document(file: Self.file, pointer: pointer),
                    "package.json has no name, so the manifest's counts.", remedy: "Add \"name\"."))
        }
    }

    var name: String? { object?["name"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }
    var version: String? { object?["version"]?.stringValue }

    /// Notes where the manifest says something else.
    mutating func compare(name manifestName: String?, version manifestVersion: String?) {
        let file = ForgePortalReader.fileName
        if let name, let manifestName, name != manifestName {
            findings.append(
                Finding(
                    .warning, code: "forgeportal.name-mismatch", place: .document(file: file, pointer: JSONPointer(["name"])),
                    "The manifest calls the package '\(visible(manifestName))' and package.json '\(visible(name))'; package.json counts.",
                    remedy: "Write the same name in both."))
        }
        if let version, let manifestVersion, version != manifestVersion {
            findings.append(
                Finding(
                    .notice, code: "forgeportal.version-mismatch", place: .document(file: file, pointer: JSONPointer(["version"])),
                    "The manifest is of version \(visible(manifestVersion)) and package.json of \(visible(version)); the manifest's is shown."
                ))
        }
    }

    /// Fills in what only package.json knows.
    func describe(_ manifest: inout PluginManifest) {
        guard let object else { return }
        manifest.description = object["description"]?.stringValue
        manifest.license = object["license"]?.stringValue
        manifest.homepageURL = Self.webAddress(object["homepage"])
        manifest.sourceURL = Self.webAddress(object["repository"]?["url"] ?? object["repository"])
        manifest.tags = object["keywords"]?.arrayValue?.prefix(50).compactMap(\.stringValue) ?? []
        switch object["author"] {
        case .string(let name)? where !name.isEmpty: manifest.publisher = Publisher(name: name)
        case .object(let author)?:
            guard let name = author["name"]?.stringValue, !name.isEmpty else { break }
            manifest.publisher = Publisher(name: name, url: Self.webAddress(author["url"]), email: author["email"]?.stringValue)
        default: break
        }
    }

    /// npm writes repositories as `git+https://…`.
    private static func webAddress(_ value: JSONValue?) -> String? {
        guard var text = value?.stringValue else { return nil }
        if text.hasPrefix("git+") { text.removeFirst(4) }
        return text.hasPrefix("https://") || text.hasPrefix("http://") ? text : nil
    }
}
