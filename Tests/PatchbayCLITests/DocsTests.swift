import PatchbayCLI
import PluginModel
import Testing

/// Pages that repeat what the program knows are held to it here.
struct DocsTests {
    private static func page(_ name: String) throws -> [Substring] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try Files.read("/\(root)/docs/\(name)", limit: 1 << 20)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    /// The cells of every table row that starts with the wanted sign.
    private static func rows(_ name: String, from start: String) throws -> [[String]] {
        try page(name).filter { $0.hasPrefix(start) }.map { line in
            line.dropFirst().dropLast().replacing("\\|", with: "\u{0}").split(separator: "|", omittingEmptySubsequences: false).map {
                cell in
                let text = cell.replacing("\u{0}", with: "|")
                return String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }
    }

    @Test("errors.md gives every code the exit code the program gives it, and a turn there is")
    func errorTable() throws {
        let rows = try Self.rows("errors.md", from: "| `")
        try #require(rows.count > 100)
        for row in rows {
            try #require(row.count == 5, "a row has five cells: \(row)")
            let code = row[0].filter { $0 != "`" }
            #expect(row[3] == "\(ExitCode(faultCode: code).rawValue)", "\(code)")
            #expect(Fault.Turn(rawValue: row[2]) != nil, "\(code) is the turn of '\(row[2])'")
        }
        let codes = rows.map { $0[0] }
        #expect(Set(codes).count == codes.count, "a code has one row")
    }

    @Test("the program's table of exit codes names no code that errors.md does not list")
    func exitTable() throws {
        let codes = try Self.rows("errors.md", from: "| `").map { $0[0].filter { $0 != "`" } }
        for entry in ExitCode.byFaultCode.keys where !entry.hasSuffix(".") { #expect(codes.contains(entry), "\(entry)") }
    }

    @Test("every mistake at the keyboard has a row in errors.md")
    func keyboard() async throws {
        let codes = Set(try Self.rows("errors.md", from: "| `").map { $0[0].filter { $0 != "`" } })
        for c in keyboardErrors {
            let error = await perform(c.words).error
            let code = String(error.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" })
            #expect(codes.contains(code), "\(code)")
        }
    }

    @Test("cli.md tells the exit codes the help tells")
    func exitCodes() throws {
        let rows = try Self.rows("cli.md", from: "| ").filter { Int($0[0]) != nil }
        #expect(rows.map { $0[0] } == ExitCode.allCases.map { "\($0.rawValue)" })
        #expect(rows.map { $0[1] } == ExitCode.allCases.map(\.meaning))
    }
}
