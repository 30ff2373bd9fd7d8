/// Texts to be found in others, prepared once: a few are looked for one after the other, many at once.
final class NeedleSet: Sendable {
    /// As written.
    let texts: [String]
    private let few: [(place: Int, needle: Needle)]
    private let many: NeedleAutomaton?

    /// About what texts of so many bytes take once they are prepared.
    static func memoryBytes(count: Int, bytes: Int) -> Int {
        count > fewMax ? bytes * NeedleAutomaton.bytesPerByte : bytes + count * MemoryLayout<(place: Int, needle: Needle)>.stride
    }

    /// With as many the C library's search for single bytes is still the faster way in texts people write.
    private static let fewMax = 8

    /// - Parameter isVariant: Which folding they and what is looked into have.
    init(_ texts: [String], isVariant: Bool) {
        self.texts = texts
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for text in texts {
            if isVariant { TextFolding.variant(text, into: &bytes) } else { TextFolding.lower(text, into: &bytes) }
            ends.append(bytes.count)
        }
        if texts.count > Self.fewMax {
            (few, many) = ([], NeedleAutomaton(bytes: bytes, ends: ends))
        } else {
            // One that folds to nothing would be found everywhere.
            few = ends.indices.map { ($0, Needle(Array(bytes[($0 == 0 ? 0 : ends[$0 - 1])..<ends[$0]]))) }.filter { !$0.1.bytes.isEmpty }
            many = nil
        }
    }

    /// Whether any of these texts folds to something that can be looked for.
    static func hasNeedles(_ texts: [String], isVariant: Bool) -> Bool {
        var bytes: [UInt8] = []
        return texts.contains { text in
            if isVariant { TextFolding.variant(text, into: &bytes) } else { TextFolding.lower(text, into: &bytes) }
            return !bytes.isEmpty
        }
    }

    /// The place of one that is in the folded text.
    /// - Parameter first: The first in the list, not just any.
    @inline(__always)
    func find(in folded: UnsafeBufferPointer<UInt8>, first: Bool) -> Int? {
        if let many { return many.find(in: folded, first: first) }
        for index in few.indices where few[index].needle.isFound(in: folded) { return few[index].place }
        return nil
    }

    /// About how long looking through so many bytes takes, in units of `EvaluationWatch`.
    @inline(__always)
    func work(_ bytes: Int) -> Int { many == nil ? few.count &* (bytes >> 7) : bytes >> 3 }
}
