import Glibc
import HTTPServer
import Hub
import HubCore
import JSON
import TestServers
import Testing

@testable import HubAPI

/// Where packages come from besides uploads and folders, and those that are made to harm whoever unpacks them.
@Suite(.everyDatabase, .namingTheDatabase) struct SourceTests {
    private static func install(_ source: JSONValue, _ hub: TestHub, as admin: Person) async throws -> JSONValue {
        let begun = try await hub.ask("POST", "/plugins/installations", as: admin, ["source": source])
        guard begun.status == 202, let id = begun.json["id"]?.stringValue else { throw Trouble(description: "\(begun)") }
        return try await hub.over(id, as: admin)
    }

    @Test func `a name of npm is looked for in the node_modules above the configuration, and nowhere else`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        for (name, id) in [("@acme/weather", "lab.npm1"), ("plain-weather", "lab.npm2")] {
            let place = hub.folder + "/node_modules/" + name
            try Folders.write(
                #"{"id":"\#(id)","name":"t","version":"1.2.3","entry":"i.js","permissions":[]}"#, to: place + "/patchbay.json")
            try Folders.write(#"{"name":"\#(name)","version":"1.2.3"}"#, to: place + "/package.json")
            try Folders.write("export const n = () => 7;", to: place + "/i.js")
            let done = try await Self.install(["npm": .string(name)], hub, as: admin)
            #expect(done["state"] == "done" && done["plugin"] == .string(id) && done["version"] == "1.2.3", "\(done.serialized())")
            #expect(done["source"] == .string(name))
            #expect(try await hub.ask("POST", "/plugins/\(id)/consent", as: admin, ["grants": []]).status == 200)
            // It was copied: what becomes of the folder is nothing to it.
            Folders.remove(place)
            #expect(try await hub.ask("POST", "/plugins/\(id)/call", as: admin, ["export": "n"]).json["result"] == 7)
        }
        for name in ["nosuch-package", "../source/x", "/etc", ".", "@acme", "a/../../b"] {
            let answer = try await hub.ask("POST", "/plugins/installations", as: admin, ["source": ["npm": .string(name)]])
            let end = answer.status == 202 ? try await hub.over(answer.json["id"]?.stringValue ?? "", as: admin)["problem"] : answer.json
            #expect(end?["code"]?.stringValue?.hasPrefix("package.") == true, "\(name): \(end?.serialized() ?? "-")")
        }
        await hub.stop()
    }

    @Test(.enabled(if: TLSServer.isThere, "needs Debian's openssl package"))
    func `a package is fetched by https from whom the authorities know, and otherwise not`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        let server = try #require(TestHub.secureStore)
        let good = "https://tls.example:\(server.port)/answer"
        let done = try await Self.install(["address": .string(good)], hub, as: world.admin)
        #expect(done["state"] == "done" && done["plugin"] == "lab.fetched" && done["source"] == .string(good), "\(done.serialized())")
        for (address, code) in [
            // The certificate is for another name, there is nothing, nobody is there.
            ("https://other.example:\(server.port)/answer", "http.tls"), ("https://tls.example:\(server.port)/nothing", "package."),
            ("https://127.0.0.1:1/x.tgz", "http."),
        ] {
            let failed = try await Self.install(["address": .string(address)], hub, as: world.admin)
            let found = failed["problem"]?["code"]?.stringValue ?? "-"
            #expect(failed["state"] == "failed" && (found.hasPrefix(code) || found.hasPrefix("archive.")), "\(failed.serialized())")
        }
        for address in [
            "http://tls.example/x.tgz", "http://127.0.0.1/x.tgz", "http://localhost.evil.test/x", "httpsx://tls.example/x",
            "https:tls.example",
            "file:///etc/passwd", "//tls.example/x", "ftp://tls.example/x",
        ] {
            let refused = try await hub.ask(
                "POST", "/plugins/installations", as: world.admin, ["source": ["address": .string(address)]])
            #expect(refused.status == 422 && refused.json["findings"]?[0]?["pointer"] == "/source/address", "\(address): \(refused)")
        }
    }

    @Test func `a linked folder runs as it lies there, and is read anew when it is started anew`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        let place = try hub.write("lab.linked", code: "export const n = () => 1;")
        let done = try await Self.install(["linked": .string(place)], hub, as: world.admin)
        #expect(done["state"] == "done" && done["plugin"] == "lab.linked", "\(done.serialized())")
        let shown = try await hub.ask("GET", "/plugins/lab.linked", as: world.admin)
        #expect(shown.json["isLinked"] == true && shown.json["state"]?["name"] == "needs-consent", "\(shown)")
        #expect(try await hub.ask("POST", "/plugins/lab.linked/consent", as: world.admin, ["grants": []]).status == 200)
        func call() async throws -> Answer { try await hub.ask("POST", "/plugins/lab.linked/call", as: world.admin, ["export": "n"]) }
        #expect(try await call().json["result"] == 1)
        try Folders.write("export const n = () => 2;", to: place + "/index.js")
        let restarted = try await hub.ask("POST", "/plugins/lab.linked/restart", as: world.admin)
        #expect(restarted.status < 300, "\(restarted)")
        #expect(try await call().json["result"] == 2)
        // Removing it leaves the author's folder where it is.
        #expect(try await hub.ask("DELETE", "/plugins/lab.linked?confirm=lab.linked", as: world.admin).status == 204)
        #expect(Folders.names(in: place).sorted() == ["index.js", "patchbay.json"])
        let relative = try await hub.ask("POST", "/plugins/installations", as: world.admin, ["source": ["linked": "source/x"]])
        #expect(relative.status == 422, "\(relative)")
    }

    // MARK: Bombs

    /// Ten gibibytes of zeros in a hundred files, in about ten mebibytes: gzip members one after another.
    private static func bomb(in folder: String) throws -> [UInt8] {
        func packed(_ bytes: [UInt8], _ name: String) throws -> [UInt8] {
            try Folders.write(bytes, to: "\(folder)/\(name)")
            try Program.run(["gzip", "-9", "--force", "\(folder)/\(name)"])
            return try Folders.read("\(folder)/\(name).gz")
        }
        // By programs: other tests measure this process's memory.
        try Program.run(["sh", "-c", "head -c \(100 << 20) /dev/zero | gzip -9 > \"$1\"", "sh", "\(folder)/zeros.gz"])
        let zeros = try Folders.read("\(folder)/zeros.gz")
        var bytes = try packed(Array(Tar.package("lab.bomb").whole.dropLast(1024)), "begin")
        for number in 0..<100 {
            var header = Tar()
            header.add("package/data\(number)", claimedSize: 100 << 20)
            bytes += try packed(Array(header.whole.prefix(512)), "header\(number)") + zeros
        }
        for name in Folders.names(in: folder) where name.hasSuffix(".gz") { Folders.remove("\(folder)/\(name)") }
        return bytes
    }

    private static var residentBytes: Int {
        let fields = String(decoding: (try? Folders.read("/proc/self/statm")) ?? [], as: UTF8.self).split(separator: " ")
        return (fields.dropFirst().first.flatMap { Int($0) } ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func diskBytes(_ folder: String) -> Int {
        Folders.files(below: folder).reduce(0) { sum, file in
            var facts = stat()
            return lstat(file, &facts) == 0 ? sum + Int(facts.st_blocks) * 512 : sum
        }
    }

    @Test func `a bomb is refused by its code, takes no memory and no disk, and nothing of it stays`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let work = try Folders.make()
        let bomb = try await onThread { try Self.bomb(in: work) }
        #expect(bomb.count < 16 << 20)
        let (memory, disk) = (Self.residentBytes, Self.diskBytes(hub.folder))
        let begun = try await hub.ask(
            "POST", "/plugins/installations", as: admin,
            headers: [("Content-Type", "application/gzip"), ("X-File-Name", "bomb.tgz")], body: bomb)
        #expect(begun.status == 202, "\(begun)")
        let id = begun.json["id"]?.stringValue ?? ""
        var (most, over) = (0, JSONValue.null)
        let deadline = ContinuousClock.now + .seconds(60)
        while !["done", "failed"].contains(over["state"]?.stringValue ?? ""), ContinuousClock.now < deadline {
            most = max(most, Self.diskBytes(hub.folder) - disk)
            over = try await hub.ask("GET", "/plugins/installations/\(id)", as: admin).json
        }
        #expect(over["state"] == "failed" && over["problem"]?["code"] == "archive.ratio", "\(over.serialized())")
        #expect(over["problem"]?["turn"] == "plugin", "\(over.serialized())")
        // The upload itself, and what is unpacked before the ratio is looked at.
        #expect(most < 64 << 20, "\(most >> 20) MiB on disk")
        #expect(Self.residentBytes - memory < 256 << 20, "\((Self.residentBytes - memory) >> 20) MiB of memory")
        _ = try await until("the upload is gone") { Folders.names(in: hub.folder + "/uploads").isEmpty ? true : nil }
        let left = Folders.files(below: hub.folder).filter { $0.contains("data") && !$0.contains("hub.sqlite") }
        #expect(left.isEmpty, "\(left)")
        #expect(Self.diskBytes(hub.folder) - disk < 1 << 20)
        #expect(try await hub.ask("GET", "/plugins/lab.bomb", as: admin).status == 404)
        Folders.remove(work)
        await hub.stop()
    }
}
