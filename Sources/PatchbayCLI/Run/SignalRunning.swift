package import JSON
package import Manifests
package import PluginModel

/// What `patchbay run` asks for: which configuration, and how much its packages may use.
package struct SignalLoadRequest: Sendable, Equatable {
    /// The configuration file asked for, absolute; nil looks where installations keep it (`ConfigurationFile`).
    package let configPath: String?
    package let environment: [String: String]
    package let workingDirectory: String
    package let limits: CallLimits
    /// For every package.
    package let grants: [Permission]
    package let allowDegraded: Bool

    package init(
        configPath: String? = nil, environment: [String: String] = [:], workingDirectory: String, limits: CallLimits = CallLimits(),
        grants: [Permission] = [], allowDegraded: Bool = false
    ) {
        self.configPath = configPath
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.limits = limits
        self.grants = grants
        self.allowDegraded = allowDegraded
    }
}

/// Loads the packages that a configuration names.
package protocol SignalLoading: Sendable {
    /// Reads the configuration, loads every enabled package, and asks each for its signals.
    ///
    /// A package that cannot be loaded is an entry among the notices and does not hold up the others.
    func load(_ request: SignalLoadRequest) async throws(CommandFailure) -> any SignalSession
}

/// Loaded packages, ready to judge. Their workers live until `close`.
package protocol SignalSession: Sendable {
    /// The configuration file that was read, or looked for, absolute.
    var configPath: String { get }
    var integrations: [LoadedIntegration] { get }
    /// What there was to say while loading, and whose turn it is.
    var notices: [LoadNotice] { get }

    /// Runs one signal on each text.
    /// - Returns: One outcome a text, in order. A text that fails is an outcome; throwing means that the signal cannot be run at all.
    func judge(_ texts: [String], with signal: LoadedSignal) async throws(CommandFailure) -> [SignalOutcome]

    /// The most memory any one worker has used so far, in bytes; nil where the machine does not tell.
    func peakMemoryBytes() async -> Int?

    func close() async
}

/// Something worth saying about a configuration or a package: an error costs the package, or the part of it that the place names.
package struct LoadNotice: Sendable, Equatable {
    package let severity: Finding.Severity
    package let fault: Fault

    package init(_ severity: Finding.Severity, _ fault: Fault) {
        self.severity = severity
        self.fault = fault
    }
}

/// A package whose manifest was read.
package struct LoadedIntegration: Sendable, Equatable {
    package let id: String
    package let name: String
    package let version: String
    /// The package as the configuration spells it.
    package let package: String
    package let signals: [LoadedSignal]

    package init(id: String, name: String, version: String, package: String, signals: [LoadedSignal]) {
        self.id = id
        self.name = name
        self.version = version
        self.package = package
        self.signals = signals
    }
}

/// A signal as its package describes it, as far as a run needs it.
package struct LoadedSignal: Sendable, Equatable {
    package let integration: String
    package let type: String
    package let displayName: String
    /// The scalar type of the output: `NUMBER`, `BOOLEAN` or `STRING`.
    package let outputType: String
    /// The threshold the signal recommends where false alarms are worse than misses; nil where it recommends none.
    package let highPrecisionThreshold: Double?
    /// Why it cannot be run now, e.g. a missing setting; nil when it can.
    package let disabledMessage: String?

    package init(
        integration: String, type: String, displayName: String, outputType: String, highPrecisionThreshold: Double? = nil,
        disabledMessage: String? = nil
    ) {
        self.integration = integration
        self.type = type
        self.displayName = displayName
        self.outputType = outputType
        self.highPrecisionThreshold = highPrecisionThreshold
        self.disabledMessage = disabledMessage
    }
}

/// What one run of a signal on one text gave.
package enum SignalOutcome: Sendable, Equatable {
    /// A string, number or boolean, and the text a signal says it matched, if it does.
    case score(JSONValue, matchedValue: String?)
    case failed(Fault)
}
