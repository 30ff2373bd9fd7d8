import Glibc
import HubCore
import PluginModel
import Testing

struct PasswordRuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String, password: String, isTaken: Bool
        init(_ testDescription: String, _ password: String, _ isTaken: Bool) {
            (self.testDescription, self.password, self.isTaken) = (testDescription, password, isTaken)
        }
    }

    @Test(arguments: [
        Case("a few words", "seven quiet lanterns", true),
        Case("twelve characters", "kX9!mQ2#vL7z", true),
        Case("eleven characters", "kX9!mQ2#vL7", false),
        Case("twelve characters of four bytes", "🌲🌊🔥🌙🌲🌊🔥🌙🌲🌊🔥🌙", true),
        Case("empty", "", false),
        Case("spaces alone", "            ", false),
        Case("one letter", "aaaaaaaaaaaaaaa", false),
        Case("1,024 bytes", String(repeating: "abcd", count: 256), true),
        Case("1,025 bytes", String(repeating: "abcd", count: 256) + "e", false),
        Case("the e-mail address", "ada.lovelace@acme.test", false),
        Case("the e-mail address in capitals", "ADA.Lovelace@acme.test", false),
        Case("its name with a number", "ada.lovelace1815", false),
        Case("password with digits", "password123456", false),
        Case("password, capital and sign", "Password2026!!", false),
        Case("digits in order", "123456789012", false),
        Case("nineteen digits", "8392017482630194827", false),
        Case("twenty digits", "83920174826301948275", true),
        Case("the keyboard's row", "qwertyuiop123", false),
        Case("correct horse", "correct horse battery staple", false),
        Case("the product's name", "Patchbay-Patchbay", false),
    ]) func `rules`(c: Case) async {
        let code = await faultCode { try PasswordRules.check(Secret(c.password), email: "ada.lovelace@acme.test") }
        #expect(code == (c.isTaken ? nil : "account.bad-password"))
    }

    @Test func `bytes that are no text are no password`() async {
        let bytes = Secret([UInt8](repeating: 0xff, count: 20))
        #expect(await faultCode { try PasswordRules.check(bytes, email: "a@b.test") } == "account.bad-password")
    }
}

@Suite(.serialized) struct PasswordHasherTests {
    @Test func `the right password fits its hash, others do not`() async throws {
        let hasher = PasswordHasher(cost: cheapPasswords)
        let stored = try await hasher.hash(goodPassword)
        #expect(stored.hasPrefix("$argon2id$v=19$") && !stored.contains("lanterns"))
        #expect(try await hasher.verify(goodPassword, against: stored))
        #expect(try await !hasher.verify(Secret("seven quiet lantern"), against: stored))
        #expect(try await !hasher.verify(Secret(""), against: stored))
        #expect(try await !hasher.verify(goodPassword, against: "no hash at all"))
        #expect(try await hasher.hash(goodPassword) != stored, "salted")
    }

    @Test func `a hash of another cost is to be renewed`() async throws {
        let stored = try await PasswordHasher(cost: cheapPasswords).hash(goodPassword)
        #expect(PasswordHasher().isOutdated(stored) && !PasswordHasher(cost: cheapPasswords).isOutdated(stored))
    }

    @Test func `the standard is argon2id with 64 MiB and two passes`() async throws {
        let hasher = PasswordHasher()
        let stored = try await hasher.hash(goodPassword)
        #expect(stored.hasPrefix("$argon2id$v=19$m=65536,t=2,p=1$"))
        #expect(!hasher.isOutdated(stored))
    }

    /// 200 sign-ins at once would take 12.5 GiB; two places and a short queue keep it to two times 64 MiB.
    @Test func `a flood is turned away, and takes no more memory than two hashings`() async throws {
        let hasher = PasswordHasher()
        let stored = try await hasher.hash(goodPassword)
        let before = try Self.peak(resetting: true)
        let answers = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<200 {
                group.addTask { await faultCode { _ = try await hasher.verify(goodPassword, against: stored) } }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        let grown = try Self.peak(resetting: false) - before
        let served = answers.count { $0 == nil }
        print("flood of 200: \(served) hashed, \(200 - served) turned away, \(grown / 1024) MiB more than before at the peak")
        #expect(answers.allSatisfy { $0 == nil || $0 == "account.busy" })
        #expect(served >= PasswordHasher.threads + PasswordHasher.waitingMax && served < 200)
        #expect(grown < 3 * 64 * 1024, "in KiB; the third is for whatever else this process does")
        #expect(try await hasher.verify(goodPassword, against: stored), "and it works afterwards")
    }

    /// The process's high-water mark in KiB.
    private static func peak(resetting: Bool) throws -> Int {
        if resetting {
            let file = try #require(fopen("/proc/self/clear_refs", "w"))
            fputs("5", file)
            fclose(file)
        }
        let file = try #require(fopen("/proc/self/status", "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.filter(\.isNumber)))
    }
}
