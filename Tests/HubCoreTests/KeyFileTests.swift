import Glibc
import HubCore
import PluginModel
import Testing

private let one = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
private let two = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

struct KeyFileTests {
    @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o602] as [mode_t]) func `a file that others may open is refused`(mode: mode_t)
        async throws
    {
        let folder = try TemporaryFolder()
        let file = KeyFile(path: try folder.write("\(one)\n", to: "key", mode: mode))
        #expect(await faultCode { _ = try file.read() } == "vault.key-file-exposed")
    }

    struct BadFile: Sendable, CustomTestStringConvertible {
        let testDescription: String, text: String, code: String
    }

    @Test(arguments: [
        BadFile(testDescription: "empty", text: "", code: "vault.key-file-unusable"),
        BadFile(testDescription: "remarks alone", text: "# nothing\n\n", code: "vault.key-file-unusable"),
        BadFile(testDescription: "no base64", text: "not base64 at all!!\n", code: "vault.malformed-key"),
        BadFile(testDescription: "31 bytes", text: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n", code: "vault.malformed-key"),
        BadFile(testDescription: "33 bytes", text: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n", code: "vault.malformed-key"),
        BadFile(testDescription: "two keys on one line", text: "\(one) \(two)\n", code: "vault.malformed-key"),
        BadFile(testDescription: "huge", text: String(repeating: "#\n", count: 10_000), code: "vault.key-file-unusable"),
    ]) func `a file without good keys is refused, and stays as it is`(c: BadFile) async throws {
        let folder = try TemporaryFolder()
        let file = KeyFile(path: try folder.write(c.text, to: "key", mode: 0o600))
        #expect(await faultCode { _ = try file.read() } == c.code)
        #expect(
            await faultCode { _ = try KeyRing.load(file: file, environment: [:], isMaking: true) } == c.code,
            "it is not overwritten either")
        #expect(try folder.text("key").utf8.count == c.text.utf8.count)
    }

    @Test func `a folder or a pipe is no key file`() async throws {
        let folder = try TemporaryFolder()
        #expect(await faultCode { _ = try KeyFile(path: folder.path).read() } == "vault.key-file-unusable")
        let pipe = "\(folder.path)/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        #expect(await faultCode { _ = try KeyFile(path: pipe).read() } == "vault.key-file-unusable")
    }

    @Test func `the last line is active; remarks and the names of keys stay`() throws {
        let folder = try TemporaryFolder()
        let file = KeyFile(path: try folder.write("# mine\n\(one)\n\n  \(two)  \n", to: "key", mode: 0o600))
        let ring = try KeyRing.load(file: file, environment: [:], isMaking: false)
        #expect(ring.ids == ["20f01c2c9470650a", "cb2f5160fc1f7e05"], "names as another BLAKE2b has them")
        #expect(try ring.active == VaultKey(base64: two).id)
        let third = VaultKey.make()
        try file.append(third)
        #expect(try KeyRing.load(file: file, environment: [:], isMaking: false).active == third.id)
        #expect(try file.remove(try VaultKey(base64: one).id))
        #expect(try !file.remove("0000000000000000"))
        #expect(try folder.text("key").hasPrefix("# mine\n"))
        #expect(try file.read()?.map(\.id) == [try VaultKey(base64: two).id, third.id])
        #expect(try folder.mode("key") == 0o600 && folder.names == ["key"])
    }

    @Test func `making never takes the place of a file that is there`() throws {
        let folder = try TemporaryFolder()
        let file = KeyFile(path: try folder.write("\(one)\n", to: "key", mode: 0o600))
        #expect(try file.make().map(\.id) == [VaultKey(base64: one).id])
        #expect(try folder.text("key") == "\(one)\n" && folder.names == ["key"])
    }

    @Test func `many first starts at once agree on one key`() async throws {
        let folder = try TemporaryFolder()
        let file = KeyFile(path: "\(folder.path)/key")
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try KeyRing.load(file: file, environment: [:], isMaking: true).active } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1 && folder.names == ["key"])
    }

    @Test func `the environment's key is active before the file's, and spares making a file`() throws {
        let folder = try TemporaryFolder()
        let file = KeyFile(path: "\(folder.path)/key")
        let alone = try KeyRing.load(file: file, environment: [KeyRing.variable: one], isMaking: true)
        #expect(try alone.ids == [VaultKey(base64: one).id] && folder.names.isEmpty)
        let made = try file.make()
        let both = try KeyRing.load(file: file, environment: [KeyRing.variable: " \(one), \(two) "], isMaking: true)
        #expect(try both.active == VaultKey(base64: two).id && both.ids.count == 3 && both.ids.contains(made[0].id))
    }

    @Test func `bad words in the environment are refused without being repeated`() async throws {
        let text = "hunter2hunter2"
        do throws(Fault) {
            _ = try KeyRing.load(file: nil, environment: [KeyRing.variable: text], isMaking: true)
            Issue.record("taken")
        } catch {
            #expect(error.code == "vault.malformed-key" && !String(reflecting: error).contains(text))
        }
        #expect(await faultCode { _ = try KeyRing.load(file: nil, environment: [:], isMaking: true) } == "vault.no-key")
    }

    @Test func `more keys than anybody needs are refused`() async throws {
        let keys = (0...KeyRing.keysMax).map { _ in VaultKey.make() }
        #expect(await faultCode { _ = try KeyRing(keys) } == "vault.too-many-keys")
    }
}
