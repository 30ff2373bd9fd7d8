import JSON

/// A good manifest made worse by a seeded hand: changes a person, a merge or an attacker could make.
struct ManifestMutator {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// What was done, for the message of a failing test, and the bytes that came of it.
    mutating func mutate(_ text: String) -> (what: String, bytes: [UInt8]) {
        guard let document = try? JSONValue(parsing: text), random.below(5) != 0 else { return mutate(bytes: Array(text.utf8)) }
        var changes: [String] = []
        var mutated = document
        for _ in 0...random.below(3) {
            let pointers = Self.pointers(in: mutated)
            let pointer = pointers[random.below(pointers.count)]
            let (what, changed) = change(mutated, at: pointer)
            changes.append("\(what) at '\(pointer)'")
            mutated = changed
        }
        return (changes.joined(separator: ", "), mutated.serializedBytes())
    }

    private mutating func mutate(bytes: [UInt8]) -> (what: String, bytes: [UInt8]) {
        var bytes = bytes
        let place = random.below(max(1, bytes.count))
        switch random.below(5) {
        case 0:
            bytes.removeSubrange(place...)
            return ("cut at \(place)", bytes)
        case 1:
            bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            return ("a byte more at \(place)", bytes)
        case 2:
            bytes[place] ^= UInt8(1 << random.below(8))
            return ("a bit flipped at \(place)", bytes)
        case 3: return ("twice", bytes + bytes)
        default: return ("noise", (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }

    private mutating func change(_ document: JSONValue, at pointer: JSONPointer) -> (what: String, document: JSONValue) {
        switch random.below(4) {
        case 0: return ("removed", Self.set(document, at: pointer.tokens[...], to: nil) ?? .null)
        case 1:
            let name = strange(strings: 12)
            guard case .object(var object)? = document.value(at: pointer) else { fallthrough }
            object[name] = value()
            return ("a member '\(name.prefix(20))' more", Self.set(document, at: pointer.tokens[...], to: .object(object)) ?? .null)
        default:
            let new = value()
            return ("\(new.serialized().prefix(40)) set", Self.set(document, at: pointer.tokens[...], to: new) ?? .null)
        }
    }

    private mutating func value() -> JSONValue {
        switch random.below(12) {
        case 0: .null
        case 1: .bool(random.below(2) == 0)
        case 2: .int(Int64(bitPattern: random.next()))
        case 3: .double(Double(random.below(1_000_000)) / 7)
        case 4: .array([])
        case 5: .object([:])
        case 6: .array(Array(repeating: .string("x"), count: random.below(2_000)))
        case 7: .array([.null, .int(1), .string("a"), [:]])
        case 8: Self.nested(depth: random.below(60))
        case 9: .string(String(repeating: "long ", count: random.below(4_000)))
        default: .string(strange(strings: 40))
        }
    }

    /// Texts that have hurt somebody: paths that leave, addresses, versions, templates, controls.
    private mutating func strange(strings countMax: Int) -> String {
        let texts = [
            "", " ", "../../etc/passwd", "/etc/passwd", "a/../../b", "..", "C:\\x", "file:///etc/passwd", "javascript:alert(1)",
            "http://169.254.169.254/", "network:outbound:*", "network:outbound:", "network:outbound:a b", "^1.0.0", "not-a-version", "1.0",
            "99999999999999999999.0.0", "{", "{a: 'b", "{query}", "{x: y}", "\u{0}", "\u{1B}[2J", "\u{202E}gpj", "ﷺ", "e\u{301}", "é",
            "<script>alert(1)</script>", "__proto__", "constructor", "id", "name", "type", "version", "commands", "connector", "extension",
            "view", "ui", "fullstack", "😀", String(repeating: "a", count: 300), "a\u{0}b", "\\u0000", "null", "true", "-0", "1e999",
        ]
        return texts[random.below(texts.count)]
    }

    private static func nested(depth: Int) -> JSONValue { (0..<depth).reduce(JSONValue.int(1)) { value, _ in .array([value]) } }

    private static func pointers(in document: JSONValue) -> [JSONPointer] {
        var result: [JSONPointer] = []
        func walk(_ value: JSONValue, _ pointer: JSONPointer) {
            result.append(pointer)
            switch value {
            case .object(let object): for (key, member) in object { walk(member, pointer.appending(key)) }
            case .array(let array): for (index, element) in array.enumerated() { walk(element, pointer.appending(index)) }
            default: break
            }
        }
        walk(document, JSONPointer())
        return result
    }

    private static func set(_ document: JSONValue, at tokens: ArraySlice<String>, to new: JSONValue?) -> JSONValue? {
        guard let token = tokens.first else { return new }
        switch document {
        case .object(var object):
            object[token] = object[token].flatMap { set($0, at: tokens.dropFirst(), to: new) }
            return .object(object)
        case .array(var array):
            guard let index = Int(token), array.indices.contains(index) else { return document }
            if let changed = set(array[index], at: tokens.dropFirst(), to: new) { array[index] = changed } else { array.remove(at: index) }
            return .array(array)
        default: return document
        }
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededRandom {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }
}
