import JSON

/// Where a subschema stands.
struct SchemaLocation: Hashable, Sendable {
    /// The place of its document among those loaded; 0 is the one given.
    let document: Int
    let pointer: JSONPointer

    // By code points, as member names are compared; Swift's own equality would make one of two names that only look the same.
    static func == (a: SchemaLocation, b: SchemaLocation) -> Bool {
        a.document == b.document && a.pointer.tokens.elementsEqual(b.pointer.tokens) { $0.utf8.elementsEqual($1.utf8) }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(document)
        for token in pointer.tokens {
            for byte in token.utf8 { hasher.combine(byte) }
            hasher.combine(0xFF as UInt8)
        }
    }
}

/// A schema with an address of its own: a document, or a part of one with `$id`.
struct SchemaResource: Sendable {
    let uri: URIReference
    let draft: Draft
    let vocabularies: Vocabularies
    let root: SchemaLocation
    var anchors: [String: SchemaLocation] = [:]
    var dynamicAnchors: [String: SchemaLocation] = [:]
}

/// A subschema found by scanning.
struct SchemaPlace: Sendable {
    let value: JSONValue
    /// Index of the resource it belongs to.
    let resource: Int
}

/// Every document loaded so far, with the addresses and anchors inside. Documents are loaded when a reference first leads to them.
struct SchemaRegistry {
    private let documents: SchemaDocuments
    private var roots: [JSONValue] = []
    /// The address each document was found at.
    private var addresses: [String] = []
    private(set) var resources: [SchemaResource] = []
    private(set) var places: [SchemaLocation: SchemaPlace] = [:]
    private var resourceByURI: [String: Int] = [:]

    init(_ documents: SchemaDocuments) { self.documents = documents }

    /// Takes in a document and gives the location of its root.
    mutating func load(_ value: JSONValue, at uri: String, draft: Draft) throws(SchemaError) -> SchemaLocation {
        let root = SchemaLocation(document: roots.count, pointer: JSONPointer())
        roots.append(value)
        addresses.append(uri)
        let (ownDraft, vocabularies) = try draftAndVocabularies(of: value, at: root, inherited: (draft, .standard))
        resources.append(SchemaResource(uri: URIReference(uri), draft: ownDraft, vocabularies: vocabularies, root: root))
        let index = resources.count - 1
        if resourceByURI[uri] == nil { resourceByURI[uri] = index }
        try scan(value, at: root, resource: index, depth: 0)
        return root
    }

    func error(_ code: String, _ location: SchemaLocation, _ message: String, keyword: String? = nil) -> SchemaError {
        SchemaError(
            code: code, pointer: keyword.map { location.pointer.appending($0) } ?? location.pointer,
            document: location.document == 0 ? nil : addresses[location.document], message: message)
    }

    // MARK: - Following references

    /// Where a reference written in `resource` leads; loads the document it names.
    mutating func resolve(_ reference: String, from resource: Int, at location: SchemaLocation, keyword: String) throws(SchemaError)
        -> SchemaLocation
    {
        let uri = URIReference(reference).resolved(against: resources[resource].uri)
        let address = uri.withoutFragment
        if resourceByURI[address] == nil {
            guard let document = documents[address] else {
                throw error(
                    "schema.unresolved", location, "'\(shortened(reference))' leads to '\(shortened(address))', which is not known here.",
                    keyword: keyword)
            }
            _ = try load(document, at: address, draft: resources[resource].draft)
        }
        guard let target = resourceByURI[address] else {
            throw error("schema.unresolved", location, "'\(shortened(reference))' leads nowhere.", keyword: keyword)
        }
        let fragment = uri.decodedFragment
        let found: SchemaLocation?
        if fragment.isEmpty {
            found = resources[target].root
        } else if fragment.hasPrefix("/") {
            found = try place(at: fragment, in: target)
        } else {
            found = resources[target].anchors[fragment]
        }
        guard let found else {
            throw error(
                "schema.unresolved", location, "'\(shortened(reference))' leads to a place that is not there.", keyword: keyword)
        }
        return found
    }

    /// The subschema at a pointer within a resource. Where no keyword makes it a schema, the reference does: it is scanned now.
    private mutating func place(at fragment: String, in target: Int) throws(SchemaError) -> SchemaLocation? {
        guard let pointer = JSONPointer(parsing: fragment) else { return nil }
        let root = resources[target].root
        let full = SchemaLocation(document: root.document, pointer: JSONPointer(root.pointer.tokens + pointer.tokens))
        if places[full] != nil { return full }
        guard let value = roots[root.document].value(at: full.pointer) else { return nil }
        var owner = target
        for count in root.pointer.tokens.count..<full.pointer.tokens.count {
            let ancestor = SchemaLocation(document: root.document, pointer: JSONPointer(Array(full.pointer.tokens.prefix(count))))
            if let place = places[ancestor] { owner = place.resource }
        }
        try scan(value, at: full, resource: owner, depth: full.pointer.tokens.count)
        return full
    }

    // MARK: - Finding subschemas

    private mutating func scan(_ value: JSONValue, at location: SchemaLocation, resource: Int, depth: Int) throws(SchemaError) {
        guard places[location] == nil else { return }
        guard depth <= SchemaLimits.schemaDepthMax else {
            throw error("schema.too-large", location, "Subschemas lie more than \(SchemaLimits.schemaDepthMax) deep in each other.")
        }
        guard places.count < SchemaLimits.subschemasMax else {
            throw error("schema.too-large", location, "There are more than \(SchemaLimits.subschemasMax) subschemas.")
        }
        guard case .object(let object) = value else {
            guard case .bool = value else {
                throw error("schema.invalid", location, "A schema is an object, true or false, and not \(value.kindWithArticle).")
            }
            places[location] = SchemaPlace(value: value, resource: resource)
            return
        }
        let owner = try identify(object, at: location, within: resource)
        places[location] = SchemaPlace(value: value, resource: owner)
        let draft = resources[owner].draft
        if draft == .draft7, object["$ref"] != nil { return }
        try noteAnchors(object, at: location, in: owner)
        for (key, child) in object {
            switch SchemaKeywords.shape(of: key, in: draft) {
            case .none: break
            case .schema: try scan(child, at: location.appending(key), resource: owner, depth: depth + 1)
            case .schemaOrList:
                if case .array(let list) = child {
                    for (place, each) in list.enumerated() {
                        try scan(each, at: location.appending(key, String(place)), resource: owner, depth: depth + 1)
                    }
                } else {
                    try scan(child, at: location.appending(key), resource: owner, depth: depth + 1)
                }
            case .list:
                guard case .array(let list) = child, !list.isEmpty else {
                    throw error("schema.invalid", location, "'\(key)' is a list of schemas that is not empty.", keyword: key)
                }
                for (place, each) in list.enumerated() {
                    try scan(each, at: location.appending(key, String(place)), resource: owner, depth: depth + 1)
                }
            case .map, .mapWithLists:
                guard case .object(let members) = child else {
                    throw error("schema.invalid", location, "'\(key)' is an object of schemas.", keyword: key)
                }
                let allowsLists = SchemaKeywords.shape(of: key, in: draft) == .mapWithLists
                for (name, each) in members {
                    if allowsLists, case .array = each { continue }
                    try scan(each, at: location.appending(key, name), resource: owner, depth: depth + 1)
                }
            }
        }
    }

    /// The resource a subschema belongs to: a new one where it has an `$id`.
    private mutating func identify(_ object: JSONObject, at location: SchemaLocation, within parent: Int) throws(SchemaError) -> Int {
        guard let id = object["$id"] else { return parent }
        let inherited = (resources[parent].draft, resources[parent].vocabularies)
        let (draft, vocabularies) = try draftAndVocabularies(of: .object(object), at: location, inherited: inherited)
        if draft == .draft7, object["$ref"] != nil { return parent }
        guard let text = id.stringValue else { throw error("schema.invalid", location, "'$id' is a text.", keyword: "$id") }
        // Draft 7 writes an anchor as an `$id` of a fragment alone.
        if draft == .draft7, text.hasPrefix("#"), text.count > 1 { return parent }
        let uri = URIReference(text).resolved(against: resources[parent].uri)
        if draft == .draft2020, let fragment = uri.fragment, !fragment.isEmpty {
            throw error("schema.invalid", location, "'$id' has no fragment; '$anchor' names a place.", keyword: "$id")
        }
        var plain = uri
        plain.fragment = nil
        let address = plain.withoutFragment
        if let known = resourceByURI[address] {
            let root = resources[known].root
            if root == location { return known }
            if root.document == location.document, location.pointer != JSONPointer() {
                throw error("schema.duplicate-id", location, "'\(shortened(address))' is the '$id' of two subschemas.", keyword: "$id")
            }
        }
        resources.append(SchemaResource(uri: plain, draft: draft, vocabularies: vocabularies, root: location))
        if resourceByURI[address] == nil { resourceByURI[address] = resources.count - 1 }
        // A document is known by its own name and by the one it was found under.
        if location.pointer == JSONPointer() { resourceByURI[addresses[location.document]] = resources.count - 1 }
        return resources.count - 1
    }

    private mutating func noteAnchors(_ object: JSONObject, at location: SchemaLocation, in owner: Int) throws(SchemaError) {
        if resources[owner].draft == .draft7 {
            if let id = object["$id"]?.stringValue, let fragment = URIReference(id).fragment, !fragment.isEmpty {
                try note(String(fragment), at: location, in: owner, keyword: "$id")
            }
            return
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            guard let value = object[keyword] else { continue }
            guard let name = value.stringValue, !name.isEmpty else {
                throw error("schema.invalid", location, "'\(keyword)' is a name.", keyword: keyword)
            }
            try note(name, at: location, in: owner, keyword: keyword)
            if keyword == "$dynamicAnchor" { resources[owner].dynamicAnchors[name] = location }
        }
    }

    private mutating func note(_ name: String, at location: SchemaLocation, in owner: Int, keyword: String) throws(SchemaError) {
        if let other = resources[owner].anchors[name], other != location {
            throw error("schema.duplicate-id", location, "'\(shortened(name))' names two places.", keyword: keyword)
        }
        resources[owner].anchors[name] = location
    }

    // MARK: - Drafts

    private func draftAndVocabularies(
        of value: JSONValue, at location: SchemaLocation, inherited: (Draft, Vocabularies)
    ) throws(SchemaError) -> (Draft, Vocabularies) {
        guard let named = value["$schema"] else { return inherited }
        guard let text = named.stringValue else { throw error("schema.invalid", location, "'$schema' is a text.", keyword: "$schema") }
        let first = URIReference(text).withoutFragment
        var address = first
        for _ in 0..<SchemaLimits.metaschemasMax {
            if let draft = Draft(metaschema: address) {
                let vocabularies = address == first ? .standard : try vocabularies(of: documents[first], named: first, at: location)
                return (draft, vocabularies)
            }
            guard let metaschema = documents[address], let next = metaschema["$schema"]?.stringValue else { break }
            address = URIReference(next).withoutFragment
        }
        throw error(
            "schema.unknown-draft", location,
            "'\(shortened(text))' is no draft that is understood here: 2020-12 and draft 7 are.", keyword: "$schema")
    }

    private func vocabularies(of metaschema: JSONValue?, named name: String, at location: SchemaLocation) throws(SchemaError)
        -> Vocabularies
    {
        guard let listed = metaschema?["$vocabulary"]?.objectValue else { return .standard }
        var found: Vocabularies = []
        for (uri, isRequired) in listed {
            if let vocabulary = Vocabularies(uri: uri) {
                found.formUnion(vocabulary)
            } else if isRequired == true {
                throw error(
                    "schema.unknown-vocabulary", location,
                    "Its meta-schema '\(shortened(name))' requires the vocabulary '\(shortened(uri))', which is not understood here.",
                    keyword: "$schema")
            }
        }
        return found
    }
}

extension SchemaLocation {
    func appending(_ tokens: String...) -> SchemaLocation {
        SchemaLocation(document: document, pointer: JSONPointer(pointer.tokens + tokens))
    }
}
