import Glibc
import PatchbayCLI
import Testing

/// A line as typed so far, the cursor at its end, and what bash should offer.
struct CompletionCase: Sendable, CustomTestStringConvertible {
    let line: String
    let expected: String
    var testDescription: String { "'\(line)'" }
}

struct CompletionTests {
    @Test(
        "bash offers what the parser would take",
        .enabled(if: Files.kind("/bin/bash") != .missing),
        arguments: [
            CompletionCase(line: "patchbay ", expected: "serve run plugin config rule schema admin doctor help completions"),
            CompletionCase(line: "patchbay d", expected: "doctor"),
            CompletionCase(line: "patchbay --v", expected: "--version"),
            CompletionCase(line: "patchbay plugin ca", expected: "call"),
            CompletionCase(line: "patchbay plugin call --t", expected: "--time-limit"),
            CompletionCase(line: "patchbay plugin call . greet --gr", expected: "--grant"),
            CompletionCase(line: "patchbay run --show ", expected: "examples matches all"),
            CompletionCase(line: "patchbay run --show m", expected: "matches"),
            CompletionCase(line: "patchbay run --limit ", expected: ""),
            CompletionCase(line: "patchbay config check --as ", expected: "patchbay forgeportal coop"),
            CompletionCase(line: "patchbay schema ", expected: "check test"),
            CompletionCase(line: "patchbay schema check s.json i.json --draft ", expected: "2020-12 7"),
            CompletionCase(line: "patchbay serve --trust", expected: "--trust-proxy"),
            CompletionCase(line: "patchbay admin vault ", expected: "status add-key rotate retire"),
            CompletionCase(line: "patchbay admin create-user a@b.test --role team", expected: "team-admin"),
            CompletionCase(line: "patchbay help per", expected: "permissions"),
            CompletionCase(line: "patchbay completions ", expected: "bash"),
            CompletionCase(line: "patchbay plugin call /usr/shar", expected: "/usr/share"),
        ])
    func offers(_ c: CompletionCase) async throws {
        let scratch = try ScratchFolder()
        let words = c.line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
        let script =
            await perform(["completions", "bash"]).output
            + "COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1); _patchbay; echo \"${COMPREPLY[*]}\"\n"
        try write(script, to: scratch.path + "/script")
        #expect(try output(of: "/bin/bash --norc --noprofile -eu \(scratch.path)/script 2>&1") == c.expected + "\n")
    }

    private func output(of command: String) throws -> String {
        let pipe = try #require(popen(command, "r"))
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
