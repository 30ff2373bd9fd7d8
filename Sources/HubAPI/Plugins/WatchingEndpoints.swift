import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages

/// What a plugin does: lines, failures, numbers; and the files a browser may have of it.
enum WatchingEndpoints {
    static let chapter = "Watching"

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/plugins/{id}/logs", "Its last lines, latest first", chapter: chapter, access: .organisation(.organisationManage),
            query: [
                QueryParameter("level", .choice(LogLevels.words), "At least this level."),
                QueryParameter("q", .text, "A part of the message or of a field."),
                QueryParameter("before", .integer, "Lines before this one."),
                QueryParameter("limit", .integer, "How many at most, 1 to 500."),
            ], answer: .list(.named("LogLine"))
        ) { call in
            let level = try call.query("level").map { text in
                guard let level = LogLevels.level(text) else {
                    throw ProblemDocument.badQuery("level", "is one of debug, info, warn, error")
                }
                return level
            }
            let limit = try call.number("limit", in: 1...500, otherwise: 200)
            let before = try call.number("before", in: 0...Int.max, otherwise: 0)
            let lines = try call.hub.registry.logs(
                of: try call.plugin(), atLeast: level, containing: call.query("q"), before: before == 0 ? nil : Int64(before), limit: limit
            ).filter { call.maySee($0) }
            var response = HTTPResponse.json(.array(lines.map(\.json)))
            if lines.count == limit, let last = lines.last {
                response.headers["Link"] = "<\(HTTPResponse.nextAddress(call, after: "\(last.sequence)", named: "before"))>; rel=\"next\""
            }
            return response
        },
        Endpoint(
            .get, "/plugins/{id}/failures", "Its last failed calls, latest first; for an organisation's administrators, those made for it",
            chapter: chapter,
            access: .organisation(.organisationManage),
            query: [QueryParameter("limit", .integer, "How many at most, 1 to 100.")], answer: .list(.named("Failure"))
        ) { call in
            let limit = try call.number("limit", in: 1...100, otherwise: 50)
            // What a plugin said when it failed may be about the items of whoever it was called for.
            let organisation = call.principal.may(.adminPlugins, in: nil) ? nil : try call.needOrganisation().id
            let failures = try await call.hub.registry.failures(of: try call.plugin(), in: organisation, limit: limit)
            return .json(.array(failures.map(\.json)))
        },
        Endpoint(
            .get, "/plugins/{id}/metrics", "Its numbers, a minute each, oldest first", chapter: chapter, access: .organisation(.pluginRead),
            query: [QueryParameter("minutes", .integer, "How many minutes, 1 to 60.")],
            answer: .object([.init("minutes", .list(.named("MetricsMinute")))])
        ) { call in
            let minutes = try call.number("minutes", in: 1...60, otherwise: 60)
            return .json(["minutes": .array(try call.hub.registry.metrics(of: try call.plugin(), minutes: minutes).map(\.json))])
        },
        Endpoint(
            .get, "/plugins/{id}/icon", "Its picture", chapter: chapter, access: .signedIn,
            query: [QueryParameter("v", .text, "Whatever tells a newer picture apart.")], answer: .anything
        ) { call in
            let view = try await call.hub.registry.plugin(try call.plugin())
            guard let folder = view.folder, let path = view.iconPath else { throw PluginFiles.absent }
            return try await PluginFiles.answer { () throws(StoreError) in try PackageAssets(folder: folder).logo(path) }
        },
        Endpoint(
            .get, "/plugins/{id}/assets/{path...}", "A file of its package that a browser may have", chapter: chapter,
            access: .organisation(.pluginRead), answer: .anything
        ) { call in
            let view = try await call.hub.registry.plugin(try call.plugin())
            guard let folder = view.folder else { throw PluginFiles.absent }
            let path = call.parameter("path")
            // Only pictures: a script or a page of a plugin never runs on the hub's own origin.
            return try await PluginFiles.answer { () throws(StoreError) in try PackageAssets(folder: folder).logo(path) }
        },
    ]
}

/// Files of packages as answers.
enum PluginFiles {
    static let absent = Fault(
        code: "package.no-such-asset", message: "The package has no such file that is served.", remedy: "Check the path.", turn: .caller)

    static func answer(_ read: @escaping @Sendable () throws(StoreError) -> PackageAsset) async throws -> HTTPResponse {
        let outcome: Result<PackageAsset, StoreError> = try await BlockingLane.files.run {
            Result { () throws(StoreError) in try read() }
        }
        switch outcome {
        case .failure(let error): throw error.fault
        case .success(let asset):
            var response = HTTPResponse(headers: ["Content-Type": asset.contentType, "ETag": asset.etag], body: .bytes(asset.bytes))
            for header in asset.headers { response.headers[header.name] = header.value }
            response.headers["Content-Security-Policy"] = PackageAssets.svgPolicy
            return response
        }
    }
}

extension APICall {
    /// Lines of a worker that runs with an organisation's settings are that organisation's.
    func maySee(_ line: PluginLogLine) -> Bool {
        guard let owner = line.organisation else { return principal.may(.adminPlugins, in: nil) }
        return principal.may(.organisationManage, in: owner)
    }
}

extension PluginFailure {
    var json: JSONValue {
        var members: JSONObject = [
            "at": .string(at.description), "version": .string(version), "entry": .string(entry), "code": .string(fault.code),
            "message": .string(fault.message),
        ]
        if let organisation { members["organisation"] = .string(organisation.rawValue) }
        if let place = fault.place { members["place"] = .string(place) }
        if let details = fault.details {
            members["stack"] = .array(details.split(separator: "\n").map { .string(String($0.drop { $0 == " " })) })
        }
        if let remedy = fault.remedy { members["remedy"] = .string(remedy) }
        members["turn"] = .string(fault.turn.rawValue)
        return .object(members)
    }
}

extension MetricsMinute {
    var json: JSONValue {
        [
            "at": .string(at.description), "calls": .int(Int64(calls)), "errors": .int(Int64(errors)), "p50Ms": .optional(p50Ms),
            "p95Ms": .optional(p95Ms), "cpuMs": .int(Int64(cpuMs)), "memoryBytes": .int(Int64(memoryBytes)),
            "egressBytes": .int(Int64(egressBytes)), "ingressBytes": .int(Int64(ingressBytes)), "denials": .int(Int64(denials)),
        ]
    }
}
