import HTTPServer
import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages
import Synchronization

/// Bringing packages into the hub.
enum InstallationEndpoints {
    static let chapter = "Installing"
    static let installation = Shape.named("Installation")
    /// Of an upload; the archive's own limits come on top.
    static let uploadBytesMax = 256 << 20

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/plugins/installations", "Installations at work and those that ended lately, latest first", chapter: chapter,
            access: .hub(.adminPlugins), answer: .list(installation)
        ) { call in
            .json(.array(await call.hub.registry.installations.map(\.json)))
        },
        Endpoint(
            .post, "/plugins/installations",
            "Install a package: sent as the body, or named by {source: {path | linked | npm | address | tree}}", chapter: chapter,
            access: .hub(.adminPlugins), body: .raw(limit: uploadBytesMax),
            query: [
                QueryParameter("integrity", .text, "What the archive must hash to: sha512-…"),
                QueryParameter("allowUnsigned", .boolean, "Take an unsigned version of a signed plugin."),
                QueryParameter("allowOtherKey", .boolean, "Take a version signed by another key."),
            ], answer: installation, status: .accepted, problems: ["installation.too-many"], deadline: .seconds(900), handler: install),
        Endpoint(
            .get, "/plugins/installations/{installation}", "One installation", chapter: chapter, access: .hub(.adminPlugins),
            answer: installation
        ) { call in
            .json(try await call.hub.registry.installation(Installation.ID(call.parameter("installation"))).json)
        },
        Endpoint(
            .delete, "/plugins/installations/{installation}", "Cancel an installation", chapter: chapter, access: .hub(.adminPlugins),
            problems: ["installation.over"]
        ) { call in
            try await call.hub.registry.cancelInstallation(Installation.ID(call.parameter("installation")))
            return .noContent
        },
    ]

    private static func install(_ call: APICall) async throws -> HTTPResponse {
        let type = (call.request.headers["content-type"] ?? "").lowercased()
        var request: InstallRequest
        if type.hasPrefix("application/json") {
            var call = call
            let bytes = try await small(call.request)
            guard let body = try? JSONValue(parsing: bytes).objectValue else {
                throw ProblemDocument.invalid([
                    .init(code: "request.wrong-value", pointer: "", message: "The body must be a JSON object.", remedy: nil)
                ])
            }
            call.body = body
            if let tree = try call.object("source")["tree"]?.stringValue {
                let begun = try await call.hub.registry.installTree(tree, by: call.initiator)
                return .json(.array(begun.map(\.json)), status: .accepted)
            }
            request = try named(call)
        } else {
            request = try await uploaded(call)
        }
        return .json(try await call.hub.registry.install(request, by: call.initiator).json, status: .accepted)
    }

    /// A body that names a package is small.
    private static func small(_ request: HTTPRequest) async throws -> [UInt8] {
        guard (request.declaredLength ?? 0) <= 64 << 10 else {
            throw ProblemDocument.about(
                Fault(code: "request.too-large", message: "A request that names a package has at most 64 KiB.", turn: .caller))
        }
        return try await request.body.collect()
    }

    private static func named(_ call: APICall) throws -> InstallRequest {
        let known = ["source", "integrity", "allowUnsigned", "allowOtherKey"]
        if let other = call.body.keys.first(where: { !known.contains($0) }) { throw call.wrong(other, "is no member of this request") }
        let source = try call.object("source")
        let ways = ["path", "linked", "npm", "address"]
        guard source.count == 1, let way = source.keys.first(where: ways.contains), let text = source[way]?.stringValue, !text.isEmpty
        else {
            throw call.wrong("source", "must have exactly one of \(ways.joined(separator: ", "))")
        }
        let place: PackageSource
        switch way {
        case "linked": place = .linked(text)
        case "npm": place = .npm(name: text, from: call.hub.facts.npmFolder)
        case "address":
            guard text.lowercased().hasPrefix("https://") else {
                throw call.wrong("source/address", "must begin with https://")
            }
            place = .address(text)
        default:
            let isArchive = [".tgz", ".tar.gz", ".tar", ".zip"].contains { text.lowercased().hasSuffix($0) }
            place = isArchive ? .archive(text) : .folder(text)
        }
        if way == "path" || way == "linked", !text.hasPrefix("/") { throw call.wrong("source/\(way)", "must be a whole path, from /") }
        var request = InstallRequest(place)
        request.integrity = try integrity(try call.optionalText("integrity"), call)
        request.allowsUnsigned = try call.optionalBool("allowUnsigned") ?? false
        request.allowsOtherKey = try call.optionalBool("allowOtherKey") ?? false
        return request
    }

    private static func uploaded(_ call: APICall) async throws -> InstallRequest {
        let upload = try await Upload(call)
        var request = InstallRequest(.archive(upload.path))
        request.uploadName = upload.name
        request.integrity = try integrity(call.query("integrity"), call)
        request.allowsUnsigned = try call.flag("allowUnsigned")
        request.allowsOtherKey = try call.flag("allowOtherKey")
        // The registry remembers requests that are over; the file is not kept for that.
        request.whenOver = { upload.release() }
        return request
    }

    private static func integrity(_ text: String?, _ call: APICall) throws -> Integrity? {
        guard let text, !text.isEmpty else { return nil }
        do throws(StoreError) { return try Integrity(text) } catch { throw ProblemDocument.about(error.fault) }
    }
}

/// A package as it was sent: a file of the hub's own, gone when it is released or nobody holds it.
final class Upload: Sendable {
    private let file: Mutex<SpooledFile?>
    let name: String
    let path: String

    init(_ call: APICall) async throws {
        name = Self.name(call.request.headers["x-file-name"])
        let file = try await call.request.body.spool(into: call.hub.facts.uploads)
        self.file = Mutex(file)
        path = file.path
        guard file.byteCount > 0 else {
            throw ProblemDocument.about(
                Fault(
                    code: "request.empty", message: "The body is empty; a package was expected.",
                    remedy: "Send a .tgz or .zip as the body.",
                    turn: .caller))
        }
    }

    func release() { file.withLock { $0 = nil } }

    /// What the file was called where it comes from; only shown.
    private static func name(_ header: String?) -> String {
        guard let header, let target = try? RequestTarget.pairs(Array("n=\(header)".utf8)), let first = target.first else {
            return "upload"
        }
        return String(first.value.split(separator: "/").last ?? "upload")
    }
}

extension Installation {
    var json: JSONValue {
        var members: JSONObject = [
            "id": .string(id.rawValue), "state": .string(state.rawValue), "done": .int(Int64(done)), "total": .int(Int64(total)),
            "ratePerSecond": .int(Int64(ratePerSecond)), "source": .string(source), "startedAt": .string(startedAt.description),
        ]
        if let plugin { members["plugin"] = .string(plugin.rawValue) }
        if let version { members["version"] = .string(version) }
        if let isUpdate { members["isUpdate"] = .bool(isUpdate) }
        if let problem {
            members["problem"] = ProblemDocument.about(problem, findings: findings.map(\.text)).json
        }
        if let endedAt { members["endedAt"] = .string(endedAt.description) }
        return .object(members)
    }
}
