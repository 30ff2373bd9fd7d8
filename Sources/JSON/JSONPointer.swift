/// A place in a JSON document (RFC 6901): `/permissions/0`; the empty pointer is the whole document.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    public private(set) var tokens: [String]

    public init(_ tokens: [String] = []) { self.tokens = tokens }

    /// Reads `/a/0/b~1c`; nil where the text is neither empty nor begins with `/`, or where `~` is not followed by 0 or 1.
    public init?(parsing text: String) {
        tokens = []
        if text.isEmpty { return }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            var token: [UInt8] = []
            var rest = part.makeIterator()
            while let byte = rest.next() {
                guard byte == UInt8(ascii: "~") else {
                    token.append(byte)
                    continue
                }
                switch rest.next() {
                case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
                default: return nil
                }
            }
            tokens.append(String(decoding: token, as: UTF8.self))
        }
    }

    public func appending(_ token: String) -> JSONPointer { JSONPointer(tokens + [token]) }
    public func appending(_ index: Int) -> JSONPointer { appending(String(index)) }

    public var description: String {
        var text: [UInt8] = []
        for token in tokens {
            text.append(UInt8(ascii: "/"))
            for byte in token.utf8 {
                switch byte {
                case UInt8(ascii: "~"): text += [UInt8(ascii: "~"), UInt8(ascii: "0")]
                case UInt8(ascii: "/"): text += [UInt8(ascii: "~"), UInt8(ascii: "1")]
                default: text.append(byte)
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension JSONValue {
    /// The value a pointer leads to, or nil. Array places are decimal without leading zeros; `-` leads nowhere, as nothing is there yet.
    public func value(at pointer: JSONPointer) -> JSONValue? {
        var here = self
        for token in pointer.tokens {
            switch here {
            case .object(let object):
                guard let next = object[token] else { return nil }
                here = next
            case .array(let array):
                guard let place = Int(token), String(place) == token, array.indices.contains(place) else { return nil }
                here = array[place]
            default: return nil
            }
        }
        return here
    }
}
