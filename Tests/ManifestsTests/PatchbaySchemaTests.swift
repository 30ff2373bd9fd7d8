import Glibc
import JSON
import PluginModel
import Testing

@testable import Manifests

/// The published schema and the reader are two tellings of one format; this holds them together by their words.
@Suite("docs/schema/patchbay.schema.json") struct PatchbaySchemaTests {
    /// An object of the format: where the schema describes it, and a document around one.
    private struct Place: Sendable, CustomTestStringConvertible {
        let schema: String
        let wrap: @Sendable (JSONValue) -> JSONValue
        /// Where the object stands in that document.
        let pointer: String
        var testDescription: String { "\(schema) at \(pointer)" }

        init(_ schema: String, _ pointer: String, _ wrap: @escaping @Sendable (JSONValue) -> JSONValue) {
            (self.schema, self.pointer, self.wrap) = (schema, pointer, wrap)
        }
    }

    private static let places: [Place] =
        [
            Place("", "") { $0 },
            Place("/properties/logos", "/logos") { ["logos": $0] },
            Place("/properties/screenshots/items", "/screenshots/0") { ["screenshots": [$0]] },
            Place("/properties/engines", "/engines") { ["engines": $0] },
            Place("/properties/contributions", "/contributions") { ["contributions": $0] },
            Place("/$defs/permission/anyOf/1", "/permissions/0") { ["permissions": [$0]] },
            Place("/$defs/publisher", "/publisher") { ["publisher": $0] },
            Place("/properties/context", "/context") { ["context": $0] },
            Place("/properties/context/properties/thread", "/context/thread") { ["context": ["thread": $0]] },
            Place("/properties/context/properties/parent", "/context/parent") { ["context": ["parent": $0]] },
            Place("/$defs/signal/properties/output/anyOf/1", "/contributions/signals/0/output") {
                ["contributions": ["signals": [["output": $0]]]]
            },
            Place("/$defs/signal/properties/thresholds", "/contributions/signals/0/thresholds") {
                ["contributions": ["signals": [["thresholds": $0]]]]
            },
            Place("/$defs/signal/properties/context", "/contributions/signals/0/context") {
                ["contributions": ["signals": [["context": $0]]]]
            },
            Place("/$defs/subcategory", "/contributions/signals/0/subcategories/0") {
                ["contributions": ["signals": [["subcategories": [$0]]]]]
            },
            Place("/$defs/modelCard", "/modelCard") { ["modelCard": $0] },
            Place("/$defs/modelCard/properties/sections/items", "/modelCard/sections/0") { ["modelCard": ["sections": [$0]]] },
            Place(
                "/$defs/modelCard/properties/sections/items/properties/groups/items", "/modelCard/sections/0/groups/0"
            ) { ["modelCard": ["sections": [["groups": [$0]]]]] },
            Place("/$defs/cardFields/items", "/modelCard/sections/0/fields/0") { ["modelCard": ["sections": [["fields": [$0]]]]] },
            Place("/$defs/field", "/configuration/0") { ["configuration": [$0]] },
            Place("/$defs/field/properties/limits", "/configuration/0/limits") { ["configuration": [["limits": $0]]] },
            Place("/$defs/option/anyOf/1", "/configuration/0/options/0") { ["configuration": [["options": [$0]]]] },
            Place("/$defs/secretUse", "/configuration/0/secretUse") { ["configuration": [["secretUse": $0]]] },
            Place("/$defs/view/properties/size", "/contributions/views/0/size") { ["contributions": ["views": [["size": $0]]]] },
        ]
        + PatchbayContributions.lists.map { list in
            let key = list.key
            let definition = schema?["properties"]?["contributions"]?["properties"]?[key]?["items"]?["$ref"]?.stringValue?.dropFirst()
            return Place(String(definition ?? "none"), "/contributions/\(key)/0") { ["contributions": [key: [$0]]] }
        }

    private static let schema: JSONValue? = {
        var folder = #filePath[...]
        for _ in 0..<3 { folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)] }
        guard let file = fopen(folder + "/docs/schema/patchbay.schema.json", "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return try? JSONValue(parsing: Array(bytes[..<fread(&bytes, 1, bytes.count, file)]))
    }()

    private static func at(_ pointer: String) throws -> JSONValue {
        var value = try #require(schema, "docs/schema/patchbay.schema.json cannot be read")
        for token in try #require(JSONPointer(parsing: pointer)).tokens {
            value = try #require(value[token] ?? Int(token).flatMap { value[$0] }, "nothing at \(pointer)")
        }
        return value
    }

    /// Every object of the schema that lists its members.
    private static func objects(_ value: JSONValue, _ pointer: JSONPointer, _ found: inout [String: JSONValue]) {
        if let members = value.objectValue {
            if members["properties"] != nil, members["additionalProperties"] == .bool(false) { found[pointer.description] = value }
            for (key, inner) in members { objects(inner, pointer.appending(key), &found) }
        }
        for (index, inner) in (value.arrayValue ?? []).enumerated() { objects(inner, pointer.appending(index), &found) }
    }

    @Test("describes no object that is not compared here") func complete() throws {
        var found: [String: JSONValue] = [:]
        Self.objects(try Self.at(""), JSONPointer(), &found)
        #expect(Set(found.keys) == Set(Self.places.map(\.schema)))
        #expect(try Self.at("/$id").stringValue == "urn:patchbay:schema:patchbay.json")
        #expect(try Self.at("/$schema").stringValue == "https://json-schema.org/draft/2020-12/schema")
    }

    @Test("has the members the reader knows, and a word on each", arguments: places)
    private func members(_ place: Place) throws {
        let schema = try Self.at(place.schema)
        let members = try #require(schema["properties"]?.objectValue)
        let reading = PatchbayDocuments.read(place.wrap(["zzzzzzzzzzzz": 1]))
        let finding = try #require(
            reading.findings.first {
                $0.code == "manifest.unknown-key" && $0.place.description.hasSuffix(" \(place.pointer)/zzzzzzzzzzzz")
            }, "the reader never looked")
        let known = try #require(finding.remedy).dropFirst("Known keys: ".count).dropLast().split(separator: ", ").map(String.init)
        #expect(Set(known) == Set(members.map(\.key)))
        #expect(Set(known).count == known.count, "a key is asked for twice: \(known)")
        for (key, member) in members {
            var described = member
            if member["description"] == nil, let reference = member["$ref"]?.stringValue {
                described = try Self.at(String(reference.dropFirst()))
            }
            #expect(described["description"]?.stringValue?.hasSuffix(".") == true, "\(key) has no description for editors")
        }
    }

    @Test("requires what the reader requires", arguments: places)
    private func required(_ place: Place) throws {
        let reading = PatchbayDocuments.read(place.wrap([:]))
        let missing = reading.findings.filter {
            $0.code == "manifest.missing"
                && $0.place == .document(file: "patchbay.json", pointer: JSONPointer(parsing: place.pointer) ?? JSONPointer())
        }.compactMap { $0.sentence.split(separator: "\"").first.map(String.init) }
        // Two things depend on their surroundings, which `required` cannot say.
        let depends: Set<String> = ["entry", "source"]
        let wanted = try Self.at(place.schema)["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(Set(missing).subtracting(depends) == Set(wanted).subtracting(depends))
    }

    @Test("lists the words the reader knows") func words() throws {
        func words(_ pointer: String) throws -> [String] { try #require(try Self.at(pointer).arrayValue).compactMap(\.stringValue) }
        #expect(try words("/$defs/platforms/items/enum") == Platform.allCases.map(\.rawValue))
        #expect(try words("/$defs/field/properties/type/enum") == PatchbayField.kinds.map(\.0))
        #expect(PatchbayField.kinds.allSatisfy { $0.0 == $0.1.name })
        #expect(try words("/$defs/secretUse/properties/algorithm/enum") == PatchbayField.algorithms.map(\.0))
        #expect(try words("/$defs/route/properties/methods/items/enum") == PatchbayContributions.methods.map(\.0))
        #expect(try words("/$defs/signal/properties/pricing/enum") == PatchbaySignal.pricings.map(\.0))
        #expect(PatchbayContributions.lists.map(\.kind) == Contribution.Kind.allCases)
        #expect(
            try #require(try Self.at("/properties/contributions/properties").objectValue).map(\.key)
                == PatchbayContributions.lists.map(\.key))
    }

    @Test("sets the limits the reader sets") func limits() throws {
        #expect(try Self.at("/properties/permissions/maxItems").intValue == PatchbayReader.permissionsMax)
        #expect(try Self.at("/properties/screenshots/maxItems").intValue == PatchbayReader.screenshotsMax)
        #expect(try Self.at("/properties/configuration/maxItems").intValue == PatchbayField.countMax)
        #expect(try Self.at("/$defs/field/properties/options/maxItems").intValue == PatchbayField.optionsMax)
        #expect(try Self.at("/$defs/command/properties/args/maxItems").intValue == PatchbayContributions.argumentsMax)
        #expect(try Self.at("/$defs/quicklink/properties/link/maxLength").intValue == QuicklinkTemplate.lengthMax)
        #expect(try Self.at("/properties/id/maxLength").intValue == PluginID.lengthMax)
        #expect(try Self.at("/properties/contributors/maxItems").intValue == PatchbayReader.contributorsMax)
        #expect(try Self.at("/properties/context/properties/thread/properties/messages/maximum").intValue == ContextOptions.messagesMax)
        #expect(try Self.at("/$defs/signal/properties/subcategories/maxItems").intValue == SubcategoryTree.nodesMax)
        #expect(try Self.at("/$defs/signal/properties/languages/maxItems").intValue == PatchbaySignal.languagesMax)
        #expect(
            try Self.at("/$defs/signal/properties/output/anyOf/1/properties/values/maxItems").intValue == PatchbaySignal.outputValuesMax)
        for list in PatchbayContributions.lists {
            #expect(try Self.at("/properties/contributions/properties/\(list.key)/maxItems").intValue == PatchbayContributions.countMax)
        }
    }

    @Test("is fitted by a document that says everything, so that nothing is left untested") func whole() throws {
        let contributions = try #require(PatchbayDocuments.whole["contributions"]?.objectValue)
        #expect(Set(contributions.map(\.key)) == Set(PatchbayContributions.lists.map(\.key)))
        let members = try #require(try Self.at("/properties").objectValue).map(\.key)
        #expect(Set(members) == Set(try #require(PatchbayDocuments.whole.objectValue).map(\.key)))
        // Each kind of contribution with every member of its own, in one of its entries or another.
        let common = Set(try #require(try Self.at("/$defs/operator/properties").objectValue).map(\.key))
        for list in PatchbayContributions.lists {
            let reference = try #require(try Self.at("/properties/contributions/properties/\(list.key)/items/$ref").stringValue)
            let members = Set(try #require(try Self.at(String(reference.dropFirst()) + "/properties").objectValue).map(\.key))
            let said = (contributions[list.key]?.arrayValue ?? []).flatMap { $0.objectValue?.map(\.key) ?? [] }
            // A card is an entity part like a tab, which says it all.
            guard list.kind != .entityCard else { continue }
            #expect(members.subtracting(common).subtracting(said).isEmpty, "\(list.key)")
        }
    }
}
