import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel

/// Pages that plugins contribute, and the way in for them.
enum PageEndpoints {
    static let chapter = "Plugins' pages"

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/pages", "Pages of enabled plugins, with where each is framed", chapter: chapter, access: .organisation(.pluginRead),
            answer: .list(.named("PluginPage"))
        ) { call in
            var pages: [JSONValue] = []
            let scheme = call.hub.facts.isSecure ? "https" : "http"
            let hub = PercentCoding.encode("\(scheme)://\(call.request.authority?.description ?? "")")
            for view in await call.hub.registry.plugins(for: call.organisation?.id) where view.state.takesCalls {
                for page in view.manifest?.contributions ?? [] where page.kind == .page {
                    guard case .page(let detail) = page.detail, FrameOrigin.canShow(detail), let label = FrameOrigin.label(of: view.id)
                    else { continue }
                    let origin = FrameOrigin.origin(label, call)
                    var members: JSONObject = ["plugin": .string(view.id.rawValue), "id": .string(page.id), "title": .string(page.title)]
                    members["path"] = .string(detail.path)
                    if let label = detail.navigationLabel { members["navigationLabel"] = .string(label) }
                    members["frame"] = [
                        "origin": .string(origin), "url": .string("\(origin)/pages/\(PercentCoding.encode(page.id))?hub=\(hub)"),
                    ]
                    pages.append(.object(members))
                }
            }
            return .json(.array(pages))
        },
        Endpoint(
            .post, "/pages/token", "A token with which a plugin's page calls its own routes", chapter: chapter,
            access: .organisation(.pluginRead),
            body: .json(.object([.init("plugin", .text)])), answer: .object([.init("token", .text), .init("expiresAt", .time)])
        ) { call in
            let id = try call.hub.registry.id(of: try call.text("plugin"))
            let view = try await call.hub.registry.plugin(id, for: call.organisation?.id)
            guard view.state.takesCalls else {
                throw view.state.refusal(of: id) ?? Fault(code: "plugin.disabled", message: "'\(id)' takes no calls.", turn: .operator)
            }
            guard let authenticated = call.authenticated else { throw ProblemDocument.unauthenticated }
            let made = try call.hub.pageTokens.make(for: id, call.principal, call.organisation, from: CredentialSource(authenticated))
            return .json(["token": .string(made.text), "expiresAt": .string(made.expiresAt.description)])
        },
    ]
}

/// The origin a plugin's pages live on: `LABEL.localhost:PORT`.
enum FrameOrigin {
    /// A plugin id as a part of a host name: letters, digits and hyphens as they are, everything else as `--XX`, so that no two ids share one.
    /// Nil for ids that make a longer name than hosts may have.
    static func label(of id: PluginID) -> String? {
        let digits = Array("0123456789abcdef")
        var label = "p-"
        for byte in id.rawValue.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): label.append(Character(UnicodeScalar(byte)))
            default:
                label += "--"
                label.append(digits[Int(byte >> 4)])
                label.append(digits[Int(byte & 15)])
            }
        }
        label += "-x"
        return label.utf8.count <= 63 ? label : nil
    }

    /// Pages are modules that a browser runs as they are; sources that have to be built first are not shown.
    static func canShow(_ page: Contribution.Page) -> Bool {
        ["js", "mjs"].contains((page.source?.fileExtension ?? "").lowercased())
    }

    /// The plugin id a label stands for.
    static func id(of label: String) -> PluginID? {
        guard label.hasPrefix("p-"), label.hasSuffix("-x") else { return nil }
        var rest = Array(label.utf8.dropFirst(2).dropLast(2))[...]
        var bytes: [UInt8] = []
        while let first = rest.first {
            if rest.starts(with: Array("--".utf8)) {
                let digits = rest.dropFirst(2).prefix(2)
                guard digits.count == 2, let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
                bytes.append(byte)
                rest = rest.dropFirst(4)
            } else {
                bytes.append(first)
                rest = rest.dropFirst()
            }
        }
        guard let id = try? PluginID(String(decoding: bytes, as: UTF8.self)), self.label(of: id) == label else { return nil }
        return id
    }

    static func origin(_ label: String, _ call: APICall) -> String {
        let scheme = call.hub.facts.isSecure ? "https" : "http"
        let port = call.request.authority?.port.map { ":\($0)" } ?? ""
        return "\(scheme)://\(label).\(call.hub.facts.pageSuffix)\(port)"
    }
}
