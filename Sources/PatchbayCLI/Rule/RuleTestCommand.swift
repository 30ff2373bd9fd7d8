import JSON
import Manifests
import PluginModel
import Rules

/// `patchbay rule test`: rules over items from a file, without a hub.
package struct RuleTestCommand: Command {
    package static let spec = CommandSpec(
        name: "test", summary: "Decide items from a file by the rules in another, and say why",
        discussion: [
            "RULE is JSON: a condition set; a rule, {\"conditionSet\": …}; or {\"rules\": […]}. The latter two may have \"itemTypes\" and \"banks\" beside. ITEMS has one item a line: {\"id\", \"typeId\", \"data\"}. Without item types the fields are what the items hold.",
            "An item may say what it expects: \"expect\": true, or {\"RULE ID\": false}. Signals of integrations are asked in sandboxes, many items a message; a condition whose signal is not there cannot be told.",
            "The exit code is 0 when every item fitted its type and every decision could be told and was as expected; else 1; and 2 when a file cannot be used.",
        ],
        examples: [
            .init("a rule over some posts", "patchbay rule test spam.json posts.jsonl"),
            .init(
                "with an integration and its settings",
                "patchbay rule test coin.json posts.jsonl --integrations integrations.config.json --config '{\"COOP_INTEGRATION_EXAMPLE\":{\"truePercentage\":70}}'"
            ),
            .init("for programs, from standard input", "patchbay rule test spam.json - --json < posts.jsonl"),
        ],
        positionals: [
            .init("RULE", "The file of rules", completion: .file),
            .init("ITEMS", "The file of items; - is standard input", completion: .file),
        ],
        options: [
            .init(
                "integrations", value: "FILE", help: "The configuration that names integrations", fallback: "none are loaded",
                completion: .file),
            .init("config", value: "JSON", help: "Settings by integration id; @FILE reads them from a file", completion: .file),
            .init(
                "grant", value: "PERMISSION", repeats: true,
                help: "Let every package connect there, such as network:outbound:api.example.com; may be given several times"),
            .init("time-limit", value: "DURATION", help: "Wall time for one message to a signal", fallback: CallLimits.timeDefault.brief),
            .init("memory-limit", value: "SIZE", help: "Memory for each package", fallback: Quantity.bytes(CallLimits.memoryDefault)),
            .init("allow-degraded", help: "Run even if a required layer of the sandbox is missing"),
            .json, .quiet,
        ],
        topics: ["sandbox", "exit-codes"])

    /// Items decided together: their questions to a signal share messages.
    static let batchItemsMax = 512

    let rulePath: String
    let itemsPath: String
    let integrationsPath: String?
    let settings: String?
    let limits: CallLimits
    let grants: [Permission]
    let allowDegraded: Bool
    let isJSON: Bool
    let isQuiet: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        rulePath = arguments.required("RULE")
        itemsPath = arguments.required("ITEMS")
        integrationsPath = arguments.value("integrations")
        settings = arguments.value("config")
        limits = CallLimits(
            time: try arguments.duration("time-limit", in: CallLimits.timeRange) ?? CallLimits.timeDefault,
            memoryBytes: try arguments.byteCount("memory-limit", in: CallLimits.memoryRange) ?? CallLimits.memoryDefault)
        grants = try arguments.grants()
        allowDegraded = arguments.has("allow-degraded")
        isJSON = arguments.has("json")
        isQuiet = arguments.has("quiet")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let (document, findings) = try RuleTestFiles.document(rulePath, from: context.workingDirectory)
        let lines = try RuleTestFiles.lines(itemsPath, from: context.workingDirectory)
        let settings = try readSettings(from: context.workingDirectory)
        let printer = RuleTestPrinter(terminal: context.terminal, isJSON: isJSON, isQuiet: isQuiet)
        var session: (any RuleSignalSession)?
        if let integrationsPath {
            let load = SignalLoadRequest(
                configPath: Files.absolute(integrationsPath, from: context.workingDirectory), environment: context.environment,
                workingDirectory: context.workingDirectory, limits: limits, grants: grants, allowDegraded: allowDegraded)
            session = try await context.services.ruleSignals.load(RuleSignalRequest(load: load, settings: settings))
        }
        let types = RuleTestFiles.types(document.types, of: lines)
        let program = RuleProgram(document.rules, types: types, signals: session?.signals ?? [], banks: document.banks)
        printer.notices(
            (findings + program.findings.map { document.place($0) }).map {
                LoadNotice($0.severity == .error ? .error : .warning, $0.fault(in: rulePath))
            }
                + (session?.notices ?? []))
        // Longer than the worker's own limit, which says more about what went wrong.
        let evaluator = RuleEvaluator(program, runner: session, signalTime: limits.time * 2 + .seconds(2))
        let result = await decide(lines, ItemReading(types), evaluator, printer, context)
        await session?.close()
        return try result.get()
    }

    private func decide(
        _ lines: [RuleTestFiles.Line], _ reading: ItemReading, _ evaluator: RuleEvaluator, _ printer: RuleTestPrinter,
        _ context: CommandContext
    ) async -> Result<ExitCode, CommandFailure> {
        let started = context.clock.now
        let progress = ProgressReporter(
            label: "deciding", total: lines.count, on: context.terminal.error, clock: context.clock,
            mode: ProgressReporter.mode(for: context.terminal.error, isSilent: isJSON || isQuiet))
        var tally = RuleTestTally()
        for start in stride(from: 0, to: lines.count, by: Self.batchItemsMax) {
            if Task.isCancelled {
                progress.finish()
                return .failure(.interrupted(after: start))
            }
            let batch = lines[start..<min(start + Self.batchItemsMax, lines.count)]
            let readings = batch.map { reading.read($0.value) }
            var decisions = await evaluator.decide(readings.compactMap(\.value), orgID: RunningSignals.orgID, traces: .all)[...]
            var told: [String] = []
            for (line, read) in zip(batch, readings) {
                tally.items += 1
                guard read.value != nil, let decision = decisions.popFirst() else {
                    tally.unfit += 1
                    told.append(printer.unfit(line, read.findings))
                    continue
                }
                tally.conditions += decision.conditions
                tally.signalRuns += decision.signalRuns
                for result in decision.results {
                    let rule = evaluator.program.rules[result.rule]
                    let expected = line.expected?.boolValue ?? line.expected?[rule.id]?.boolValue
                    tally.add(result, expected: expected)
                    if let text = printer.decision(decision.itemID, rule, result, expected: expected) { told.append(text) }
                }
            }
            if !told.isEmpty { progress.interleave { context.terminal.output.lines(told) } }
            progress.advance(to: start + batch.count)
        }
        progress.finish()
        printer.summary(tally, rules: evaluator.program.rules.count, took: context.clock.now - started)
        return .success(tally.isGood ? .ok : .hasFindings)
    }

    private func readSettings(from folder: String) throws(CommandFailure) -> JSONObject {
        guard let settings else { return [:] }
        let value: JSONValue
        if settings.hasPrefix("@") {
            value = try SchemaFiles.value(String(settings.dropFirst()), from: folder)
        } else {
            do throws(JSONError) { value = try JSONValue(parsing: settings) } catch {
                throw CommandFailure(
                    Fault(
                        code: "usage.invalid-json", message: "the settings are not JSON", place: "--config, column \(error.column)",
                        remedy: "Write {\"INTEGRATION_ID\": {…}}, quoted for the shell.", turn: .caller, details: error.message))
            }
        }
        let isObjects = value.objectValue?.values.allSatisfy { $0.objectValue != nil } ?? false
        guard let object = value.objectValue, isObjects else {
            throw CommandFailure(
                Fault(
                    code: "usage.invalid-config", message: "settings are an object of objects", place: "--config",
                    remedy: "Write {\"INTEGRATION_ID\": {…}}.", turn: .caller))
        }
        return object
    }
}
