package import JSON

/// Replaces secrets in texts by `•••`, wherever they stand and however they overlap.
///
/// It knows secrets by their values as they were configured; one that a plugin has encoded or split first is not recognised, which is why
/// redaction is a courtesy to the plugin's author and no wall.
package struct Redactor: Sendable {
    /// Shorter values are left alone: replacing every "a" or "1" would tell more than it hides, and spoil the log.
    package static let secretBytesMin = 4

    package static let mask = "•••"

    private let secrets: [[UInt8]]
    /// 0 when there are none.
    let longest: Int

    package init(secrets: some Sequence<String>) {
        self.secrets = Set(secrets.map { Array($0.utf8) }).filter { $0.count >= Self.secretBytesMin }
        longest = self.secrets.map(\.count).max() ?? 0
    }

    package var isEmpty: Bool { secrets.isEmpty }

    /// The text without secrets, at most `bytesMax` bytes of it; what is cut off is said at the end, in bytes.
    package func redact(_ text: String, bytesMax: Int = .max) -> String {
        let count = text.utf8.count
        if isEmpty, count <= bytesMax { return text }
        var bytes = Array(text.utf8)
        if bytesMax < .max - 2 * longest, count > bytesMax + 2 * longest {
            // Redaction shortens, so more than the limit is looked at; of its very end, where a secret may be cut in half, nothing is used.
            bytes = redacted(Array(bytes[..<(bytesMax + 2 * longest)]))
            bytes.removeLast(min(bytes.count, longest))
        } else {
            bytes = redacted(bytes)
            if bytes.count <= bytesMax { return String(decoding: bytes, as: UTF8.self) }
        }
        let kept = Self.wholeCharacters(bytes[..<min(bytes.count, bytesMax)])
        return String(decoding: kept, as: UTF8.self) + "… (\(max(0, count - kept.count)) more bytes)"
    }

    /// Without the character at the end that was cut in two.
    private static func wholeCharacters(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let lead = bytes.indices.suffix(4).last(where: { bytes[$0] & 0xc0 != 0x80 }) else { return bytes }
        let length =
            switch bytes[lead] {
            case 0xf0...: 4
            case 0xe0...: 3
            case 0xc0...: 2
            default: 1
            }
        return lead + length > bytes.endIndex ? bytes[..<lead] : bytes
    }

    /// The bytes without secrets, whatever else they are.
    package func redact(bytes: [UInt8]) -> [UInt8] { isEmpty ? bytes : redacted(bytes) }

    /// Every text in the value without secrets, keys included.
    package func redact(_ value: JSONValue) -> JSONValue {
        if isEmpty { return value }
        switch value {
        case .null, .bool: return value
        case .int, .double:
            // A secret of digits may come as a number.
            let text = value.serialized()
            let shown = redact(text)
            return shown == text ? value : .string(shown)
        case .string(let text): return .string(redact(text))
        case .array(let elements): return .array(elements.map(redact))
        case .object(let object): return .object(redact(object))
        }
    }

    package func redact(_ object: JSONObject) -> JSONObject {
        if isEmpty { return object }
        return JSONObject(object.map { (redact($0.key), redact($0.value)) })
    }

    private func redacted(_ bytes: [UInt8]) -> [UInt8] {
        var found: [Range<Int>] = []
        for secret in secrets {
            var from = 0
            while let start = Self.find(secret, in: bytes, from: from) {
                found.append(start..<(start + secret.count))
                from = start + 1
            }
        }
        if found.isEmpty { return bytes }
        found.sort { $0.lowerBound < $1.lowerBound }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var copied = 0
        var place = 0
        while place < found.count {
            var hidden = found[place]
            place += 1
            while place < found.count, found[place].lowerBound < hidden.upperBound {
                hidden = hidden.lowerBound..<max(hidden.upperBound, found[place].upperBound)
                place += 1
            }
            result += bytes[copied..<hidden.lowerBound]
            result += Self.mask.utf8
            copied = hidden.upperBound
        }
        result += bytes[copied...]
        return result
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count - start >= needle.count else { return nil }
        return bytes.withUnsafeBufferPointer { bytes in
            needle.withUnsafeBufferPointer { needle in
                (start...(bytes.count - needle.count)).first { place in
                    bytes[place] == needle[0] && (1..<needle.count).allSatisfy { bytes[place + $0] == needle[$0] }
                }
            }
        }
    }
}
