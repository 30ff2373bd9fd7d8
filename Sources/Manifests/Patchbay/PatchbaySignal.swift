import JSON
import PluginModel

/// Reads what only signals have.
enum PatchbaySignal {
    static let languagesMax = 500
    static let outputValuesMax = 500
    static let pricings = Contribution.Signal.Pricing.allCases.map { ($0.rawValue, $0) }

    static func read(_ reader: inout PatchbayObject) -> Contribution.Signal {
        var signal = Contribution.Signal(inputs: reader.texts("inputs"))
        output(&signal, &reader)
        signal.languages = reader.texts("languages", countMax: languagesMax)
        signal.thresholds = reader.object("thresholds") { thresholds(&$0) }
        signal.cost = cost(&reader)
        signal.pricing = reader.word("pricing", of: pricings.map { ($0.0, Optional($0.1)) }, otherwise: nil)
        signal.docsURL = reader.webAddress("docs")
        signal.needsMatchingValues = reader.flag("needsMatchingValues")
        signal.needsActionPenalties = reader.flag("needsActionPenalties")
        signal.isAllowedInAutomatedRules = reader.flag("automatedRules", otherwise: true)
        signal.tellsAvailability = reader.flag("availability")
        signal.subcategories = PatchbaySubcategories.read(&reader)
        signal.context = reader.object("context") { context in
            let item = context.flag("item")
            let parent = context.flag("parent")
            let thread = context.flag("thread")
            return .init(
                item: item, parent: parent, thread: thread,
                threadMessagesMax: context.integer("threadMessagesMax", in: 1...ContextOptions.messagesMax))
        }
        return signal
    }

    /// A type alone, or an object that also says which values there are.
    private static func output(_ signal: inout Contribution.Signal, _ reader: inout PatchbayObject) {
        guard reader.reader.object["output"]?.objectValue != nil else {
            signal.outputType = reader.text("output")
            return
        }
        let output = reader.object("output") { output -> (type: String?, values: [JSONValue], isOrdered: Bool)? in
            let type = output.requiredText("type", what: "the type of the score, such as STRING")
            var values: [JSONValue] = []
            for (index, item) in (output.array("values", countMax: outputValuesMax) ?? []).enumerated() {
                guard isScore(item, under: "values", index, &output) else { continue }
                if values.contains(where: { $0 == item || ($0.doubleValue != nil && $0.doubleValue == item.doubleValue) }) {
                    output.note(
                        .warning, "repeated", under: "values", index, "'\(visible(item.serialized()))' stands twice in \"values\".",
                        remedy: "Remove one.")
                } else {
                    values.append(item)
                }
            }
            let isOrdered = output.flag("ordered")
            if isOrdered, !output.has("values") {
                output.note(
                    .warning, "unused-key", at: "ordered", "\"ordered\" means something beside \"values\" only.",
                    remedy: "List the values from low to high.")
            }
            return (type, values, isOrdered)
        }
        (signal.outputType, signal.outputValues, signal.outputIsOrdered) = (output?.type, output?.values ?? [], output?.isOrdered ?? false)
    }

    /// A text or a number; what else it is, is a finding.
    private static func isScore(_ value: JSONValue, under key: String, _ index: Int, _ reader: inout PatchbayObject) -> Bool {
        switch misfit(value) {
        case nil: return true
        case .kind?:
            reader.note(
                .error, "wrong-type", under: key, index, "Each of \"\(key)\" must be a text or a number, not \(value.kindPhrase).")
        case .empty?: reader.note(.error, "empty", under: key, index, "Each of \"\(key)\" is empty.")
        case .long?: reader.note(.error, "too-long", under: key, index, "Each of \"\(key)\" has more than \(scoreLengthMax) characters.")
        }
        return false
    }

    private enum Misfit { case kind, empty, long }
    static let scoreLengthMax = 200

    private static func misfit(_ value: JSONValue) -> Misfit? {
        if value.doubleValue != nil { return nil }
        guard let text = value.stringValue else { return .kind }
        if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { return .empty }
        return text.unicodeScalars.count > scoreLengthMax ? .long : nil
    }

    private static func thresholds(_ reader: inout PatchbayObject) -> Contribution.Signal.Thresholds? {
        func threshold(_ key: String, _ what: String) -> JSONValue? {
            guard let value = reader.value(key) else {
                if !reader.has(key) { reader.note(.error, "missing", "\"\(key)\" is missing: \(what).") }
                return nil
            }
            switch misfit(value) {
            case nil: return value
            case .kind?: reader.note(.error, "wrong-type", at: key, "\"\(key)\" must be a text or a number, not \(value.kindPhrase).")
            case .empty?: reader.note(.error, "empty", at: key, "\"\(key)\" is empty.")
            case .long?: reader.note(.error, "too-long", at: key, "\"\(key)\" has more than \(scoreLengthMax) characters.")
            }
            return nil
        }
        let precision = threshold("highPrecision", "where there are few false positives")
        let recall = threshold("highRecall", "where there are few false negatives")
        guard let precision, let recall else { return nil }
        return .init(highPrecision: precision, highRecall: recall)
    }

    private static func cost(_ reader: inout PatchbayObject) -> Double? {
        guard let cost = reader.number("cost") else { return nil }
        if cost >= 0 { return cost }
        reader.note(.error, "out-of-range", at: "cost", "\"cost\" is below zero; what costs least is evaluated first.")
        return nil
    }
}

/// Reads `subcategories`: a flat list whose entries name their children, so that one may stand in several places.
enum PatchbaySubcategories {
    private struct Entry {
        var node: SubcategoryTree.Node
        var pointer: JSONPointer
    }

    /// The trees; what is no tree is a finding.
    static func read(_ reader: inout PatchbayObject) -> [Contribution.Signal.Subcategory] {
        let entries = reader.objects("subcategories", countMax: SubcategoryTree.nodesMax) { entry -> Entry? in
            let id = entry.requiredText("id", what: "what the signal is asked with")
            let label = entry.requiredText("label", what: "what people call it")
            let description = entry.text("description", lengthMax: 2000)
            let children = entry.texts("children", countMax: SubcategoryTree.nodesMax)
            guard let id, let label else { return nil }
            return Entry(node: .init(id: id, label: label, description: description, children: children), pointer: entry.pointer)
        }
        let before = reader.findings.count
        check(entries, &reader)
        return reader.findings.count == before ? SubcategoryTree.tree(entries.map(\.node)) : []
    }

    private static func check(_ entries: [Entry], _ reader: inout PatchbayObject) {
        func add(_ code: String, _ pointer: JSONPointer, _ sentence: String, remedy: String) {
            let place = Finding.Place.document(file: PatchbayManifest.fileName, pointer: pointer)
            reader.add([Finding(.error, code: code, place: place, sentence, remedy: remedy)])
        }
        var byID: [String: Entry] = [:]
        for entry in entries where byID.updateValue(entry, forKey: entry.node.id) != nil {
            add(
                "manifest.duplicate-id", entry.pointer.appending("id"), "Two subcategories have the id '\(visible(entry.node.id))'.",
                remedy: "Rename one.")
        }
        let ids = entries.map(\.node.id)
        for entry in entries {
            for (index, child) in entry.node.children.enumerated() where byID[child] == nil {
                add(
                    "manifest.unknown-subcategory", entry.pointer.appending("children").appending(index),
                    "There is no subcategory '\(visible(child))' in this list.", remedy: didYouMean(child, among: ids) ?? "Add it.")
            }
        }
        // Height and size below each node, each looked at once; nil while its children are.
        var measured: [String: (height: Int, size: Int)?] = [:]
        func measure(_ id: String, depth: Int) -> (height: Int, size: Int)? {
            if let known = measured[id] { return known }
            guard depth <= SubcategoryTree.nodesMax, let entry = byID[id] else { return (0, 0) }
            measured.updateValue(nil, forKey: id)
            var (height, size) = (0, 1)
            for child in entry.node.children {
                guard let below = measure(child, depth: depth + 1) else { return nil }
                height = max(height, below.height)
                size = min(size + below.size, SubcategoryTree.nodesMax + 1)
            }
            measured.updateValue((height + 1, size), forKey: id)
            return (height + 1, size)
        }
        var total = 0
        let below = Set(entries.flatMap(\.node.children))
        for entry in entries {
            let id = entry.node.id
            guard let here = measure(id, depth: 0) else {
                return add(
                    "manifest.subcategory-circle", entry.pointer, "The subcategory '\(visible(id))' leads to one that is beneath itself.",
                    remedy: "Take one of the children away.")
            }
            if here.height > SubcategoryTree.depthMax {
                return add(
                    "manifest.too-deep", entry.pointer,
                    "Below '\(visible(id))' lie more than \(SubcategoryTree.depthMax) levels of subcategories.",
                    remedy: "Make fewer levels.")
            }
            if !below.contains(id) { total += here.size }
            if total > SubcategoryTree.nodesMax {
                return add(
                    "manifest.too-many", entry.pointer,
                    "With each in every place it stands, there are more than \(SubcategoryTree.nodesMax) subcategories.",
                    remedy: "Let fewer stand in several places.")
            }
        }
    }
}
