import HostCalls
import JSON
import Manifests
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Storage
import Synchronization

/// Runs one call of a plugin folder in the sandbox: bundle, start, call, stop.
struct PluginCallRunner: PluginCalling {
    func call(
        _ request: PluginCallRequest, handle: @escaping @Sendable (PluginCallEvent) async -> Void
    ) async throws(CommandFailure) -> PluginCallResult {
        let stopwatch = Stopwatch()
        let layout = try Self.layout()
        let bundler = try Self.bundler()
        let folder: PluginFolder
        do throws(Fault) { folder = try PluginFolder(at: request.folder, bundler: bundler) } catch {
            throw CommandFailure(error)
        }
        await handle(.step(folder.bundle.wasCached ? "bundle from the cache" : "bundled", took: stopwatch.lap()))
        for finding in folder.findings where finding.severity != .error {
            await handle(.log(finding.severity == .warning ? .warn : .info, finding.description))
        }

        for grant in request.grants where !folder.manifest.permissions.contains(where: grant.overlaps) {
            await handle(.log(.warn, Self.uselessGrant(grant, folder.manifest.permissions)))
        }

        var options = SandboxRuntime.Options(layout: layout)
        options.poolSize = 0
        if request.allowDegraded { options.waivedLayers = Self.waivable }
        let services = PluginServices(sandbox: options, bundler: bundler)
        let log = QueueLogSink()
        var settings = RunnablePlugin.Settings(log: log)
        settings.granted = GrantSet(request.grants)
        settings.configuration = request.config
        settings.limits.callTime = request.limits.time
        // More than the wall clock gives: a loop is to end by the limit that was asked for, also where the hub looks late.
        settings.limits.callCPUTime = request.limits.time * 2
        settings.limits.memoryBytes = request.limits.memoryBytes
        if let path = request.statePath { settings.state = try Self.openState(path) }
        let plugin: RunnablePlugin
        do throws(Fault) { plugin = try RunnablePlugin(folder, settings: settings, services: services) } catch {
            throw CommandFailure(error)
        }

        // A plugin that logs for a long time is heard while it does.
        let listening = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.logInterval)
                for line in log.take() { await handle(line) }
            }
        }
        let outcome = await run(plugin, request, log, stopwatch, handle)
        listening.cancel()
        await listening.value
        await plugin.stop()
        await services.stop()
        for line in log.take() { await handle(line) }
        return try outcome.get()
    }

    private static func uselessGrant(_ grant: Permission, _ asked: [Permission]) -> String {
        let what = asked.isEmpty ? "nothing" : "only " + asked.map(\.description).joined(separator: ", ")
        return "--grant \(grant) does nothing: the plugin's patchbay.json asks for \(what)"
    }

    /// How long a line of the plugin's log may wait before it is shown.
    private static let logInterval = Duration.milliseconds(50)

    private func run(
        _ plugin: RunnablePlugin, _ request: PluginCallRequest, _ log: QueueLogSink, _ stopwatch: Stopwatch,
        _ handle: @escaping @Sendable (PluginCallEvent) async -> Void
    ) async -> Result<PluginCallResult, CommandFailure> {
        do throws(CallFailure) {
            try await plugin.host.start()
            await handle(.step("started and confined", took: stopwatch.lap()))
            for wall in await plugin.host.status.degraded { await handle(.log(.warn, "this worker runs without \(wall)")) }
            let result = try await plugin.host.call(request.export, request.argument?.serializedBytes() ?? [])
            let value: [UInt8]
            switch result {
            case .value(let bytes), .mixed(let bytes): value = bytes
            case .stream(let stream): value = try await drain(stream, log, handle)
            }
            for line in log.take() { await handle(line) }
            await handle(.step("called", took: stopwatch.lap()))
            guard !value.isEmpty else { return .success(.nothing) }
            return .success(.value(try Self.parse(value)))
        } catch {
            for line in log.take() { await handle(line) }
            return .failure(CommandFailure(plugin.fault(error, calling: request.export)))
        }
    }

    private func drain(_ stream: PluginStream, _ log: QueueLogSink, _ handle: @escaping @Sendable (PluginCallEvent) async -> Void)
        async throws(CallFailure) -> [UInt8]
    {
        while true {
            let step = try await stream.next()
            for line in log.take() { await handle(line) }
            switch step {
            case .item(let bytes): await handle(.item(bytes.isEmpty ? .null : try Self.parse(bytes)))
            case .end(let bytes): return bytes
            }
            if Task.isCancelled {
                stream.cancel()
                throw .cancelled
            }
        }
    }

    /// The worker's JSON as a value. Only a worker that was taken over sends anything else.
    private static func parse(_ bytes: [UInt8]) throws(CallFailure) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: 64 << 20, loneSurrogates: .replace))
        } catch {
            throw .protocolViolation("a result that is no JSON: \(error.message)")
        }
    }

    /// Required layers that `--allow-degraded` goes without where the kernel does not give them.
    static let waivable: Set<String> = ["landlock", "seccomp", "limits", "no-new-privileges", "parent-death"]

    static func layout() throws(CommandFailure) -> WorkerLayout {
        do throws(WorkerLayout.NotFound) { return try WorkerLayout.find() } catch {
            throw CommandFailure(
                Fault(code: "hub.incomplete", message: error.description, remedy: "Build it: make build", turn: .hub),
                exitCode: .cannotSandbox)
        }
    }

    static func bundler() throws(CommandFailure) -> Bundler {
        guard let folder = BundleCache.defaultFolder(environment: Patchbay.processEnvironment()) else {
            throw CommandFailure(
                Fault(
                    code: "bundle.cache-unusable", message: "there is no place to keep bundled plugins: HOME is not set",
                    remedy: "Set HOME, or PATCHBAY_CACHE to a folder you may write to.", turn: .operator))
        }
        return Bundler(cache: BundleCache(folder: folder))
    }

    private static func openState(_ path: String) throws(CommandFailure) -> any StateStore {
        do throws(Fault) { return try SQLiteStateStore(path: path) } catch {
            var fault = error
            fault.place = path
            throw CommandFailure(fault)
        }
    }
}

/// Keeps the plugin's log lines until the command prints them, in order with its items.
final class QueueLogSink: LogSink {
    private let lines = Mutex<[PluginCallEvent]>([])

    func write(_ line: LogLine) {
        let level = PluginLogLevel(rawValue: line.level.rawValue) ?? .info
        let fields = line.fields.map { " \($0.key)=\($0.value.stringValue ?? $0.value.serialized())" }.joined()
        lines.withLock { $0.append(.log(level, line.message + fields)) }
    }

    func take() -> [PluginCallEvent] {
        lines.withLock { lines in
            defer { lines.removeAll() }
            return lines
        }
    }
}

/// Time since the last look.
final class Stopwatch: Sendable {
    private let last = Mutex(ContinuousClock.now)

    func lap() -> Duration {
        last.withLock { last in
            let now = ContinuousClock.now
            defer { last = now }
            return now - last
        }
    }
}
