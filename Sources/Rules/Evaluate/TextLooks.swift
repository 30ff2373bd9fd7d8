import Patterns

/// What texts come to that conditions compare with, without anything being made of them: each bank is looked through once a purpose,
/// however many rules name it. Belongs to one task.
final class TextLooks {
    /// How many different regular expressions are looked at.
    let patternsMax: Int
    private var bytes: [String: Int] = [:]
    private var trigrams: [String: Int] = [:]
    private var needles: [Bool: [String: Bool]] = [:]
    private var patterns: [String: PatternLook] = [:]
    /// Those without a mistake, and about what each takes in memory.
    private var good: [String: Int] = [:]

    enum PatternLook {
        /// With about what they take in memory.
        case good(memoryBytes: Int)
        case bad(String, PatternError)
        /// More different ones than are looked at.
        case tooMany
    }

    init(patternsMax: Int = .max) { self.patternsMax = patternsMax }

    func bytes(of piece: ValueTable.TextPiece) -> Int {
        Self.once(&bytes, piece.bank) { piece.texts.reduce(0) { $0 + $1.utf8.count } }
    }

    /// Runs of three signs, those of each text once; when there are more than one condition may have, some number above that.
    func trigrams(of piece: ValueTable.TextPiece) -> Int {
        Self.once(&trigrams, piece.bank) {
            var count = 0
            for text in piece.texts where count <= TextSimilarity.trigramsMax { count += TextSimilarity.trigrams(of: text) }
            return count
        }
    }

    /// Whether any of the texts folds to something that can be looked for.
    func hasNeedles(_ piece: ValueTable.TextPiece, isVariant: Bool) -> Bool {
        Self.once(&needles[isVariant, default: [:]], piece.bank) { NeedleSet.hasNeedles(piece.texts, isVariant: isVariant) }
    }

    /// The first that is wrong among regular expressions.
    func patterns(of piece: ValueTable.TextPiece) -> PatternLook {
        if let bank = piece.bank, let known = patterns[bank] { return known }
        var memoryBytes = 0
        for text in piece.texts {
            if let known = good[text] {
                memoryBytes += known
                continue
            }
            if good.count >= patternsMax { return .tooMany }
            do throws(PatternError) {
                let bytes = try Pattern(text, ignoringCase: true).memoryBytes
                good[text] = bytes
                memoryBytes += bytes
            } catch {
                if let bank = piece.bank { patterns[bank] = .bad(text, error) }
                return .bad(text, error)
            }
        }
        if let bank = piece.bank { patterns[bank] = .good(memoryBytes: memoryBytes) }
        return .good(memoryBytes: memoryBytes)
    }

    private static func once<Value>(_ known: inout [String: Value], _ bank: String?, _ look: () -> Value) -> Value {
        if let bank, let value = known[bank] { return value }
        let value = look()
        if let bank { known[bank] = value }
        return value
    }
}
