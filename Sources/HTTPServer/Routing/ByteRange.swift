/// The part of a file a `Range` field asks for. Only one range is served; several, and what is not understood, get the whole (RFC 9110
/// § 14.2 lets a server do so).
enum ByteRange: Equatable {
    case whole
    case part(Range<Int>)
    /// A range that is understood and holds nothing of the file.
    case none

    static func parse(_ text: String, of count: Int) -> ByteRange {
        guard text.hasPrefix("bytes="), !text.contains(",") else { return .whole }
        let ends = text.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } && $0.utf8.count <= 15 }) else {
            return .whole
        }
        switch (Int(ends[0]), Int(ends[1])) {
        case (nil, nil): return .whole
        case (nil, let last?):
            guard last > 0, count > 0 else { return .none }
            return .part(max(0, count - last)..<count)
        case (let first?, let last):
            if let last, last < first { return .whole }
            guard first < count else { return .none }
            return .part(first..<min(count, (last ?? count) + 1))
        }
    }
}
