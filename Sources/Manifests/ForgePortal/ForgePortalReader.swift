import JSON
import PluginModel

/// Reads plugins of ForgePortal: `forgeportal-plugin.json` beside a `package.json`, in both dialects.
///
/// Where ForgePortal's loader has a sentence for a fault, the finding begins with it. A range of SDK versions that is not satisfied, which
/// ForgePortal answers with the status `disabled` and a reason, is an error here: the package cannot be enabled. Pure.
package enum ForgePortalReader {
    package static let fileName = "forgeportal-plugin.json"
    package static let packageFileName = "package.json"
    /// 256 KiB each: both files are written by hand.
    package static let bytesMax = 256 << 10

    static let types = ["ui", "backend", "fullstack"]
    static let here = JSONPointer(["forgeportal"])

    package static func read(_ files: any PackageFiles, options: ReadingOptions) -> PackageReading {
        var package = PackageJSON(files)
        let document: ManifestDocument
        do {
            document = try ManifestDocument.read(fileName, of: files, bytesMax: bytesMax)
        } catch {
            let finding = told(error, package: package.name ?? files.folderName, folder: files.folderName)
            let claim = PackageReading.Claim(id: package.name, name: package.name, version: package.version)
            return PackageReading(format: .forgePortal, manifest: nil, claim: claim, findings: [finding])
        }
        let object = document.object
        let claimed = object["name"]?.stringValue
        // The name under which a configuration lists the package is the one its package.json has.
        let packageName = package.name ?? claimed ?? files.folderName
        var reader = ObjectReader(object, file: fileName, area: "manifest")
        let name = reader.requiredString("name", what: "the package's name, as in package.json", lengthMax: 214)
        let version = reader.requiredVersion()
        reader.noteMistypedKeys(among: ["name", "version", "forgeportal"])
        package.compare(name: name, version: version)

        var findings = document.findings + reader.findings
        let inner = reader.value("forgeportal")
        if let inner, inner.objectValue == nil {
            findings.append(
                Finding(
                    .error, code: "manifest.wrong-type", place: .document(file: fileName, pointer: here),
                    "\"forgeportal\" must be an object, not \(inner.kindPhrase)."))
        }
        let core = inner?.objectValue ?? JSONObject()
        let hasInner = inner?.objectValue != nil
        let engine = readEngine(core, hasInner, packageName, options, &findings)
        let type = readType(core, hasInner, packageName, &findings)
        var known = ObjectReader(core, file: fileName, pointer: here, area: "manifest")
        known.noteMistypedKeys(among: ["engineVersion", "type", "capabilities", "permissions", "config"])
        findings += known.findings

        var capabilities = ForgePortalCapabilities(file: fileName)
        capabilities.read(core, at: here, type: type)
        findings += capabilities.findings
        var fields = ForgePortalFields(file: fileName)
        if let config = core["config"], !config.isNull { fields.read(config, at: here.appending("config")) }
        findings += fields.findings
        let isOlder = fields.isOlderDialect || capabilities.isOlderDialect
        if isOlder {
            findings.append(
                Finding(
                    .notice, code: "forgeportal.older-dialect", place: .document(file: fileName, pointer: here),
                    "The manifest is written in the older dialect, which is read as well.",
                    remedy: "Write actions as id@version and \"config\" as one object a field."))
        }
        findings += package.findings
        let entries = readEntries(package, type, packageName, capabilities, files, &findings)

        let ids = ForgePortalIDs(package: packageName, routes: capabilities.routes)
        let id = readID(ids, packageName, &findings)
        let claim = PackageReading.Claim(
            id: id?.rawValue ?? ids.shown, name: claimed ?? package.name, version: object["version"]?.stringValue)
        guard let id, let name, let version, let engine else {
            return PackageReading(format: .forgePortal, manifest: nil, claim: claim, findings: findings)
        }
        var manifest = PluginManifest(format: .forgePortal, id: id, upstreamID: ids.stock, name: name)
        manifest.dialect = isOlder ? "older dialect" : nil
        manifest.aliases = ids.all.filter { $0 != id.rawValue }
        manifest.version = version
        manifest.engine = engine
        manifest.entry = entries.server
        manifest.uiEntry = entries.browser
        manifest.configuration = fields.fields
        manifest.configurationSchema = fields.schema
        // Keys that are not declared are passed on, with a warning.
        manifest.takesFurtherConfiguration = true
        manifest.permissions = capabilities.permissions
        manifest.contributions = capabilities.contributions
        package.describe(&manifest)
        return PackageReading(format: .forgePortal, manifest: manifest, claim: claim, findings: findings)
    }

    /// ForgePortal's sentences for a manifest that is not there or no JSON.
    private static func told(_ error: ManifestDocument.Unreadable, package: String, folder: String) -> Finding {
        let sentence: String
        if error.isMissing {
            let path = folder.isEmpty ? fileName : "\(folder)/\(fileName)"
            sentence =
                "Plugin \"\(visible(package))\" is missing forgeportal-plugin.json at \(visible(path)). Is this a valid ForgePortal plugin?"
        } else if let parserError = error.parserError {
            sentence = "Plugin \"\(visible(package))\" has invalid JSON in forgeportal-plugin.json: \(parserError.message)"
        } else {
            return error.finding
        }
        let finding = error.finding
        return Finding(finding.severity, code: finding.code, place: finding.place, sentence, remedy: finding.remedy)
    }

    private static func readEngine(
        _ core: JSONObject, _ hasCore: Bool, _ package: String, _ options: ReadingOptions, _ findings: inout [Finding]
    ) -> EngineRequirement? {
        let place = Finding.Place.document(file: fileName, pointer: here.appending("engineVersion"))
        guard let range = core["engineVersion"]?.stringValue, !range.isEmpty else {
            let pointer = core["engineVersion"] != nil ? here.appending("engineVersion") : hasCore ? here : JSONPointer()
            findings.append(
                Finding(
                    .error, code: "forgeportal.no-engine-version", place: .document(file: fileName, pointer: pointer),
                    "Plugin \"\(visible(package))\" forgeportal-plugin.json is missing forgeportal.engineVersion",
                    remedy: "Add \"engineVersion\": \"^1.0.0\"."))
            return nil
        }
        guard let offered = try? Version(options.forgePortalSDKVersion) else { preconditionFailure("the hub announces a version") }
        do {
            let isSatisfied = try VersionRange(range).contains(offered)
            if !isSatisfied {
                findings.append(
                    Finding(
                        .error, code: "forgeportal.engine-mismatch", place: place,
                        "Plugin requires SDK \(visible(range)) but installed SDK is \(offered). Update the plugin or upgrade @forgeportal/plugin-sdk.",
                        remedy: "Take a version of the plugin made for SDK \(offered)."))
            }
            return EngineRequirement(
                engine: "forgeportal-sdk", range: range, offered: offered.description, isSatisfied: isSatisfied)
        } catch {
            findings.append(
                Finding(
                    .error, code: "forgeportal.invalid-range", place: place,
                    "Invalid semver range in engineVersion: \"\(visible(range))\"",
                    remedy: "Write a range as npm knows it, such as \"^1.0.0\"."))
            return nil
        }
    }

    private static func readType(
        _ core: JSONObject, _ hasCore: Bool, _ package: String, _ findings: inout [Finding]
    ) -> String? {
        let value = core["type"]
        if let type = value?.stringValue, types.contains(type) { return type }
        // As a JavaScript template writes it.
        let shown = value.map { $0.stringValue ?? $0.serialized() } ?? "undefined"
        let pointer = value != nil ? here.appending("type") : hasCore ? here : JSONPointer()
        findings.append(
            Finding(
                .error, code: "forgeportal.invalid-type", place: .document(file: fileName, pointer: pointer),
                "Plugin \"\(visible(package))\" has invalid forgeportal.type: \"\(visible(shown, scalarsMax: 60))\"",
                remedy: didYouMean(shown, among: types) ?? "Types: \(types.joined(separator: ", "))."))
        return nil
    }

    private static func readID(_ ids: ForgePortalIDs, _ package: String, _ findings: inout [Finding]) -> PluginID? {
        do {
            return try PluginID(ids.shown)
        } catch {
            findings.append(
                Finding(
                    .error, code: "manifest.invalid-id", place: .document(file: fileName, pointer: JSONPointer(["name"])),
                    "The package '\(visible(package))' gives the id '\(visible(ids.shown))', which \(error.reason).",
                    remedy: "Rename the package, for example to '@acme/forge-plugin-demo'."))
            return nil
        }
    }

    private static func readEntries(
        _ package: PackageJSON, _ type: String?, _ name: String, _ capabilities: ForgePortalCapabilities, _ files: any PackageFiles,
        _ findings: inout [Finding]
    ) -> (server: RelativePath?, browser: RelativePath?) {
        guard let object = package.object, let type else { return (nil, nil) }
        let entries = ForgePortalEntries(object, files)
        let server = type == "ui" ? ForgePortalEntries.Target.none : entries.server()
        let browser = type == "backend" ? ForgePortalEntries.Target.none : entries.browser()
        let place = Finding.Place.file(packageFileName)
        if type != "ui", server.path == nil {
            var sentence = "Plugin \"\(visible(name))\" has no resolvable entry point (no main or exports in package.json)"
            if case .absent(let named) = server {
                sentence += ". It names '\(visible(named))', which is not there, and neither is a source it is built from."
            }
            findings.append(
                Finding(
                    .error, code: "forgeportal.no-entry", place: place, sentence,
                    remedy: "Name the file in \"exports\", as \".\" or \"./backend\", and build it."))
        }
        // The host demands no entry of a package that is only for browsers.
        if type != "backend", browser.path == nil, type == "ui" || capabilities.hasUI {
            findings.append(
                Finding(
                    .warning, code: "forgeportal.no-ui-entry", place: place,
                    "The package has no file for the browser, so none of its tabs, cards and pages can appear.",
                    remedy: "Name it in \"exports\" as \"./ui\"."))
        }
        var told: [String] = []
        for case .source(let source, of: let built) in [server, browser] where !told.contains(built) {
            told.append(built)
            findings.append(
                Finding(
                    .notice, code: "forgeportal.entry-not-built", place: place,
                    "'\(visible(built))' is not built yet; '\(visible(source.text))' is there and is built when the plugin is installed."))
        }
        return (server.path, browser.path)
    }
}
