package import JSON

/// The documents that references may lead to, by their addresses; nothing is fetched from anywhere else.
package struct SchemaDocuments: Sendable, ExpressibleByDictionaryLiteral {
    private var documents: [String: JSONValue] = [:]

    package init(_ documents: [String: JSONValue] = [:]) {
        for (uri, document) in documents { add(document, at: uri) }
    }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (uri, document) in elements { add(document, at: uri) }
    }

    /// A fragment in the address is not part of it.
    package mutating func add(_ document: JSONValue, at uri: String) {
        documents[URIReference(uri).withoutFragment] = document
    }

    /// Whether the caller has given a document for this address.
    package func contains(_ uri: String) -> Bool { documents[URIReference(uri).withoutFragment] != nil }

    /// The document at an address without a fragment; the published meta-schemas are always there.
    subscript(uri: String) -> JSONValue? { documents[uri] ?? Metaschemas.byURI[uri] }
}
