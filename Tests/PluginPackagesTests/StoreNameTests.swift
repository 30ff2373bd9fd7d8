import Manifests
import PluginModel
import Testing

@testable import PluginPackages

@Suite("The names of installed plugins") struct StoreNameTests {
    @Test("an alias that is taken is told, and an id beats it", arguments: [false, true])
    func aliases(linked: Bool) async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        func install(_ id: String, _ aliases: String) async throws -> [String] {
            let folder = try lab.package("1.0.0", id: id, more: ",\"aliases\":[\(aliases)]")
            return try await store.install(linked ? .linked(folder) : .folder(folder)).reading.findings.map(\.code)
        }
        #expect(try await install("argocd", #""plugin-argocd","cd""#) == [])
        #expect(store.owner(of: "cd")?.rawValue == "argocd" && store.owner(of: "argocd")?.rawValue == "argocd")
        #expect(try await install("b.deploy", #""cd","argocd""#) == ["package.alias-taken", "package.alias-taken"])
        #expect(store.owner(of: "cd")?.rawValue == "argocd" && store.owner(of: "argocd")?.rawValue == "argocd")
        #expect(try await install("cd", "") == ["package.alias-lost", "package.alias-lost"])
        #expect(store.owner(of: "cd")?.rawValue == "cd")
        _ = try await store.remove(PluginID("cd"))
        _ = try await store.remove(PluginID("argocd"))
        #expect(store.owner(of: "cd")?.rawValue == "b.deploy", "what is gone has no names")
        #expect(store.owner(of: "plugin-argocd") == nil)
        // A store that is opened anew knows the same.
        #expect(try lab.store().owner(of: "cd")?.rawValue == "b.deploy")
    }

    @Test("a second package with a ForgePortal id is refused in ForgePortal's words")
    func packages() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        func package(_ name: String, _ version: String) throws -> String {
            try lab.package(
                version, id: "pagerduty", at: "packages/\(name)-\(version)",
                more: ",\"format\":\"forgeportal\",\"name\":\"@\(name)/forge-plugin-pagerduty\"")
        }
        _ = try await store.install(.folder(package("acme", "1.0.0")))
        #expect(try await store.install(.folder(package("acme", "1.1.0"))).isNew)
        let error = try await #require(throws: StoreError.self) { try await store.install(.folder(package("other", "2.0.0"))) }
        #expect(error.fault.code == "package.id-taken")
        #expect(error.fault.message == "id pagerduty already used by @acme/forge-plugin-pagerduty")
        #expect(try store.versions(of: PluginID("pagerduty")).count == 2)
    }
}
