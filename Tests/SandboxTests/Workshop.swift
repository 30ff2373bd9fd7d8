import Glibc
import HostCalls
import JSON
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox

/// Real plugins from folders: bundled by the real bundler, with the real broker.
enum Workshop {
    static let cacheFolder: String = {
        var template = Array("/tmp/patchbay-tests-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("no temporary folder: errno \(errno)") }
        return String(cString: made)
    }()

    static let services: PluginServices = {
        do {
            var options = SandboxRuntime.Options(layout: try WorkerLayout.find())
            options.poolSize = 1
            return PluginServices(sandbox: options, bundler: Bundler(cache: BundleCache(folder: cacheFolder)))
        } catch { fatalError("\(error)") }
    }()

    /// A plugin whose entry lies in a folder, without a manifest.
    static func plugin(
        folder: String, entry: String, id: String = "test.workshop", declared: [String] = [], granted: [String]? = nil,
        log: any LogSink = MemoryLogSink(),
        limits: SandboxLimits = SandboxLimits()
    ) throws -> RunnablePlugin {
        let bundle = try services.bundler.bundle(root: folder, entry: entry, externals: PluginFolder.providedModules, pluginID: id)
        var settings = RunnablePlugin.Settings(log: log)
        settings.limits = limits
        settings.policy = .forgiving
        let permissions = try declared.map { try Permission(parsing: $0) }
        settings.granted = GrantSet(try (granted ?? declared).map { try Permission(parsing: $0) })
        return RunnablePlugin(
            id: try PluginID(id), version: "1.0.0", bundle: bundle, declared: permissions,
            modules: ["@patchbay/plugin": try services.layout.part("modules/patchbay-plugin")], settings: settings, services: services)
    }
}

/// Published conformance data: the folder named by PATCHBAY_SHARED, or the nearest `shared` beside a folder above this file.
enum Shared {
    static func path(_ relative: String) -> String? {
        var candidates: [String] = []
        if let named = getenv("PATCHBAY_SHARED") { candidates.append(String(cString: named)) }
        var folder = #filePath
        while let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
            folder = String(folder[..<slash])
            candidates.append(folder + "/shared")
        }
        return candidates.map { $0 + "/" + relative }.first { access($0, R_OK) == 0 }
    }

    static func bytes(of path: String) -> [UInt8] {
        guard let file = fopen(path, "re") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes.append(contentsOf: buffer[..<count]) }
        return bytes
    }
}
