/// Builds the tree from simdjson's tape (its words are described in CSimdJSON.h).
///
/// The tape comes from our own parser in our own memory, so its shape is trusted; only our limits are checked here. A document that breaks
/// one is given up with `Refused`: `CarefulReader` then finds the place.
struct TapeReader {
    struct Refused: Error {}

    private let tape: UnsafePointer<UInt64>
    private let strings: UnsafePointer<UInt8>
    private let depthMax: Int
    private let rejectsDuplicates: Bool
    private var at = 1

    init(tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, limits: JSONLimits) {
        self.tape = tape
        self.strings = strings
        depthMax = min(limits.depthMax, JSONLimits.depthCeiling)
        rejectsDuplicates = limits.duplicateKeys == .reject
    }

    mutating func document() throws(Refused) -> JSONValue { try value(depth: 0) }

    private mutating func value(depth: Int) throws(Refused) -> JSONValue {
        let word = tape[at]
        at += 1
        switch UInt8(truncatingIfNeeded: word >> 56) {
        case UInt8(ascii: "\""): return .string(string(word))
        case UInt8(ascii: "l"): return .int(Int64(bitPattern: number()))
        case UInt8(ascii: "d"): return .double(Double(bitPattern: number()))
        case UInt8(ascii: "u"): return .double(Double(number()))
        case UInt8(ascii: "t"): return .bool(true)
        case UInt8(ascii: "f"): return .bool(false)
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "["): return try array(word, depth: depth + 1)
        case UInt8(ascii: "{"): return try object(word, depth: depth + 1)
        default: throw Refused()
        }
    }

    private mutating func number() -> UInt64 {
        defer { at += 1 }
        return tape[at]
    }

    private func string(_ word: UInt64) -> String {
        let start = strings + Int(word & 0x00FF_FFFF_FFFF_FFFF)
        let length = Int(UnsafeRawPointer(start).loadUnaligned(as: UInt32.self))
        return String(decoding: UnsafeBufferPointer(start: start + 4, count: length), as: UTF8.self)
    }

    private static func end(_ word: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: word)) - 1 }
    private static func count(_ word: UInt64) -> Int { Int((word >> 32) & 0xFF_FFFF) }

    private mutating func array(_ word: UInt64, depth: Int) throws(Refused) -> JSONValue {
        guard depth <= depthMax else { throw Refused() }
        let end = Self.end(word)
        var elements: [JSONValue] = []
        elements.reserveCapacity(Self.count(word))
        while at < end { elements.append(try value(depth: depth)) }
        at = end + 1
        return .array(elements)
    }

    private mutating func object(_ word: UInt64, depth: Int) throws(Refused) -> JSONValue {
        guard depth <= depthMax else { throw Refused() }
        let end = Self.end(word)
        let count = Self.count(word)
        if count > JSONObject.scannedCountMax { return try largeObject(count, end: end, depth: depth) }
        var members: [JSONObject.Member] = []
        members.reserveCapacity(count)
        // A set of 64 bits, one taken by length and outer letters of each key: most keys find theirs free and need not be compared.
        var seen: UInt64 = 0
        while at < end {
            let mark = Self.mark(strings + Int(tape[at] & 0x00FF_FFFF_FFFF_FFFF))
            let key = string(tape[at])
            at += 1
            let value = try value(depth: depth)
            if seen & mark != 0, let place = members.firstIndex(where: { sameCodePoints($0.key, key) }) {
                if rejectsDuplicates { throw Refused() }
                members[place].value = value
            } else {
                members.append(JSONObject.Member(key: key, value: value))
            }
            seen |= mark
        }
        at = end + 1
        return .object(JSONObject(distinct: members))
    }

    private mutating func largeObject(_ count: Int, end: Int, depth: Int) throws(Refused) -> JSONValue {
        var object = JSONObject()
        object.reserveCapacity(count)
        while at < end {
            let key = string(tape[at])
            at += 1
            if rejectsDuplicates, object.contains(key) { throw Refused() }
            object[key] = try value(depth: depth)
        }
        at = end + 1
        return .object(object)
    }

    private static func mark(_ entry: UnsafePointer<UInt8>) -> UInt64 {
        let length = UnsafeRawPointer(entry).loadUnaligned(as: UInt32.self)
        guard length > 0 else { return 1 }
        let outer = UInt32(entry[4]) &* 31 &+ UInt32(entry[3 + Int(length)]) &* 7 &+ length &* 13
        return 1 << UInt64(outer & 63)
    }
}
