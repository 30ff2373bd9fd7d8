package import JSON
import PluginModel

extension CoopIntegration {
    package static let signalsMax = 500
    private static let fieldsMax = 200

    /// Reads what the facade's `describe` said about a package: `{ plugin, manifest, members, signals, notices, failure? }`.
    ///
    /// Texts that upstream has are kept to the letter. Nothing comes back when the plugin as a whole cannot be used; a signal that cannot
    /// be used is an error of its own, and the others stand.
    package static func read(description: JSONValue, spec: String) -> Reading<CoopIntegration> {
        var notes = CoopNotes(spec: spec)
        let integration = read(description, spec: spec, &notes)
        return Reading(manifest: integration, findings: notes.findings)
    }

    private static let manifestPointer = JSONPointer(["manifest"])

    private static func read(_ description: JSONValue, spec: String, _ notes: inout CoopNotes) -> CoopIntegration? {
        let failure = description["failure"]
        let cause = failure?["error"]?["message"]?.stringValue ?? "unknown cause"
        if failure?["stage"]?.stringValue == "manifest" {
            notes.add(.error, "unreadable", manifestPointer, CoopText.cannotLoad(spec, cause))
            return nil
        }
        guard description["plugin"]?.boolValue == true, let manifest = description["manifest"],
            let id = manifest["id"]?.stringValue, let name = manifest["name"]?.stringValue, let version = manifest["version"]?.stringValue,
            let requiresConfig = manifest["requiresConfig"]?.boolValue
        else {
            notes.add(.error, "no-plugin", JSONPointer(), CoopText.noPlugin(spec), remedy: remedy(description))
            return nil
        }
        // All of it is looked at before anything is given up, so that an author hears everything at once.
        let isGoodID = checkID(id, &notes)
        let card = CoopModelCard.read(manifest["modelCard"], integration: id, &notes)
        let fields = configurationFields(manifest["configurationFields"], &notes)
        let logo = readLogo(manifest, "logo", integration: id, &notes)
        let logoWithBackground = readLogo(manifest, "logoWithBackground", integration: id, &notes)
        let signals = signals(description["signals"]?.arrayValue ?? [], spec: spec, &notes)
        compareSignalTypes(manifest["signalTypeIds"], signals: description["signals"]?.arrayValue ?? [], &notes)
        repeatNotices(description["notices"]?.arrayValue ?? [], &notes)
        if failure != nil, failure?.isNull == false {
            notes.add(.error, "create-signals", JSONPointer(["createSignals"]), CoopText.createSignalsFailed(spec, cause))
            return nil
        }
        guard isGoodID, let card, case .usable(let logo) = logo, case .usable(let logoWithBackground) = logoWithBackground else {
            return nil
        }
        let members = description["members"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let hooks = ["refreshCatalog", "createCatalogSignal"].filter(members.contains)
        let hasCatalog = hooks.count == 2
        if let only = hooks.first, !hasCatalog {
            let other = only == "refreshCatalog" ? "createCatalogSignal" : "refreshCatalog"
            notes.add(
                .warning, "catalog-hooks", JSONPointer([only]),
                "There is \(only) without \(other); a catalog takes both, so no signals are made for organisations.",
                remedy: "Add \(other), or remove \(only).")
        }
        return CoopIntegration(
            id: id, name: name, version: version, generation: generation(manifest, members, signals: description["signals"], card),
            spec: spec,
            description: manifest["description"]?.stringValue, docsURL: webAddress(manifest["docsUrl"], "docsUrl", &notes),
            requiresConfig: requiresConfig, configurationFields: fields, modelCard: card,
            modelCardLearnMoreURL: webAddress(manifest["modelCardLearnMoreUrl"], "modelCardLearnMoreUrl", &notes), logo: logo,
            logoWithBackground: logoWithBackground, signals: signals, hasCatalog: hasCatalog,
            context: CoopContext.options(manifest["contextOptions"]))
    }

    /// What the author should change when there is no plugin among the exports.
    private static func remedy(_ description: JSONValue) -> String {
        switch description["hint"]?.stringValue {
        case "generation-0":
            return
                "This is the first form of the contract, which is not loaded: rename requiresCredentials to requiresConfig and credentialFields to configurationFields."
        case "function": return "The package exports a function; export the plugin object itself."
        case "named-plugin": return "Export the plugin as the default export, not under the name 'plugin'."
        case "members":
            let missing = description["missing"]?.arrayValue?.compactMap(\.stringValue) ?? []
            return "Missing or of another type in the manifest: \(missing.joined(separator: ", "))."
        default: return "Export the plugin object as the default export: { manifest, createSignals }."
        }
    }

    private static func checkID(_ id: String, _ notes: inout CoopNotes) -> Bool {
        let pointer = manifestPointer.appending("id")
        let isPlain =
            id.utf8.first.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } == true
            && id.utf8.allSatisfy { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "_")
            }
        guard isPlain, id.utf8.count <= 100 else {
            notes.add(
                .error, "invalid-id", pointer, "The integration id \"\(id)\" must match ^[A-Z][A-Z0-9_]*$ and have at most 100 characters.",
                remedy: "Use capitals, digits and underscores, such as ACME_TOXICITY.")
            return false
        }
        guard !CoopReserved.integrationIDs.contains(id) else {
            notes.add(
                .error, "reserved-id", pointer,
                "The integration id \"\(id)\" belongs to a built-in integration, whose stored key a plugin under this name could read.",
                remedy: "Choose another id.")
            return false
        }
        return true
    }

    private static func configurationFields(_ value: JSONValue?, _ notes: inout CoopNotes) -> [CoopConfigField] {
        let pointer = manifestPointer.appending("configurationFields")
        guard let value, !value.isNull else { return [] }
        guard let list = value.arrayValue else {
            notes.add(
                .warning, "configuration-fields", pointer, "configurationFields is \(value.kindPhrase), not a list; there will be no form.")
            return []
        }
        var fields: [CoopConfigField] = []
        for (index, item) in list.prefix(fieldsMax).enumerated() {
            guard let field = CoopConfigField.read(item, at: pointer.appending(index), &notes) else { continue }
            if fields.contains(where: { $0.key == field.key }) {
                notes.add(
                    .warning, "configuration-field", pointer.appending(index),
                    "The key \"\(field.key)\" is used by two fields; the first one stays.")
            } else {
                fields.append(field)
            }
        }
        return fields
    }

    private enum LogoReading {
        case usable(CoopLogo?)
        /// The path leaves the package, which no honest plugin's does.
        case refused
    }

    private static func readLogo(_ manifest: JSONValue, _ name: String, integration: String, _ notes: inout CoopNotes) -> LogoReading {
        if let path = manifest["\(name)Path"]?.stringValue, !path.isEmpty {
            // An absolute path starts at the package.
            do {
                return .usable(.file(try RelativePath(String(path.drop { $0 == "/" }))))
            } catch {
                notes.add(
                    .error, "logo-outside", manifestPointer.appending("\(name)Path"), CoopText.logoOutside(integration, path),
                    remedy: "Name a file of the package, such as assets/logo.svg.")
                return .refused
            }
        }
        return .usable(webAddress(manifest["\(name)Url"], "\(name)Url", &notes).map(CoopLogo.url))
    }

    private static func webAddress(_ value: JSONValue?, _ key: String, _ notes: inout CoopNotes) -> String? {
        guard let value, !value.isNull, value != .string("") else { return nil }
        if let text = value.stringValue, CoopReader.isWebAddress(text) { return text }
        notes.add(.warning, "address", manifestPointer.appending(key), "\(key) is no http(s) address and is left out.")
        return nil
    }

    private static func generation(
        _ manifest: JSONValue, _ members: [String], signals: JSONValue?, _ card: CoopModelCard
    ) -> CoopGeneration {
        let hasSelect = manifest["configurationFields"]?.arrayValue?.contains { $0["inputType"] == .string("select") } ?? false
        let hasContext =
            manifest["contextOptions"] != nil || (signals?.arrayValue?.contains { $0["descriptor"]?["contextNeeds"] != nil } ?? false)
        if hasSelect || hasContext || members.contains("refreshCatalog") || members.contains("createCatalogSignal") { return .g3 }
        return card.isFirstGeneration ? .g1 : .g2
    }

    private static func signals(_ items: [JSONValue], spec: String, _ notes: inout CoopNotes) -> [CoopSignal] {
        var signals: [CoopSignal] = []
        for (index, item) in items.prefix(signalsMax).enumerated() {
            let pointer = JSONPointer(["signals", String(index)])
            guard let signal = CoopSignal.read(item, at: pointer, &notes) else { continue }
            if signals.contains(where: { $0.type == signal.type }) {
                notes.add(
                    .error, "duplicate-signal", pointer, CoopText.duplicateSignal(signal.type, spec),
                    remedy: "The first one stays; rename the other.")
            } else {
                signals.append(signal)
            }
        }
        return signals
    }

    private static func compareSignalTypes(_ declared: JSONValue?, signals: [JSONValue], _ notes: inout CoopNotes) {
        guard let declared = declared?.arrayValue?.compactMap(\.stringValue) else { return }
        let made = signals.compactMap { $0["signalTypeId"]?.stringValue }
        let pointer = manifestPointer.appending("signalTypeIds")
        let missing = declared.filter { !made.contains($0) }
        if !missing.isEmpty {
            notes.add(
                .notice, "signal-types", pointer,
                "Announced in signalTypeIds and not made by createSignals: \(missing.joined(separator: ", ")).")
        }
        let unlisted = made.filter { !declared.contains($0) }
        if !unlisted.isEmpty {
            notes.add(
                .notice, "signal-types", pointer,
                "Made by createSignals and not announced in signalTypeIds: \(unlisted.joined(separator: ", ")). They work.")
        }
    }

    /// What the facade noticed while it asked the plugin.
    private static func repeatNotices(_ notices: [JSONValue], _ notes: inout CoopNotes) {
        let signals = JSONPointer(["createSignals"])
        for notice in notices {
            let place = signals.appending(notice["index"]?.intValue ?? 0)
            switch notice["code"]?.stringValue {
            case "signals.promise":
                notes.add(
                    .notice, "signals-promise", signals, "createSignals returned a promise, which was awaited. Upstream loses its signals.",
                    remedy: "Return the list itself.")
            case "signals.not-a-function":
                notes.add(.warning, "signals-function", signals, "createSignals is no function, so there are no signals.")
            case "signals.not-a-list":
                notes.add(
                    .warning, "signals-list", signals,
                    "createSignals returned \(notice["kind"]?.stringValue ?? "something") instead of a list, so there are no signals.")
            case "signals.too-many":
                notes.add(
                    .warning, "signals-many", signals,
                    "createSignals made \(notice["count"]?.intValue ?? 0) signals; the first \(signalsMax) are used.")
            case "signals.incomplete":
                notes.add(
                    .warning, "signal-incomplete", place,
                    "This entry has no \(notice["missing"]?.stringValue ?? "signal") and is passed over.")
            case "signals.unreadable":
                notes.add(
                    .warning, "signal-unreadable", place,
                    "This entry cannot be read and is passed over: \(notice["message"]?.stringValue ?? "").")
            case "manifest.function":
                notes.add(
                    .warning, "manifest-function",
                    JSONPointer(parsing: "/manifest" + (notice["pointer"]?.stringValue ?? "")) ?? manifestPointer,
                    "A manifest is data; this function is left out.")
            default: continue
            }
        }
    }
}
