/// A fixed set of names with the place of each, looked up by code points.
///
/// Names of a schema are few and short: their length and a cheap hash of their bytes lead to the one to compare with. Whoever writes a
/// schema full of collisions slows down that schema alone.
struct NameTable: Sendable {
    private let names: [String]
    /// For each slot the place of a name, or -1. A power of two, at most half full.
    private var slots: [Int32]

    /// Of a name that stands twice, the first place counts.
    init(_ names: [String]) {
        self.names = names
        var size = 4
        while size < names.count * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        for (place, name) in names.enumerated() where position(of: name) == nil {
            var slot = Self.hash(name) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(place)
        }
    }

    var count: Int { names.count }

    func position(of name: String) -> Int? {
        var slot = Self.hash(name) & (slots.count - 1)
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if isSame(names[place], name) { return place }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    @inline(__always)
    private static func hash(_ name: String) -> Int {
        // FNV-1a.
        let hash =
            name.utf8.withContiguousStorageIfAvailable { bytes in
                bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            } ?? 0
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }
}

/// Whether two texts hold the same code points; Swift's own equality would call `"é"` and `"e\u{301}"` the same.
func isSame(_ a: String, _ b: String) -> Bool {
    let bothAsBytes = a.utf8.withContiguousStorageIfAvailable { a in
        b.utf8.withContiguousStorageIfAvailable { b in a.count == b.count && a.elementsEqual(b) }
    }
    // Strings of Swift's own are contiguous; a bridged one, which Linux does not have, would be compared slowly.
    return bothAsBytes.flatMap(\.self) ?? a.utf8.elementsEqual(b.utf8)
}
