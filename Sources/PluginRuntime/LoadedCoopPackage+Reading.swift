internal import Glibc
package import HostCalls
internal import JSON
package import Manifests
package import PluginModel
internal import PluginPackages
package import Sandbox

/// Reading a package of Coop's without keeping it: its manifest is code, so reading it means running it.
extension LoadedCoopPackage {
    /// What the package in a folder says about itself, as readers of other formats tell it.
    ///
    /// The package is bundled, evaluated in a worker without grants, and asked; what it said is kept by content, so that the same package
    /// is evaluated once. Upstream's error texts are kept. A fault is a trouble of this machine; whatever is wrong with the package is a
    /// finding.
    package static func reading(
        of folder: String, log: any LogSink, limits: SandboxLimits, services: PluginServices
    ) async throws(Fault) -> PackageReading {
        let (parent, spec) = place(of: folder)
        let outcome = await CoopPackages(folder: parent, bundler: services.bundler).loadOnOwnThread(.init(spec: spec))
        if let fault = outcome.fault { throw fault }
        guard let package = outcome.package else {
            return PackageReading(format: .coop, manifest: nil, claim: .init(), findings: outcome.findings)
        }
        let claim = PackageReading.Claim(id: package.pluginID.rawValue, name: package.resolved.name, version: package.resolved.version)
        do throws(Fault) {
            let description = try await description(of: package, log: log, limits: limits, services: services)
            return read(description, of: package, claim: claim, findings: outcome.findings)
        } catch {
            guard error.turn == .plugin else { throw error }
            let text = visible(CoopText.cannotLoad(spec, error.message), scalarsMax: 1000)
            let code = error.code == "plugin.load-failed" ? "coop.cannot-load" : error.code
            let finding = Finding(.error, code: code, place: .file(error.place ?? spec), text, remedy: error.remedy)
            return PackageReading(format: .coop, manifest: nil, claim: claim, findings: [finding] + outcome.findings)
        }
    }

    private static func read(
        _ description: JSONValue, of package: CoopPackage, claim: PackageReading.Claim, findings: [Finding]
    ) -> PackageReading {
        let reading = CoopIntegration.read(description: description, spec: package.spec)
        guard let integration = reading.manifest else {
            let said = description["manifest"]
            let claim = PackageReading.Claim(
                id: said?["id"]?.stringValue ?? claim.id, name: said?["name"]?.stringValue ?? claim.name,
                version: said?["version"]?.stringValue ?? claim.version)
            return PackageReading(format: .coop, manifest: nil, claim: claim, findings: reading.findings + findings)
        }
        let logos = [integration.logo, integration.logoWithBackground].map { look($0, of: integration.id, in: package.resolved) }
        var manifest = integration.manifest()
        // What cannot be served is not advertised.
        if logos[0]?.finding != nil { (manifest.logos.plain, manifest.icon) = (nil, nil) }
        if logos[1]?.finding != nil { manifest.logos.withBackground = nil }
        manifest.entry = try? RelativePath(package.resolved.entry)
        let asked = CoopPermissions.read(package.resolved.permissions, spec: package.spec)
        manifest.permissions = asked.requests
        return PackageReading(
            format: .coop, manifest: manifest,
            claim: .init(id: integration.id, name: integration.name, version: integration.version),
            findings: reading.findings + asked.findings + logos.compactMap { $0?.finding } + findings)
    }

    /// From the cache, or from a worker that ends with the answer.
    private static func description(
        of package: CoopPackage, log: any LogSink, limits: SandboxLimits, services: PluginServices
    ) async throws(Fault) -> JSONValue {
        // What a package says also depends on who asks it, and on the modules it is given.
        var askers: [String] = []
        for part in ["facades/coop.js", "modules/coop-types.js"] {
            do throws(WorkerLayout.NotFound) { askers.append(try services.layout.text(part)) } catch {
                throw Fault(code: "hub.incomplete", message: error.description, remedy: "Build it: make build", turn: .hub)
            }
        }
        let cache = DescriptionCache(beside: services.bundler.cache)
        let key = DescriptionCache.key(of: package.bundle, askedBy: askers)
        if let known = cache.description(key) { return known }
        var settings = RunnablePlugin.Settings(log: log)
        settings.limits = limits
        let plugin = try runnable(package, settings: settings, services: services)
        let description: JSONValue
        do throws(Fault) {
            description = try await plugin.json("describe", .null)
        } catch {
            await plugin.stop()
            throw error
        }
        await plugin.stop()
        // A failure may be another one next time.
        if description["plugin"]?.boolValue == true, description["failure"].map(\.isNull) ?? true { cache.store(description, as: key) }
        return description
    }

    /// A folder as Coop's configuration would name it: from the folder it lies in.
    private static func place(of folder: String) -> (parent: String, spec: String) {
        guard let resolved = realpath(folder, nil) else { return ("/", folder.hasPrefix("/") ? folder : "./\(folder)") }
        defer { free(resolved) }
        let path = String(cString: resolved)
        guard let slash = path.lastIndex(of: "/"), path != "/" else { return ("/", ".") }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), "./" + path[path.index(after: slash)...])
    }
}
