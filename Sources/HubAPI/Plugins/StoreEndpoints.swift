import HTTPServer
package import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages
import PluginRuntime
import Synchronization

/// What could be installed from the folders an operator named.
enum StoreEndpoints {
    static let all: [Endpoint] = [
        Endpoint(
            .get, "/store", "Packages on offer, with what each adds and asks for", chapter: InstallationEndpoints.chapter,
            access: .hub(.adminPlugins), query: [QueryParameter("q", .text, "Parts of names.")], answer: .list(.named("StoreItem")),
            deadline: .seconds(60)
        ) { call in
            let words = (call.query("q") ?? "").lowercased().split(separator: " ")
            let installed = Dictionary(
                await call.hub.registry.plugins().map { ($0.id, $0.version ?? "unknown") }, uniquingKeysWith: { first, _ in first })
            let offers = await call.hub.shelf.offers(now: call.hub.now())
            return .json(
                .array(
                    offers.filter { offer in
                        let text = "\(offer.manifest.id) \(offer.manifest.name) \(offer.manifest.description ?? "")".lowercased()
                        return words.allSatisfy { text.contains($0) }
                    }.map { $0.json(installed: installed[$0.manifest.id]) }))
        }
    ]
}

/// The packages in the folders that were named as stores, read anew when they were read long ago.
package final class StoreShelf: Sendable {
    struct Offer: Sendable {
        var manifest: PluginManifest
        var folder: String
    }

    /// Milliseconds for which a reading is good.
    private static let fresh: Int64 = 10_000
    static let offersMax = 500

    private let folders: [String]
    private let examiner: HubExaminer
    private let known = Mutex<(at: Timestamp, offers: [Offer])?>(nil)

    package init(folders: [String], examiner: HubExaminer) { (self.folders, self.examiner) = (folders, examiner) }

    func offers(now: Timestamp) async -> [Offer] {
        if let known = known.withLock({ $0 }), now.unixMilliseconds - known.at.unixMilliseconds < Self.fresh { return known.offers }
        var offers: [Offer] = []
        for folder in folders {
            // A store that cannot be read offers nothing; the others go on.
            let found = (try? await BlockingLane.files.run { (try? PackageTree.find(in: folder)) ?? [] }) ?? []
            for package in found.prefix(Self.offersMax - offers.count) {
                if let manifest = await examiner.examine(package).manifest { offers.append(Offer(manifest: manifest, folder: package)) }
            }
        }
        offers.sort { $0.manifest.name < $1.manifest.name }
        let read = offers
        known.withLock { $0 = (now, read) }
        return offers
    }
}

extension StoreShelf.Offer {
    func json(installed: String?) -> JSONValue {
        var members: JSONObject = [
            "id": .string(manifest.id.rawValue), "name": .string(manifest.name), "version": .string(manifest.version ?? "none"),
            "format": .string(manifest.format.rawValue),
        ]
        if let description = manifest.description { members["description"] = .string(description) }
        if let publisher = manifest.publisher { members["publisher"] = .string(publisher.name) }
        members["contributions"] = manifest.contributionCountsJSON
        members["permissions"] = .array(
            manifest.permissions.map { request in
                let words = PermissionWords(request.text)
                return ["permission": .string(request.text), "words": .string(words.sentence), "risk": .string(words.risk.rawValue)]
            })
        if let installed { members["installed"] = .string(installed) }
        members["source"] = .string(folder)
        return .object(members)
    }
}
