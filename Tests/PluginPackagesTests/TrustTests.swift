import Glibc
import PluginModel
import Testing

@testable import PluginPackages

struct TrustCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let trust: PackageTrust
    let pinned: String?
    var allowsUnsigned = false
    var allowsOtherKey = false
    /// What is pinned afterwards.
    var pins: String?
    var code: String?
}

@Suite struct TrustTests {
    static let a = PackageTrust.signed(key: "A", publisher: "Acme")

    @Test(
        "the first key is kept, and only its owner may follow",
        arguments: [
            TrustCase(testDescription: "unsigned, nothing pinned", trust: .unsigned, pinned: nil),
            TrustCase(testDescription: "signed, nothing pinned", trust: a, pinned: nil, pins: "A"),
            TrustCase(testDescription: "signed by the pinned key", trust: a, pinned: "A", pins: "A"),
            TrustCase(testDescription: "signed by another key", trust: a, pinned: "B", code: "signature.key-changed"),
            TrustCase(
                testDescription: "another key, allowed unsigned", trust: a, pinned: "B", allowsUnsigned: true, code: "signature.key-changed"
            ),
            TrustCase(testDescription: "another key, allowed", trust: a, pinned: "B", allowsOtherKey: true, pins: "A"),
            TrustCase(testDescription: "unsigned after signed", trust: .unsigned, pinned: "A", code: "signature.missing"),
            TrustCase(
                testDescription: "unsigned after signed, other key allowed", trust: .unsigned, pinned: "A", allowsOtherKey: true,
                code: "signature.missing"),
            TrustCase(testDescription: "unsigned after signed, allowed", trust: .unsigned, pinned: "A", allowsUnsigned: true, pins: "A"),
        ])
    func policy(_ c: TrustCase) throws {
        let pinned = c.pinned.map { PinnedPublisher(key: $0, publisher: $0, pinnedAt: 1) }
        do throws(StoreError) {
            let after = try TrustPolicy.decide(
                c.trust, pinned: pinned, of: StoreLab.id, allowsUnsigned: c.allowsUnsigned, allowsOtherKey: c.allowsOtherKey, now: 2)
            #expect(after?.key == c.pins && c.code == nil)
        } catch {
            #expect(error.fault.code == c.code)
        }
    }

    @Test("a signature is good for these files under this id and version, and for nothing else")
    func signing() throws {
        let lab = try StoreLab()
        let folder = try lab.package("1.0.0")
        let signer = PackageSigner()
        #expect(try signer.verify(folder, id: lab.id, version: "1.0.0") == nil)
        let hash = try signer.contentHash(of: folder)
        let key = try SigningKey.make(publisher: "Acme")
        let signature = try signer.sign(folder, id: lab.id, version: "1.0.0", with: key)
        #expect(try signer.contentHash(of: folder) == hash, "the signature's file does not count")
        #expect(try signer.verify(folder, id: lab.id, version: "1.0.0") == signature)
        #expect(signature.key == key.publicKey && signature.publisher == "Acme")
        func code(_ id: String = "acme.weather", _ version: String? = "1.0.0") -> String? {
            do throws(StoreError) {
                _ = try signer.verify(folder, id: (try? PluginID(id)) ?? lab.id, version: version)
                return nil
            } catch { return error.fault.code }
        }
        #expect(code("acme.other") == "signature.invalid")
        #expect(code("acme.weather", "1.0.1") == "signature.invalid")
        #expect(code("acme.weather", nil) == "signature.invalid")
        try lab.folder.write("packages/acme.weather-1.0.0/src/index.js", "let a = 2")
        #expect(code() == "signature.invalid")
        try lab.folder.write("packages/acme.weather-1.0.0/src/index.js", "let a = 1")
        #expect(code() == nil)
        try lab.folder.write("packages/acme.weather-1.0.0/added.js", "")
        #expect(code() == "signature.invalid")
        for text in ["", "{", "{}", "{\"algorithm\":\"none\"}", String(repeating: " ", count: 9000)] {
            try lab.folder.write("packages/acme.weather-1.0.0/\(PackageSignature.fileName)", text)
            #expect(code() == "signature.malformed")
        }
    }

    @Test("a plugin's key is pinned when it is first installed, and outlives its removal")
    func pinning() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        let acme = try SigningKey.make(publisher: "Acme")
        let other = try SigningKey.make(publisher: "Other")
        func package(_ version: String, _ key: SigningKey?) throws -> PackageSource {
            let folder = try lab.package(version)
            if let key { try PackageSigner().sign(folder, id: lab.id, version: version, with: key) }
            return .folder(folder)
        }
        let first = try await store.install(package("1.0.0", acme))
        #expect(first.version?.trust == .signed(key: acme.publicKey, publisher: "Acme"))
        #expect(try store.plugin(lab.id).publisher?.key == acme.publicKey)
        #expect(try await code { _ = try await store.install(package("2.0.0", other)) } == "signature.key-changed")
        #expect(try await code { _ = try await store.install(package("3.0.0", nil)) } == "signature.missing")
        #expect(try await store.install(package("4.0.0", acme)).isNew)
        #expect(try store.versions(of: lab.id).count == 2)
        #expect(try await store.verify().allSatisfy(\.isGood))
        var options = InstallOptions()
        options.allowsUnsigned = true
        #expect(try await store.install(package("3.0.0", nil), options: options).version?.trust == .unsigned)
        #expect(try await !store.install(package("3.0.0", nil)).isNew, "it is there already")

        _ = try await store.remove(lab.id)
        #expect(store.list().plugins.isEmpty)
        let reopened = try lab.store()
        #expect(try await code { _ = try await reopened.install(package("5.0.0", other)) } == "signature.key-changed")
        options.allowsOtherKey = true
        #expect(try await reopened.install(package("5.0.0", other), options: options).isNew)
        #expect(try reopened.plugin(lab.id).publisher?.key == other.publicKey)
        _ = try await reopened.remove(lab.id, forgetsPublisher: true)
        #expect(Folder.names(reopened.folders.packages) == [])

        // Signed for another version than it says it is.
        let folder = try lab.package("6.0.0")
        try PackageSigner().sign(folder, id: lab.id, version: "6.0.1", with: acme)
        #expect(try await code { _ = try await reopened.install(.folder(folder)) } == "signature.invalid")
    }

    @Test("what is signed in a folder is signed in its archive, whatever is left out")
    func signedArchive() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        let folder = try lab.package("1.0.0")
        let key = try SigningKey.make(publisher: "Acme")
        for (name, text) in [
            (".patchbayignore", "drafts/\n*.map"), ("drafts/a.js", "x"), ("src/a.js.map", "x"), (".env", "KEY=1"), (".DS_Store", "x"),
        ] {
            try lab.folder.write("packages/acme.weather-1.0.0/\(name)", text)
        }
        try PackageSigner().sign(folder, id: lab.id, version: "1.0.0", with: key)
        let packed = try PackagePacker().pack(folder, to: "\(lab.folder.path)/one.tgz")
        #expect(packed.files == 3)
        let first = try await store.install(.archive("\(lab.folder.path)/one.tgz"))
        #expect(first.version?.trust == .signed(key: key.publicKey, publisher: "Acme"))
        #expect(first.version?.contentHash == packed.contentHash)
        #expect(try await !store.install(.folder(folder)).isNew)
    }

    @Test("a key lies in a file of its owner's own, and comes back from it")
    func keys() throws {
        let folder = try TemporaryFolder()
        let key = try SigningKey.make(publisher: "Acme")
        let path = "\(folder.path)/key.json"
        try key.write(to: path)
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try SigningKey.read(path) == key)
        func code(_ body: () throws -> Void) throws -> String? {
            do {
                try body()
                return nil
            } catch let error as StoreError { return error.fault.code }
        }
        #expect(try code { try key.write(to: path) } == "signature.key-unusable")
        chmod(path, 0o644)
        #expect(try code { _ = try SigningKey.read(path) } == "signature.key-unusable")
        try folder.write("other.json", "{}")
        #expect(try code { _ = try SigningKey.read("\(folder.path)/other.json") } == "signature.key-unusable")
        #expect(try code { _ = try SigningKey.make(publisher: "") } == "signature.key-unusable")
    }

    /// Values of FIPS 180-4's example "abc".
    @Test(
        "an integrity is that of npm and of web pages",
        arguments: [
            ("sha256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
            ("sha384", "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn"),
            ("sha512", "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="),
        ])
    func integrity(_ algorithm: String, _ value: String) throws {
        let abc = Array("abc".utf8)
        let integrity = Integrity(of: abc, try #require(Integrity.Algorithm(rawValue: algorithm)))
        #expect(integrity.description == "\(algorithm)-\(value)")
        #expect(try Integrity(integrity.description) == integrity)
        let folder = try TemporaryFolder(["abc": "abc", "abd": "abd"])
        try integrity.copyChecked("\(folder.path)/abc", to: "\(folder.path)/copy", bytesMax: 3)
        #expect(try folder.text("copy") == "abc")
        #expect(throws: StoreError.self) { try integrity.copyChecked("\(folder.path)/abd", to: "\(folder.path)/other", bytesMax: 3) }
        #expect(throws: StoreError.self) { try integrity.copyChecked("\(folder.path)/abc", to: "\(folder.path)/third", bytesMax: 2) }
    }

    @Test("of several integrities the strongest kind counts; what is none is refused")
    func integrityTexts() throws {
        let abc = Integrity(of: Array("abc".utf8))
        let weak = Integrity(of: Array("other".utf8), .sha256)
        #expect(try Integrity("\(weak) \(abc)?some=option") == abc)
        for text in [
            "", "sha512", "sha512-", "sha512-AAAA", "md5-AAAA", "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", String(repeating: "a", count: 5000),
        ] {
            #expect(throws: StoreError.self, "\(text)") { try Integrity(text) }
        }
    }

    @Test("packing gives the same bytes for the same files, whenever and wherever")
    func packing() async throws {
        let folder = try TemporaryFolder()
        for place in ["one", "two"] {
            for name in place == "one" ? ["b.js", "a.js"] : ["a.js", "b.js"] { try folder.write("\(place)/\(name)", name) }
            try folder.write("\(place)/caf\u{e9}/\(String(repeating: "long", count: 40)).txt", "x")
            try folder.write("\(place)/bin/run", "#!")
            chmod("\(folder.path)/\(place)/bin/run", place == "one" ? 0o700 : 0o775)
            try folder.write("\(place)/drafts/x.txt", "no")
            try folder.write("\(place)/app.js.map", "no")
            try folder.write("\(place)/.git/HEAD", place)
            try folder.write("\(place)/.patchbayignore", "# not these\n\ndrafts/\n*.map\n")
        }
        let packer = PackagePacker()
        let one = try packer.pack("\(folder.path)/one", to: "\(folder.path)/one.tgz")
        // Into its own folder, twice: the archive does not become a part of itself.
        _ = try packer.pack("\(folder.path)/two", to: "\(folder.path)/two/out.tgz")
        let two = try packer.pack("\(folder.path)/two", to: "\(folder.path)/two/out.tgz")
        #expect(one == two && one.files == 4)
        #expect(
            try SmallFile.read("\(folder.path)/one.tgz", bytesMax: 1 << 20)
                == SmallFile.read("\(folder.path)/two/out.tgz", bytesMax: 1 << 20))
        let unpacked = try unpack(SmallFile.read("\(folder.path)/one.tgz", bytesMax: 1 << 20))
        #expect(try PackageSigner().contentHash(of: "\(unpacked.path)/out/package") == one.contentHash)
        #expect(Folder.names("\(unpacked.path)/out/package") == ["a.js", "b.js", "bin", "caf\u{e9}"])
    }
}
