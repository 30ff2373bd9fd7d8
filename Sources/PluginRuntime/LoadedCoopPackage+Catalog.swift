package import JSON
package import Manifests
package import PluginModel
internal import Sandbox

/// Signals that an integration makes for one organisation (G3). Contract of Coop, section 7, rule 4.
extension LoadedCoopPackage {
    /// Asks the plugin for an organisation's catalog, checks every entry, and has each made into a signal once. One bad entry refuses all.
    package func refreshCatalog(orgID: String, credential: JSONObject?) async throws(Fault) -> CoopCatalog {
        let given: JSONValue
        do throws(CallFailure) {
            guard case .object(var argument) = Self.argument(orgID, credential) else { preconditionFailure("it was made as an object") }
            argument["timeMs"] = .int((plugin.host.limits.callTime * Self.refreshShare / 100).wholeMilliseconds)
            given = try await value("refreshCatalog", JSONValue.object(argument).serializedBytes())
        } catch { throw plugin.fault(error, calling: "refreshCatalog") }
        if let error = given["error"] {
            throw CoopCatalog.refused("refreshCatalog failed: \(error["message"]?.stringValue ?? "it gave nothing")", at: "refreshCatalog")
        }
        var catalog = try CoopCatalog.read(given)
        let described: JSONValue
        do throws(CallFailure) {
            described = try await describe(catalog, orgID: orgID, credential: credential)
        } catch { throw plugin.fault(error, calling: "createCatalogSignal") }
        try catalog.accept(described["signals"]?.arrayValue ?? [])
        return catalog
    }

    /// Share of a call's time after which a refresh is told to give up by its `abortSignal`, in percent; then the call ends.
    private static let refreshShare = 90

    /// Makes the worker have the signals of a catalog, and says what they are.
    func describe(_ catalog: CoopCatalog, orgID: String, credential: JSONObject?) async throws(CallFailure) -> JSONValue {
        guard case .object(var argument) = Self.argument(orgID, credential) else { return .null }
        argument["key"] = .string(catalog.key)
        argument["entries"] = .array(catalog.entries)
        return try await value("loadCatalog", JSONValue.object(argument).serializedBytes())
    }

    private static func argument(_ orgID: String, _ credential: JSONObject?) -> JSONValue {
        var argument: JSONObject = ["orgId": .string(orgID)]
        if let credential { argument["credential"] = .object(credential) }
        return .object(argument)
    }
}
