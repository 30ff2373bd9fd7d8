import Hub
import JSON
import Moderation
import PluginModel
import Rules

extension GallerySignal {
    var json: JSONValue {
        let detail = signal.detail
        var output: JSONObject = ["scalarType": .string(detail.outputType ?? "STRING")]
        if !detail.outputValues.isEmpty {
            output["enum"] = .array(detail.outputValues)
            output["ordered"] = .bool(detail.outputIsOrdered)
        }
        var members: JSONObject = [
            "type": .string(signal.type), "name": .string(signal.contribution.title),
            "description": .string(signal.contribution.description ?? ""),
        ]
        members["docsUrl"] = detail.docsURL.map { .string($0) }
        members["plugin"] = .string(signal.plugin.rawValue)
        members["integration"] =
            integration.manifest.map { manifest in
                [
                    "id": .string(integration.id.rawValue), "title": .string(manifest.name),
                    "logo": integration.logoAddress(manifest, withBackground: false),
                    "logoWithBackground": integration.logoAddress(manifest, withBackground: true),
                ]
            } ?? .null
        members["eligibleInputs"] = .array(detail.inputs.map { .string($0) })
        members["outputType"] = .object(output)
        members["cost"] = detail.cost.map { .number($0) } ?? .null
        members["pricing"] = detail.pricing.map { $0 == .free ? "FREE" : "SUBSCRIPTION" } ?? .null
        members["languages"] = detail.languages.isEmpty ? "ALL" : .array(detail.languages.map { .string($0) })
        members["thresholds"] =
            detail.thresholds.map { ["highPrecision": $0.highPrecision, "highRecall": $0.highRecall] } ?? .null
        members["subcategories"] = .array(detail.subcategories.map(\.galleryJSON))
        members["needsMatchingValues"] = .bool(detail.needsMatchingValues)
        members["needsActionPenalties"] = .bool(detail.needsActionPenalties)
        members["allowedInAutomatedRules"] = .bool(detail.isAllowedInAutomatedRules)
        members["comparators"] = Comparator.fitting(
            detail.outputType, isOrdered: detail.outputIsOrdered && !detail.outputValues.isEmpty)
        members["disabled"] = disabled.map { ["message": .string($0)] } ?? .null
        members["isBuiltIn"] = false
        members["isOfCatalog"] = .bool(signal.isOfCatalog)
        members["health"] = health?.json ?? .null
        members["measuredCostMs"] = health?.costMilliseconds.map { .double(($0 * 1_000).rounded() / 1_000) }
        return .object(members)
    }
}

extension SignalHealth {
    fileprivate var json: JSONValue {
        [
            "calls": .int(Int64(calls)), "errors": .int(Int64(errors)),
            "p95Ms": p95Milliseconds.map { .double(($0 * 1_000).rounded() / 1_000) } ?? .null, "rests": .bool(rests),
        ]
    }
}

extension Contribution.Signal.Subcategory {
    /// With `children` also where there are none: who draws the tree need not ask.
    fileprivate var galleryJSON: JSONValue {
        var members: JSONObject = ["id": .string(id), "label": .string(label)]
        members["description"] = description.map { .string($0) }
        members["children"] = .array(children.map(\.galleryJSON))
        return .object(members)
    }
}

extension Comparator {
    /// What makes sense for scores of a type. Contract of Coop, section 18, rule 5.
    fileprivate static func fitting(_ scalar: String?, isOrdered: Bool) -> JSONValue {
        let orders = scalar == "NUMBER" || scalar == "DATETIME" || scalar == "STRING" && isOrdered
        let all: [Comparator] = orders ? allCases : [.equals, .notEqualTo, .isUnavailable, .isNotProvided]
        return .array(all.map { .string($0.rawValue) })
    }
}

extension JSONValue {
    /// Whole numbers as such.
    fileprivate static func number(_ number: Double) -> JSONValue { Int64(exactly: number).map(JSONValue.int) ?? .double(number) }
}

extension SignalDescriptor {
    /// Of a signal that needs no integration.
    func builtInJSON(_ name: String, _ description: String) -> JSONValue {
        var output: JSONObject = ["scalarType": .string(self.output.scalar.rawValue)]
        if let values = self.output.values {
            output["enum"] = .array(values.map { text in Int64(text).map { .int($0) } ?? .string(text) })
            output["ordered"] = .bool(self.output.isOrdered)
        }
        return [
            "type": .string(type), "name": .string(name), "description": .string(description), "plugin": .null, "integration": .null,
            "eligibleInputs": .array(inputs.map(\.rawValue).sorted().map { .string($0) }), "outputType": .object(output),
            "cost": .number(cost), "pricing": "FREE", "languages": "ALL", "thresholds": .null, "subcategories": [],
            "needsMatchingValues": .bool(needsMatchingValues), "needsActionPenalties": .bool(needsActionPenalties),
            "allowedInAutomatedRules": true,
            "comparators": Comparator.fitting(self.output.scalar.rawValue, isOrdered: self.output.isOrdered), "disabled": .null,
            "isBuiltIn": true, "isOfCatalog": false, "health": .null,
        ]
    }
}

extension BuiltInSignal {
    var json: JSONValue {
        let (name, description) = words
        return descriptor.builtInJSON(name, description)
    }

    private var words: (name: String, description: String) {
        switch self {
        case .containsText: ("Contains text", "True when one of the texts is in it, whatever the case.")
        case .containsNoText: ("Does not contain text", "True when none of the texts is in it, whatever the case.")
        case .containsRegex: ("Matches a pattern", "True when one of the regular expressions is found in it, whatever the case.")
        case .containsNoRegex: ("Matches no pattern", "True when none of the regular expressions is found in it, whatever the case.")
        case .containsVariant:
            (
                "Contains a variant of text",
                "True when one of the texts is in it, also with look-alike letters, leetspeak, accents or repeated letters."
            )
        case .textSimilarity:
            (
                "Text similarity",
                "From 0 to 1: how like the nearest of the texts it is, whatever the case and spacing, also where letters differ here and there."
            )
        case .imageMatches: ("Image is in a bank", "True when the picture is one of a bank's, or looks nearly like it.")
        case .imageDoesNotMatch: ("Image is in no bank", "True when the picture looks like none of the banks'.")
        case .geoContainedWithin: ("Is within an area", "True when the place lies in one of the areas.")
        }
    }
}
