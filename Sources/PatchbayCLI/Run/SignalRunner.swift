import Glibc
import HostCalls
import JSON
import Manifests
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox

/// Loads the packages that a configuration names and runs their signals, each package in a worker of its own.
struct SignalRunner: SignalLoading {
    func load(_ request: SignalLoadRequest) async throws(CommandFailure) -> any SignalSession { try await running(request) }

    func running(_ request: SignalLoadRequest) async throws(CommandFailure) -> RunningSignals {
        let file =
            request.configPath.map { ConfigurationFile(path: $0) }
            ?? ConfigurationFile(environment: request.environment, workingDirectory: request.workingDirectory)
        var notices = file.reading.findings.map { Self.notice($0) }
        guard let configuration = file.reading.manifest else {
            let first = file.reading.findings.errors.first.map { [$0] } ?? []
            var fault =
                first.first.map { Self.notice($0).fault }
                ?? Fault(
                    code: "integrations.malformed", message: "The configuration cannot be read.", remedy: "Mend the file.", turn: .operator)
            fault.details = Finding.details(of: file.reading.findings, told: first)
            throw CommandFailure(fault, exitCode: .invalidPlugin)
        }
        var options = SandboxRuntime.Options(layout: try PluginCallRunner.layout())
        options.poolSize = min(2, configuration.enabled.count)
        if request.allowDegraded { options.waivedLayers = PluginCallRunner.waivable }
        let services = PluginServices(sandbox: options, bundler: try PluginCallRunner.bundler())
        var limits = SandboxLimits()
        limits.callTime = request.limits.time
        // More than the wall clock gives: a loop is to end by the limit that was asked for, also where the hub looks late.
        limits.callCPUTime = request.limits.time * 2
        limits.memoryBytes = request.limits.memoryBytes

        var roster = CoopRoster()
        var packages: [String: LoadedCoopPackage] = [:]
        var loaded: [LoadedIntegration] = []
        let finder = CoopPackages(folder: file.folder, bundler: services.bundler)
        for entry in configuration.enabled {
            if Task.isCancelled { break }
            let found = await finder.loadOnOwnThread(entry)
            if let fault = found.fault { notices.append(LoadNotice(.error, fault)) }
            guard let package = found.package else {
                notices += Self.refusal(found, of: entry.spec)
                continue
            }
            notices += found.findings.map { Self.notice($0, package: entry.spec) }
            do throws(Fault) {
                var settings = RunnablePlugin.Settings(log: DescriptorLogSink(form: .text, minimum: .info))
                (settings.limits, settings.granted) = (limits, GrantSet(request.grants))
                let running = try await LoadedCoopPackage.load(package, settings: settings, services: services)
                notices += running.findings.map { Self.notice($0, package: entry.spec) }
                let admitted = roster.admit(running.integration)
                notices += admitted.findings.map { Self.notice($0, package: entry.spec) }
                guard let integration = admitted.manifest else {
                    await running.plugin.stop()
                    continue
                }
                packages[integration.id] = running
                loaded.append(try await Self.describe(integration, running))
            } catch { notices.append(LoadNotice(.error, error)) }
        }
        let session = RunningSignals(configPath: file.path, integrations: loaded, notices: notices, packages: packages, services: services)
        if Task.isCancelled {
            await session.close()
            throw .interrupted(after: 0)
        }
        return session
    }

    private static func describe(_ integration: CoopIntegration, _ package: LoadedCoopPackage) async throws(Fault) -> LoadedIntegration {
        var signals: [LoadedSignal] = []
        for signal in integration.signals {
            var disabled: String?
            do throws(Fault) { disabled = try await package.disabledMessage(of: signal.type, orgID: RunningSignals.orgID) } catch {
                guard error.code == "coop.disabled-info" else { throw error }
                disabled = error.message
            }
            if !signal.accepts(.scalar(.string)) { disabled = disabled ?? "It does not judge texts." }
            var threshold: Double?
            if case .number(let number)? = signal.recommendedThresholds?.highPrecision { threshold = number }
            if case .string(let text)? = signal.recommendedThresholds?.highPrecision { threshold = Double(text) }
            signals.append(
                LoadedSignal(
                    integration: integration.id, type: signal.type, displayName: signal.displayName,
                    outputType: signal.output.scalar.rawValue,
                    highPrecisionThreshold: threshold, disabledMessage: disabled))
        }
        return LoadedIntegration(
            id: integration.id, name: integration.name, version: integration.version, package: package.integration.spec, signals: signals)
    }

    /// A package that cannot be loaded is one error: its first sentence repeats the finding behind it, which is therefore not told again.
    private static func refusal(_ outcome: CoopPackageOutcome, of spec: String) -> [LoadNotice] {
        guard let first = outcome.findings.errors.first else { return outcome.findings.map { notice($0, package: spec) } }
        var fault = notice(first, package: spec).fault
        // A name that leads nowhere is for whoever wrote the configuration; a package that is there and broken, for its author.
        let isBroken = outcome.findings.errors.contains { $0.code.hasPrefix("bundle.") }
        if fault.code == "coop.cannot-load", !isBroken { fault.turn = .operator }
        let told = outcome.findings.filter { $0 == first || first.sentence.contains($0.sentence) }
        fault.details = Finding.details(of: outcome.findings, told: told)
        return [LoadNotice(.error, fault)]
    }

    private static func notice(_ finding: Finding, package: String? = nil) -> LoadNotice {
        let place = finding.place.description
        return LoadNotice(
            finding.severity,
            Fault(
                code: finding.code, message: finding.sentence,
                place: package.map { place.hasPrefix($0) ? place : "\($0) \(place)" } ?? place, remedy: finding.remedy,
                turn: finding.code.hasPrefix("integrations.") || finding.code == "coop.duplicate-id" ? .operator : .plugin))
    }
}

/// Packages in their workers, ready to judge texts.
struct RunningSignals: SignalSession {
    /// The organisation the command line stands for; nothing is stored for it.
    static let orgID = "local"

    let configPath: String
    let integrations: [LoadedIntegration]
    let notices: [LoadNotice]
    let packages: [String: LoadedCoopPackage]
    let services: PluginServices

    func judge(_ texts: [String], with signal: LoadedSignal) async throws(CommandFailure) -> [SignalOutcome] {
        guard let package = packages[signal.integration] else {
            throw CommandFailure(
                Fault(
                    code: "coop.not-loaded", message: "The integration '\(signal.integration)' is not loaded.",
                    remedy: "Please report this.", turn: .hub))
        }
        do throws(Fault) {
            return try await package.run(signal.type, onTexts: texts, orgID: Self.orgID).map { Self.outcome($0, signal) }
        } catch {
            if error.code == "plugin.quarantined" || error.code == "sandbox.unavailable" { throw CommandFailure(error) }
            // The batch failed as a whole: each of its texts is told why, and the next batch gets a fresh worker.
            return Array(repeating: .failed(error), count: texts.count)
        }
    }

    private static func outcome(_ run: CoopRun, _ signal: LoadedSignal) -> SignalOutcome {
        switch run {
        case .scored(.number(let number), _, let matched): .score(.double(number), matchedValue: matched)
        case .scored(.boolean(let flag), _, let matched): .score(.bool(flag), matchedValue: matched)
        case .scored(.string(let text), _, let matched): .score(.string(text), matchedValue: matched)
        case .failed(let name, let message, _):
            .failed(
                Fault(
                    code: "coop.signal-failed", message: "\(name): \(message)",
                    remedy: "Mend the signal so that it answers for such texts.", turn: .plugin))
        }
    }

    func peakMemoryBytes() async -> Int? {
        var peak: Int?
        for package in packages.values {
            guard let pid = await package.plugin.host.status.pid, let bytes = Self.peakBytes(of: pid) else { continue }
            peak = max(peak ?? 0, bytes)
        }
        return peak
    }

    private static func peakBytes(of pid: Int32) -> Int? {
        guard let file = fopen("/proc/\(pid)/status", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("VmHWM:") else { continue }
            return text.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }.map { $0 * 1_024 }
        }
        return nil
    }

    func close() async {
        for package in packages.values { await package.plugin.stop() }
        await services.stop()
    }
}
