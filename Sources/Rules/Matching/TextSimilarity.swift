/// How like a text is to the nearest of several others: the cosine between their counts of three signs in a row. Decision 0028.
///
/// 1 for texts that are the same but for case, spacing and punctuation; 0 for those that have no three signs in common. Where words stand
/// counts little, a letter more or less a little, and a short text within a long one is not near to it.
package struct TextSimilarity: Sendable {
    /// What the others have, at most, all together; so that one value costs a bounded time however many there are.
    package static let trigramsMax = 1_000_000
    /// Of a text that is compared, its beginning.
    package static let scalarsMax = 65_536

    private struct Place: Sendable {
        let text: Int32
        let count: Int32
    }

    package let texts: [String]
    /// Every trigram once, in order.
    private let trigrams: [UInt64]
    /// Of each of them, where its places end; they begin where those of the one before end.
    private let ends: [UInt32]
    /// In which texts each stands, in their order.
    private let places: [Place]
    /// The squares of each text's counts, summed.
    private let squares: [Double]

    /// Texts of which nothing is left are not among those compared. Nil where they are more than can be compared in time.
    package init?(_ texts: [String]) {
        var (kept, squares): ([String], [Double]) = ([], [])
        var found: [(trigram: UInt64, place: Place)] = []
        for text in texts {
            let counts = Self.counts(of: text)
            guard !counts.isEmpty else { continue }
            guard found.count + counts.count <= Self.trigramsMax else { return nil }
            for (trigram, count) in counts { found.append((trigram, Place(text: Int32(kept.count), count: Int32(count)))) }
            squares.append(Self.square(counts))
            kept.append(text)
        }
        found.sort { ($0.trigram, $0.place.text) < ($1.trigram, $1.place.text) }
        var (trigrams, ends): ([UInt64], [UInt32]) = ([], [])
        for (place, entry) in found.enumerated() {
            if trigrams.last == entry.trigram {
                ends[ends.count - 1] = UInt32(place + 1)
            } else {
                trigrams.append(entry.trigram)
                ends.append(UInt32(place + 1))
            }
        }
        (self.texts, self.squares, self.trigrams, self.ends) = (kept, squares, trigrams, ends)
        places = found.map(\.place)
    }

    /// How many trigrams it holds, those of each text once.
    var count: Int { places.count }

    /// About what so many different trigrams of each text take; one each of a list of texts, at most.
    static func memoryBytes(trigrams: Int) -> Int {
        trigrams * (MemoryLayout<Place>.stride + MemoryLayout<UInt64>.stride + MemoryLayout<UInt32>.stride)
    }

    /// Where a trigram stands.
    private func range(of trigram: UInt64) -> Range<Int> {
        var (low, high) = (0, trigrams.count)
        while low < high {
            let middle = (low + high) / 2
            if trigrams[middle] < trigram { low = middle + 1 } else { high = middle }
        }
        guard low < trigrams.count, trigrams[low] == trigram else { return 0..<0 }
        return (low == 0 ? 0 : Int(ends[low - 1]))..<Int(ends[low])
    }

    /// Of equally near ones the first; nil for the place where none has anything in common.
    package func nearest(to text: String) -> (score: Double, place: Int?) {
        let counts = Self.counts(of: text)
        guard !counts.isEmpty else { return (0, nil) }
        var common = [Double](repeating: 0, count: texts.count)
        for (trigram, count) in counts {
            for index in range(of: trigram) { common[Int(places[index].text)] += Double(count) * Double(places[index].count) }
        }
        let square = Self.square(counts)
        var (best, found): (Double, Int?) = (0, nil)
        for (index, product) in common.enumerated() where product > 0 {
            let score = min(1, product / (square * squares[index]).squareRoot())
            if score > best { (best, found) = (score, index) }
        }
        return (best, found)
    }

    /// How many different ones a text has: so much room it takes among those compared with.
    package static func trigrams(of text: String) -> Int { counts(of: text).count }

    /// What comparing with a text takes, in units of some 50 ns: it is cut into signs, each run of three is looked for, and then where it
    /// stands.
    func work(_ text: String) -> Int {
        let steps = Int.bitWidth - trigrams.count.leadingZeroBitCount
        return min(text.utf8.count, Self.scalarsMax) * (2 + steps / 4) + places.count / 8
    }

    private static func square(_ counts: [UInt64: Int]) -> Double { counts.values.reduce(0) { $0 + Double($1) * Double($1) } }

    /// Lower case, punctuation of ASCII and spaces as one space, one before and one behind.
    private static func counts(of text: String) -> [UInt64: Int] {
        let space = UInt64(32)
        var counts: [UInt64: Int] = [:]
        var (first, second) = (UInt64.max, space)
        var taken = 0
        func take(_ scalar: UInt64) {
            // Three times 21 bits.
            if first != .max { counts[first << 42 | second << 21 | scalar, default: 0] += 1 }
            (first, second) = (second, scalar)
            taken += 1
        }
        for scalar in text.lowercased().unicodeScalars {
            guard taken < scalarsMax else { break }
            let isBetween =
                scalar.isASCII ? !(48...57).contains(scalar.value) && !(97...122).contains(scalar.value) : scalar.properties.isWhitespace
            if isBetween {
                if second != space { take(space) }
            } else {
                take(UInt64(scalar.value))
            }
        }
        if taken > 0, second != space { take(space) }
        return counts
    }
}
