import JSON
import PluginModel

extension CoopSignal {
    private static let typeCharactersMax = 100
    private static let languagesMax = 300

    /// Reads one signal of the facade's description: `{ signalTypeId, index, descriptor, functions, cost, problem? }`. Nil when it cannot
    /// be used; the reason is an error that names it.
    static func read(_ item: JSONValue, at place: JSONPointer, _ notes: inout CoopNotes) -> CoopSignal? {
        guard let type = item["signalTypeId"]?.stringValue, !type.isEmpty else { return nil }
        let pointer = place.appending("descriptor")
        func refused(_ code: String, _ pointer: JSONPointer, _ sentence: String, remedy: String? = nil, _ notes: inout CoopNotes)
            -> CoopSignal?
        {
            notes.add(.error, code, pointer, sentence, remedy: remedy)
            return nil
        }
        guard type.count <= typeCharactersMax else {
            return refused(
                "signal-type", place, "The signal type \"\(type.prefix(40))…\" has more than \(typeCharactersMax) characters.", &notes)
        }
        guard !CoopReserved.isSignalType(type) else { return refused("built-in-signal", place, CoopText.builtInSignal(type), &notes) }
        guard let descriptor = item["descriptor"], descriptor.objectValue != nil else {
            return refused(
                "signal-unreadable", place, "The signal \"\(type)\" cannot be read: \(item["problem"]?.stringValue ?? "it is no object").",
                &notes)
        }
        let functions = item["functions"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard functions.contains("run") else {
            return refused("signal-run", pointer, "The signal \"\(type)\" has no run function.", &notes)
        }
        guard let id = descriptor["id"]?["type"]?.stringValue, id == type else {
            let given = descriptor["id"]?["type"]?.stringValue ?? "nothing"
            return refused(
                "signal-id", pointer.appending("id"), "The signal \"\(type)\" calls itself \"\(given)\"; a saved rule would not find it.",
                remedy: "Set id to { type: '\(type)' }.", &notes)
        }
        // All three are looked at, so that an author hears of them at once.
        let inputs = eligibleInputs(descriptor["eligibleInputs"], type, at: pointer.appending("eligibleInputs"), &notes)
        let languages = languages(descriptor["supportedLanguages"], type, at: pointer.appending("supportedLanguages"), &notes)
        let output = output(descriptor["outputType"], type, at: pointer.appending("outputType"), &notes)
        guard let inputs, let languages, let output else { return nil }
        if let problem = item["problem"]?.stringValue {
            notes.add(.notice, "signal-cost", place, "The cost of \"\(type)\" is unknown (\(problem)); it is evaluated last.")
        }
        return CoopSignal(
            type: type, displayName: text(descriptor["displayName"], "displayName", of: type, at: pointer, &notes) ?? type,
            description: descriptor["description"]?.stringValue ?? "",
            docsURL: descriptor["docsUrl"]?.stringValue.flatMap { CoopReader.isWebAddress($0) ? $0 : nil },
            recommendedThresholds: thresholds(descriptor["recommendedThresholds"]), languages: languages,
            pricing: pricing(descriptor["pricingStructure"]), eligibleInputs: inputs, output: output,
            cost: item["cost"]?.doubleValue.flatMap { $0 >= 0 && $0.isFinite ? $0 : nil } ?? .infinity,
            needsMatchingValues: descriptor["needsMatchingValues"]?.boolValue ?? false,
            needsActionPenalties: descriptor["needsActionPenalties"]?.boolValue ?? false,
            subcategories: SubcategoryTree.read(
                descriptor["eligibleSubcategories"], of: type, at: pointer.appending("eligibleSubcategories"), &notes),
            isAllowedInAutomatedRules: descriptor["allowedInAutomatedRules"]?.boolValue ?? true,
            hasDisabledInfo: functions.contains("getDisabledInfo"), context: context(descriptor["contextNeeds"]))
    }

    private static func text(
        _ value: JSONValue?, _ key: String, of type: String, at pointer: JSONPointer, _ notes: inout CoopNotes
    ) -> String? {
        if let text = value?.stringValue, !text.isEmpty { return text }
        notes.add(.warning, "signal-name", pointer.appending(key), "The signal \"\(type)\" has no \(key); its type is shown instead.")
        return nil
    }

    private static func eligibleInputs(
        _ value: JSONValue?, _ type: String, at pointer: JSONPointer, _ notes: inout CoopNotes
    ) -> [CoopInput]? {
        guard let list = value?.arrayValue, !list.isEmpty else {
            notes.add(.error, "signal-inputs", pointer, "The signal \"\(type)\" names no eligible input, so nothing could be asked of it.")
            return nil
        }
        var inputs: [CoopInput] = []
        for (index, item) in list.prefix(CoopInput.names.count * 2).enumerated() {
            let name = item.stringValue ?? item.kindPhrase
            guard let input = item.stringValue.flatMap(CoopInput.init) else {
                notes.add(
                    .error, "signal-inputs", pointer.appending(index), "The signal \"\(type)\" takes the unknown input \"\(name)\".",
                    remedy: didYouMean(name, among: CoopInput.names) ?? "Known: \(CoopInput.names.joined(separator: ", ")).")
                return nil
            }
            if !inputs.contains(input) { inputs.append(input) }
        }
        return inputs
    }

    private static func languages(
        _ value: JSONValue?, _ type: String, at pointer: JSONPointer, _ notes: inout CoopNotes
    ) -> Languages? {
        guard let value, !value.isNull, value != .string("ALL") else { return .all }
        guard let list = value.arrayValue else {
            notes.add(
                .error, "signal-languages", pointer,
                "The languages of \"\(type)\" must be 'ALL' or a list of names, not \(value.kindPhrase)."
            )
            return nil
        }
        var names: [String] = []
        for (index, item) in list.prefix(languagesMax).enumerated() {
            let name = item.stringValue ?? item.kindPhrase
            guard item.stringValue != nil, CoopLanguage.isKnown(name) else {
                notes.add(
                    .error, "signal-languages", pointer.appending(index), "The signal \"\(type)\" names the unknown language \"\(name)\".",
                    remedy: didYouMean(name, among: CoopLanguage.known.sorted())
                        ?? "Use the language's English name in capitals, such as ENGLISH.")
                return nil
            }
            names.append(name)
        }
        return .some(names)
    }

    private static func output(_ value: JSONValue?, _ type: String, at pointer: JSONPointer, _ notes: inout CoopNotes) -> CoopOutput? {
        if let output = value.flatMap({ CoopOutput($0) }) { return output }
        let name = value?["scalarType"]?.stringValue ?? "nothing"
        notes.add(
            .error, "signal-output", pointer, "The signal \"\(type)\" gives the unknown type \"\(name)\".",
            remedy: didYouMean(name, among: CoopScalar.allCases.map(\.rawValue))
                ?? "Set outputType to { scalarType: 'NUMBER' }, for example.")
        return nil
    }

    private static func thresholds(_ value: JSONValue?) -> Thresholds? {
        guard let precision = value?["highPrecisionThreshold"].flatMap({ CoopThreshold($0) }),
            let recall = value?["highRecallThreshold"].flatMap({ CoopThreshold($0) })
        else { return nil }
        return Thresholds(highPrecision: precision, highRecall: recall)
    }

    /// `{ includeFullItem?, includeParent?, includeThread?, maxThreadMessages? }`; nil where it asks for nothing.
    private static func context(_ value: JSONValue?) -> ContextNeeds? {
        func wants(_ key: String) -> Bool { value?[key]?.boolValue ?? false }
        let needs = ContextNeeds(
            item: wants("includeFullItem"), parent: wants("includeParent"), thread: wants("includeThread"),
            threadMessagesMax: CoopContext.messages(value?["maxThreadMessages"]))
        return needs.item || needs.parent || needs.thread ? needs : nil
    }

    /// `{ type: FREE }`, or the bare word.
    private static func pricing(_ value: JSONValue?) -> Pricing? {
        (value?["type"]?.stringValue ?? value?.stringValue).flatMap(Pricing.init)
    }
}
