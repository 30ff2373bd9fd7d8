import Testing

@testable import Sandbox

extension Hostile {
    /// A plugin shares its realm with the prelude. Whatever it does to the language, calls are dispatched and errors stay precise.
    @Suite struct Pollution {
        static let fixtures = [
            "pollute-object-prototype", "pollute-object-throwing", "pollute-array-indices", "pollute-array-methods", "pollute-promise",
            "pollute-promise-global", "pollute-json", "pollute-collections", "pollute-strings-and-numbers", "pollute-functions",
            "pollute-iterators",
            "pollute-errors", "pollute-to-json", "pollute-typed-arrays", "pollute-globals", "pollute-global-prototype",
        ]

        @Test(arguments: fixtures) func `calls go on being dispatched`(_ fixture: String) async throws {
            let handler = LabHandler()
            let host = try Lab.host(fixture, limits: Lab.limits { $0.callTime = .seconds(2) }, calls: handler)
            #expect(try await host.text("ok") == #""well""#)
            let pid = await host.status.pid
            #expect(try await host.text("attack") == #""polluted""#)
            for round in 0..<2 {
                #expect(try await host.text("ok") == #""well""#, "round \(round)")
                #expect(try await host.text("later") == #""later""#, "round \(round)")
                #expect(try await host.text("list") == (fixture == "pollute-to-json" ? #""unchanged""# : "[1,[2]]"))
                #expect(try await items(of: host) == ["1", "2", ""])
                #expect(try await host.batch("ok", "[1,2,3]") == #"["well","well","well"]"#)
                guard case .threw(let error) = await host.failure("fails") else {
                    Issue.record("no exception")
                    return
                }
                #expect(error.code == "plugin.threw")
                if fixture == "pollute-errors" {
                    #expect(
                        error.message == "what the plugin threw cannot be described: reading it throws again" || error.message == "precise")
                } else {
                    #expect(error.message == "precise")
                }
                #expect(
                    await host.failure("odd name")
                        == .noSuchExport(name: "odd name", exports: ["attack", "ok", "later", "items", "fails", "list"]))
            }
            // A stream that is let go of, and a call that is cancelled, take other ways through the pump.
            guard case .stream(let stream) = try await host.call("items", Array("null".utf8)) else {
                Issue.record("no stream")
                return
            }
            stream.cancel()
            #expect(try await host.text("ok") == #""well""#)
            #expect(await host.status.pid == pid, "it is still the polluted worker")
            await host.stop()
        }

        private func items(of host: PluginHost) async throws -> [String] {
            guard case .stream(let stream) = try await host.call("items", Array("null".utf8)) else { return ["no stream"] }
            var items: [String] = []
            while items.count < 10 {
                switch try await stream.next() {
                case .item(let bytes): items.append(String(decoding: bytes, as: UTF8.self))
                case .end(let bytes): return items + [String(decoding: bytes, as: UTF8.self)]
                }
            }
            return items
        }
    }
}

extension PluginHost {
    /// The JSON text of a batch's results.
    nonisolated func batch(_ export: String, _ list: String) async throws -> String {
        switch try await callBatch(export, Array(list.utf8)) {
        case .value(let bytes), .mixed(let bytes): String(decoding: bytes, as: UTF8.self)
        case .stream: "a stream"
        }
    }
}
