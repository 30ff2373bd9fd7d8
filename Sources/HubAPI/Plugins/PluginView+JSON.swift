import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages

extension PluginView {
    /// As the API shows it; the members of ForgePortal's list are among them, with its words.
    var json: JSONValue {
        let trustedPublisher: (name: String, hint: String)? =
            if case .signed(let key, let publisher)? = trust { (publisher, String(key.prefix(8))) } else { nil }
        let publisher = manifest?.publisher
        var shownPublisher: JSONObject?
        if publisher != nil || trustedPublisher != nil {
            shownPublisher = ["name": .string(trustedPublisher?.name ?? publisher?.name ?? "")]
            if let url = publisher?.url { shownPublisher?["url"] = .string(url) }
            if let hint = trustedPublisher?.hint { shownPublisher?["keyHint"] = .string(hint) }
        }
        var members: JSONObject = [
            "id": .string(id.rawValue), "name": .string(name), "version": .string(version ?? "unknown"),
            "type": sides.map { .string($0.rawValue) } ?? .null, "format": .string(format?.rawValue ?? "unknown"),
            "status": .string(state.status.rawValue),
        ]
        if let message = state.errorMessage { members["errorMessage"] = .string(message) }
        members["state"] = state.json
        members["switches"] = switches.json
        members["capabilities"] = manifest?.contributionCountsJSON ?? .object([:])
        members["permissions"] = .array(permissions.map(JSONValue.string))
        members["publicConfig"] = .object(publicConfig)
        if let description = manifest?.description { members["description"] = .string(description) }
        members["publisher"] = shownPublisher.map(JSONValue.object) ?? .null
        members["signed"] = .bool(trust?.isSigned ?? false)
        members["icon"] = hasIcon ? .string("/api/v1/plugins/\(PercentCoding.encode(id.rawValue))/icon?v=\(revision)") : .null
        members["tags"] = .array((manifest?.tags ?? []).map(JSONValue.string))
        members["contributions"] = manifest?.contributionCountsJSON ?? .object([:])
        members["waiting"] =
            waiting.map { ["version": .string($0.version ?? $0.name), "name": .string($0.name), "asksForMore": .bool($0.asksForMore)] }
            ?? .null
        members["isOnTrial"] = .bool(isOnTrial)
        members["isLinked"] = .bool(isLinked)
        members["pinned"] = pinnedVersion.map(JSONValue.string) ?? .null
        members["installedAt"] = .string(installedAt.description)
        members["changedAt"] = .string(changedAt.description)
        members["revision"] = .int(Int64(revision))
        members["health"] = health.json
        return .object(members)
    }

    private var hasIcon: Bool { iconPath != nil }

    /// The picture a list shows, when it is a file of the package.
    var iconPath: String? {
        for image in [manifest?.icon, manifest?.logos.plain, manifest?.logos.withBackground] {
            if case .file(let path)? = image { return path.text }
        }
        return nil
    }
}

extension PluginView.Switches {
    var json: JSONValue {
        func decided(_ isOn: Bool?) -> JSONValue { isOn.map(JSONValue.bool) ?? .null }
        return ["hub": decided(hub), "file": decided(file), "organisation": decided(organisation), "begins": .bool(begins)]
    }
}

extension PluginState {
    var json: JSONValue {
        var members: JSONObject = ["name": .string(name.rawValue), "worker": .string(worker.rawValue)]
        if let reason { members["reason"] = .string(reason) }
        members["since"] = .string(since.description)
        members["turn"] = turn.map { .string($0.rawValue) } ?? .null
        if let remedy { members["remedy"] = .string(remedy) }
        if !missing.isEmpty { members["missing"] = .array(missing.map(JSONValue.string)) }
        return .object(members)
    }
}

extension PluginHealth {
    var json: JSONValue {
        [
            "callsPerMinute": .int(Int64(callsPerMinute)), "errorsPerMinute": .int(Int64(errorsPerMinute)), "p50Ms": .optional(p50Ms),
            "p95Ms": .optional(p95Ms), "memoryBytes": .int(Int64(memoryBytes)), "cpuPercent": .double(cpuPercent),
            "spark": .array(spark.map { .int(Int64($0)) }),
        ]
    }
}

extension VersionView {
    var json: JSONValue {
        var members: JSONObject = [
            "name": .string(version.name), "version": version.version.map(JSONValue.string) ?? .null,
            "contentHash": .string(version.contentHash),
            "installedAt": .string(Timestamp(unixMilliseconds: version.installedAt * 1000).description), "source": .string(version.source),
            "signed": .bool(version.trust.isSigned), "files": .int(Int64(version.files)), "bytes": .int(Int64(version.bytes)),
            "isRunning": .bool(isRunning), "isWaiting": .bool(isWaiting), "isFallback": .bool(isFallback), "isPinned": .bool(isPinned),
        ]
        if case .signed(_, let publisher) = version.trust { members["publisher"] = .string(publisher) }
        return .object(members)
    }
}

extension JSONValue {
    static func optional(_ number: Double?) -> JSONValue { number.map(JSONValue.double) ?? .null }
    static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}
