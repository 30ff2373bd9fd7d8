internal import Glibc

/// Tables for people: every figure beside its ratio to Node's worker_threads of the same run.
struct Report {
    private var lines: [String] = []

    mutating func heading(_ text: String) { lines += ["", text, String(repeating: "-", count: text.count)] }
    mutating func line(_ text: String) { lines.append(text) }

    mutating func row(_ cells: String...) {
        let widths = [44, 11, 11, 13, 10]
        var text = ""
        for (index, cell) in cells.enumerated() {
            let width = index < widths.count ? widths[index] : 10
            let space = String(repeating: " ", count: max(1, width - cell.count))
            text += index == 0 ? cell + space : space + cell
        }
        lines.append(text)
    }

    func print() { Swift.print(lines.joined(separator: "\n")) }

    static func number(_ value: Double, _ digits: Int = 2) -> String {
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let rounded = (value * factor).rounded() / factor
        return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
    }

    static func rate(_ value: Double) -> String { value >= 10_000 ? "\(Int((value / 1_000).rounded())) k/s" : "\(Int(value))/s" }
    static func ratio(_ value: Double) -> String { number(value, value < 0.1 ? 3 : 2) + " WT" }
}

/// A goal of the project and what was measured against it.
struct Bar {
    let text: String
    let measured: Double
    let limit: Double
    let atMost: Bool
    let unit: String

    var isMet: Bool { atMost ? measured <= limit : measured >= limit }
    var line: String {
        "\(isMet ? "met   " : "MISSED")  \(text): \(Report.number(measured, 3)) \(unit), goal \(atMost ? "at most" : "at least") \(Report.number(limit, 3)) \(unit)"
    }
}
