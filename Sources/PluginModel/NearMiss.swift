/// The known word that a mistyped one most likely meant, for "Did you mean …?"; nil where none is close.
///
/// Close means at most a third of the longer word's letters (at least one) inserted, dropped, changed or swapped with their neighbour;
/// case counts nothing. Of equally close words the first in the sequence is taken. Words past `nearMissLettersMax` are not compared.
package func nearMiss(_ word: String, among known: some Sequence<String>) -> String? {
    let asked = Array(word.lowercased().unicodeScalars.prefix(nearMissLettersMax + 1))
    guard !asked.isEmpty, asked.count <= nearMissLettersMax else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in known {
        let letters = Array(candidate.lowercased().unicodeScalars.prefix(nearMissLettersMax + 1))
        guard letters.count <= nearMissLettersMax else { continue }
        let allowed = max(1, max(asked.count, letters.count) / 3)
        guard abs(asked.count - letters.count) <= allowed else { continue }
        let distance = editDistance(asked, letters)
        if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
}

package let nearMissLettersMax = 64

/// Optimal string alignment distance: Levenshtein's, with a swap of neighbours counted as one.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var before: [Int] = []
    var above = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        for j in 0..<b.count {
            var cost = min(above[j + 1] + 1, row[j] + 1, above[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
            row.append(cost)
        }
        before = above
        above = row
    }
    return above[b.count]
}
