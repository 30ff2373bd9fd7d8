import PluginModel

/// `patchbay run`: runs the signals that a configuration names over a collection of texts and prints what they decide.
package struct RunCommand: Command {
    package static let spec = CommandSpec(
        name: "run", summary: "Judge a collection of texts with the signals a configuration names",
        discussion: [
            "Loads the packages named in integrations.config.json, runs each of their signals in a sandbox over every text, applies a threshold, and prints matches and a summary. The texts are Debian's fortunes unless --corpus names another folder in the format of fortune(6).",
            "The threshold of a number signal is the one given, else the one the signal recommends for high precision; without either, nothing matches and only the scores are told. A boolean signal matches when it says true, a text signal when it says anything.",
        ],
        examples: [
            .init("everything, with the configuration in this folder", "patchbay run"),
            .init(
                "one signal, the first thousand texts, a threshold of one's own",
                "patchbay run --signal SHOUTING --limit 1000 --threshold 0.5"),
            .init("each match as JSON", "patchbay run --json | grep '\"match\"'"),
        ],
        options: [
            .init(
                "config", value: "FILE", help: "The configuration", fallback: "$INTEGRATIONS_CONFIG_PATH, or integrations.config.json",
                completion: .file),
            .init("corpus", value: "DIR", help: "The folder of texts", fallback: FortuneCorpus.defaultFolder, completion: .directory),
            .init("signal", value: "TYPE", repeats: true, help: "Run this signal only; may be given several times", fallback: "all"),
            .init(
                "threshold", value: "NUMBER", repeats: true,
                help: "Scores at or above this match; TYPE=NUMBER for one signal", fallback: "the signal's own"),
            .init("limit", value: "COUNT", help: "Judge no more texts than this", fallback: "all"),
            .init(
                "show", value: "WHAT", help: "Print the decisions themselves: examples, matches or all", fallback: "examples",
                completion: .words(Shown.allCases.map(\.rawValue))),
            .init(
                "grant", value: "PERMISSION", repeats: true,
                help: "Let every package connect there, such as network:outbound:api.example.com; may be given several times"),
            .init("time-limit", value: "DURATION", help: "Wall time for one call", fallback: CallLimits.timeDefault.brief),
            .init("memory-limit", value: "SIZE", help: "Memory for each package", fallback: Quantity.bytes(CallLimits.memoryDefault)),
            .init("allow-degraded", help: "Run even if a required layer of the sandbox is missing"),
            .json, .quiet,
        ],
        topics: ["sandbox", "exit-codes"])

    /// Which decisions are printed one by one.
    enum Shown: String, CaseIterable { case examples, matches, all }

    let configPath: String?
    let corpusFolder: String
    let signalTypes: [String]
    let thresholds: ThresholdOptions
    let textLimit: Int?
    let shown: Shown
    let limits: CallLimits
    let grants: [Permission]
    let allowDegraded: Bool
    let isJSON: Bool
    let isQuiet: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        configPath = arguments.value("config")
        corpusFolder = arguments.value("corpus") ?? FortuneCorpus.defaultFolder
        signalTypes = arguments.values("signal")
        thresholds = try ThresholdOptions(arguments.values("threshold"))
        textLimit = try arguments.count("limit", in: 1...1_000_000_000)
        let word = arguments.value("show") ?? Shown.examples.rawValue
        guard let shown = Shown(rawValue: word) else {
            throw .invalidValue(
                of: "--show", value: word, why: "it is none of: \(Shown.allCases.map(\.rawValue).joined(separator: ", "))",
                hint: nearMiss(word, among: Shown.allCases.map(\.rawValue)).map { "Did you mean '\($0)'?" } ?? "Write --show matches.")
        }
        self.shown = shown
        limits = CallLimits(
            time: try arguments.duration("time-limit", in: CallLimits.timeRange) ?? CallLimits.timeDefault,
            memoryBytes: try arguments.byteCount("memory-limit", in: CallLimits.memoryRange) ?? CallLimits.memoryDefault)
        grants = try arguments.grants()
        allowDegraded = arguments.has("allow-degraded")
        isJSON = arguments.has("json")
        isQuiet = arguments.has("quiet")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let corpus = try FortuneCorpus(folder: Files.absolute(corpusFolder, from: context.workingDirectory), limit: textLimit)
        let session = try await context.services.signals.load(
            SignalLoadRequest(
                configPath: configPath.map { Files.absolute($0, from: context.workingDirectory) }, environment: context.environment,
                workingDirectory: context.workingDirectory, limits: limits, grants: grants, allowDegraded: allowDegraded))
        let result = await judge(corpus, session, in: context)
        await session.close()
        return try result.get()
    }

    /// The part between loading and closing, as a value, so that the session is closed on every way out.
    private func judge(
        _ corpus: FortuneCorpus, _ session: any SignalSession, in context: CommandContext
    ) async -> Result<ExitCode, CommandFailure> {
        let printer = RunPrinter(terminal: context.terminal, isJSON: isJSON, isQuiet: isQuiet, shown: shown)
        do throws(CommandFailure) {
            printer.notices(session.notices)
            let signals = try chooseSignals(session)
            let plan = signals.map { SignalSummary(signal: $0, threshold: Threshold(for: $0, asked: thresholds)) }
            printer.plan(session.integrations, plan, corpus: corpus)
            let started = context.clock.now
            let judging = Judging(session: session, corpus: corpus, printer: printer, clock: context.clock)
            let summaries = try await judging.run(plan)
            let figures = RunFigures(
                summaries: summaries, texts: corpus.texts.count, took: context.clock.now - started,
                peakMemoryBytes: await session.peakMemoryBytes())
            printer.summary(figures)
            let allFailed = summaries.allSatisfy { $0.errors == $0.texts }
            return .success(allFailed ? .pluginFailed : .ok)
        } catch {
            return .failure(error)
        }
    }

    private func chooseSignals(_ session: any SignalSession) throws(CommandFailure) -> [LoadedSignal] {
        let loaded = session.integrations.flatMap(\.signals)
        for type in signalTypes + thresholds.byType.keys.sorted() where !loaded.contains(where: { $0.type == type }) {
            throw CommandFailure(
                Fault(
                    code: "usage.unknown-signal", message: "no loaded package has a signal '\(SafeText.line(type))'",
                    place: session.configPath,
                    remedy: nearMiss(type, among: loaded.map(\.type)).map { "Did you mean '\($0)'?" } ?? "Name one of those.",
                    turn: .caller,
                    details: loaded.isEmpty ? "no package was loaded" : "loaded are: \(loaded.map(\.type).joined(separator: ", "))"))
        }
        let chosen = loaded.filter { signalTypes.isEmpty || signalTypes.contains($0.type) }
        let ready = chosen.filter { $0.disabledMessage == nil }
        guard !ready.isEmpty else {
            let disabled = chosen.compactMap { signal in signal.disabledMessage.map { "\(signal.type): \(SafeText.line($0))" } }
            throw CommandFailure(
                Fault(
                    code: "config.no-signals", message: "there is no signal to run", place: session.configPath,
                    remedy: "Name a package that has signals under \"integrations\".", turn: .operator,
                    details: disabled.isEmpty ? "the configuration names no package that gave one" : disabled.joined(separator: "; ")))
        }
        return ready
    }
}
