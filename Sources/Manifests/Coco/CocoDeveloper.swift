import JSON
import PluginModel

/// Who made an extension: `developer.json` of the folder above, or what the store put into the manifest. Shown, never required.
enum CocoDeveloper {
    static let fileName = "developer.json"
    static let bytesMax = 64 << 10
    static let contributorsMax = 100
    private static let place = "../\(fileName)"

    /// Of an extension as authors keep it; nil where the folder above is nobody's.
    static func publisher(of identity: CocoIdentity, file bytes: [UInt8]?, _ notes: inout CocoNotes) -> Publisher? {
        guard identity.developer != CocoIdentity.local else { return nil }
        var publisher = Publisher(id: identity.developer, name: identity.developer)
        guard let bytes else { return publisher }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: bytesMax, depthMax: 16))
        } catch {
            notes.add(
                .warning, .developer, place: .source(file: place, line: error.line, column: error.column, text: nil),
                "The developer's file is not JSON: \(error.message)", remedy: "Correct it; until then the folder's name stands in.")
            return publisher
        }
        guard let object = document.objectValue else {
            note("The developer's file holds \(document.kindPhrase) where an object belongs.", JSONPointer(), &notes)
            return publisher
        }
        for key in ["name", "avatar"] where object[key] == nil { note("\"\(key)\" is missing.", JSONPointer(), &notes) }
        for key in ["name", "avatar", "twitter_handle", "github_handle", "location", "website", "bio"] {
            if let value = object[key], !value.isNull, value.stringValue == nil {
                note("\"\(key)\" must be a text, not \(value.kindPhrase).", JSONPointer([key]), &notes)
            }
        }
        if let name = object["name"]?.stringValue, !name.isEmpty { publisher.name = name }
        describe(&publisher, object)
        return publisher
    }

    /// What both forms say about a person beside the name and the picture.
    private static func describe(_ publisher: inout Publisher, _ object: JSONObject) {
        func text(_ key: String) -> String? { object[key]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }
        publisher.url = object["website"]?.stringValue.flatMap { CocoWeb.isAddress($0) ? $0 : nil }
        publisher.about = text("bio")
        publisher.location = text("location")
        for service in ["github", "twitter"] { publisher.accounts[service] = text("\(service)_handle") }
    }

    /// The people that the store lists beside the developer; entries without a name are left out.
    static func contributors(_ value: JSONValue?) -> [Publisher] {
        (value?.arrayValue ?? []).prefix(contributorsMax).compactMap { item in
            guard let name = item["name"]?.stringValue, !name.isEmpty else { return nil }
            return Publisher(
                id: item["id"]?.stringValue, name: name,
                image: item["avatar"]?.stringValue.flatMap { CocoWeb.isAddress($0) ? Image.url($0) : nil })
        }
    }

    /// Of an extension from the store.
    static func publisher(of identity: CocoIdentity, in object: JSONObject) -> Publisher {
        var publisher = Publisher(id: identity.developer, name: object["name"]?.stringValue ?? identity.developer)
        describe(&publisher, object)
        publisher.image = object["avatar"]?.stringValue.flatMap { CocoWeb.isAddress($0) ? Image.url($0) : nil }
        return publisher
    }

    private static func note(_ sentence: String, _ pointer: JSONPointer, _ notes: inout CocoNotes) {
        notes.add(.warning, .developer, pointer, "In the developer's file: \(sentence)", remedy: "Correct it.", file: place)
    }
}

/// Addresses of the web.
enum CocoWeb {
    private static let bytesMax = 2000

    static func isAddress(_ text: String) -> Bool {
        let start = text.prefix(8).lowercased()
        guard text.utf8.count <= bytesMax, start.hasPrefix("https://") || start.hasPrefix("http://") else { return false }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }

    /// Scheme, host and port, as a permission for the network names them; nil where there is no host or a name and password stand before it.
    static func origin(of address: String) -> String? {
        guard isAddress(address), let slashes = address.firstRange(of: "://") else { return nil }
        let host = address[slashes.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
        guard !host.isEmpty, !host.contains("@") else { return nil }
        return address[..<slashes.lowerBound].lowercased() == "http" ? "http://\(host)" : String(host)
    }
}
