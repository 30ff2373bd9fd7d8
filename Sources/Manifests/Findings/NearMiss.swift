/// The known word a writer most probably meant, or nil when none is close.
///
/// Close means at most a third of the word's letters inserted, dropped, replaced or swapped with a neighbour, case aside. Words longer
/// than 64 letters are nobody's typing mistake and get no suggestion, which also bounds the work.
package func nearMiss(_ word: String, among known: [String]) -> String? {
    let lettersMax = 64
    let folded = Array(word.lowercased().utf8)
    guard !folded.isEmpty, folded.count <= lettersMax else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in known {
        let target = Array(candidate.lowercased().utf8)
        guard target.count <= lettersMax else { continue }
        let distance = editDistance(folded, target)
        if distance <= max(1, max(folded.count, target.count) / 3), distance < (best?.distance ?? Int.max) { best = (candidate, distance) }
    }
    return best?.word
}

/// "Did you mean 'x'?" for the nearest known word, or nil.
package func didYouMean(_ word: String, among known: [String]) -> String? {
    nearMiss(word, among: known).map { "Did you mean '\($0)'?" }
}

/// Optimal string alignment distance: a swap of neighbours counts once.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        row.reserveCapacity(b.count + 1)
        for j in 0..<b.count {
            var cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforePrevious[j - 1] + 1) }
            row.append(cost)
        }
        beforePrevious = previous
        previous = row
    }
    return previous[b.count]
}
