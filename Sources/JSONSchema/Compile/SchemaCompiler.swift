import JSON

/// Turns a schema and all it refers to into a program: one node for each subschema that can be reached.
///
/// Works from a list rather than by recursion, so that long chains of references need no stack.
struct SchemaCompiler {
    var registry: SchemaRegistry
    let assertsFormats: Bool
    private var numbers: [SchemaLocation: Int] = [:]
    private var locations: [SchemaLocation] = []
    private var nodes: [SchemaNode] = []
    /// Names that a `$dynamicRef` uses.
    private var dynamicNames: Set<String> = []

    init(_ document: JSONValue, draft: Draft, documents: SchemaDocuments, base: String, assertsFormats: Bool) throws(SchemaError) {
        registry = SchemaRegistry(documents)
        self.assertsFormats = assertsFormats
        _ = number(of: try registry.load(document, at: URIReference(base).withoutFragment, draft: draft))
    }

    mutating func finish() throws(SchemaError) -> SchemaProgram {
        var dynamicAnchors: [String: [Int: Int]] = [:]
        repeat {
            while nodes.count < locations.count { nodes.append(try compile(locations[nodes.count])) }
            // Any resource loaded by now may be on the way to a `$dynamicRef`.
            for name in dynamicNames {
                for (index, resource) in registry.resources.enumerated() {
                    if let location = resource.dynamicAnchors[name] { dynamicAnchors[name, default: [:]][index] = number(of: location) }
                }
            }
        } while nodes.count < locations.count
        try refuseEndlessReferences()
        return SchemaProgram(nodes: nodes, dynamicAnchors: dynamicAnchors)
    }

    /// The number of the subschema at a location, which is compiled in its turn.
    mutating func number(of location: SchemaLocation) -> Int {
        if let known = numbers[location] { return known }
        numbers[location] = locations.count
        locations.append(location)
        return locations.count - 1
    }

    private mutating func compile(_ location: SchemaLocation) throws(SchemaError) -> SchemaNode {
        guard let place = registry.places[location] else {
            // A reference or keyword led here, and both scan before they ask.
            throw registry.error("schema.unresolved", location, "There is no schema here.")
        }
        guard case .object(let object) = place.value else {
            return SchemaNode(verdict: place.value == true, resource: place.resource)
        }
        let resource = registry.resources[place.resource]
        var reader = KeywordReader(object: object, location: location, draft: resource.draft, vocabularies: resource.vocabularies)
        if resource.draft == .draft7, object["$ref"] != nil {
            try readReference("$ref", of: place.resource, into: &reader)
            return SchemaNode(reader.parts, resource: place.resource)
        }
        try readReference("$ref", of: place.resource, into: &reader)
        if resource.draft == .draft2020 { try readReference("$dynamicRef", of: place.resource, into: &reader) }
        if resource.vocabularies.contains(.validation) { try readAssertions(&reader) }
        if resource.vocabularies.contains(.applicator) { try readApplicators(&reader) }
        if resource.draft == .draft2020, resource.vocabularies.contains(.unevaluated) {
            reader.parts.unevaluatedItems = child("unevaluatedItems", &reader)
            reader.parts.unevaluatedProperties = child("unevaluatedProperties", &reader)
        }
        try readFormat(&reader, isAsserted: assertsFormats || resource.vocabularies.contains(.formatAssertion))
        return SchemaNode(reader.parts, resource: place.resource)
    }

    private mutating func readReference(_ keyword: String, of resource: Int, into reader: inout KeywordReader) throws(SchemaError) {
        guard let value = reader.object[keyword] else { return }
        guard let text = value.stringValue else {
            throw registry.error("schema.invalid", reader.location, "'\(keyword)' is an address as a text.", keyword: keyword)
        }
        let target = try registry.resolve(text, from: resource, at: reader.location, keyword: keyword)
        guard keyword == "$dynamicRef" else {
            reader.parts.applicators.append(.reference(number(of: target)))
            return
        }
        // It looks along the way only where, read as a plain reference, it leads to a `$dynamicAnchor` of the same name.
        let name = URIReference(text).decodedFragment
        let owner = registry.places[target]?.resource
        let isDynamic = !name.isEmpty && owner.map { registry.resources[$0].dynamicAnchors[name] == target } == true
        if isDynamic { dynamicNames.insert(name) }
        reader.parts.applicators.append(.dynamicReference(number(of: target), name: isDynamic ? name : nil))
    }

    /// The subschema that is the value of a keyword.
    mutating func child(_ keyword: String, _ reader: inout KeywordReader) -> Int? {
        reader.object[keyword] == nil ? nil : number(of: reader.location.appending(keyword))
    }

    // MARK: - Endless references

    /// A way from a subschema back to itself along which the value stays the same would never end.
    private func refuseEndlessReferences() throws(SchemaError) {
        enum State: UInt8 { case unseen, open, done }
        var states = [State](repeating: .unseen, count: nodes.count)
        for start in nodes.indices where states[start] == .unseen {
            var way: [(node: Int, rest: ArraySlice<Int>)] = [(start, nodes[start].inPlace[...])]
            states[start] = .open
            while let last = way.indices.last {
                guard let next = way[last].rest.popFirst() else {
                    states[way[last].node] = .done
                    way.removeLast()
                    continue
                }
                switch states[next] {
                case .done: break
                case .open:
                    throw registry.error(
                        "schema.endless", locations[next], "It refers to itself for the same value, which would never end.")
                case .unseen:
                    states[next] = .open
                    way.append((next, nodes[next].inPlace[...]))
                }
            }
        }
    }
}

/// A schema object being read.
struct KeywordReader {
    let object: JSONObject
    let location: SchemaLocation
    let draft: Draft
    let vocabularies: Vocabularies
    var parts = SchemaNodeParts()
}
