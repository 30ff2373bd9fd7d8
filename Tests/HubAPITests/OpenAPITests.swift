import HTTPServer
import HubCore
import JSON
import JSONSchema
import Testing

@testable import HubAPI

/// The description is whole, and the hub does what it says.
@Suite(.everyDatabase, .namingTheDatabase) struct OpenAPITests {
    private static let document = HubAPI.document
    private static let base = "http://hub.test/openapi"

    private static func operations() -> [(path: String, method: String, operation: JSONValue)] {
        (document["paths"]?.objectValue ?? [:]).flatMap { path, item in
            (item.objectValue ?? [:]).map { (path, $0.key, $0.value) }
        }
    }

    /// A schema with the components beside it, so that `$ref`s lead somewhere.
    private static func compiled(_ schema: JSONValue) throws -> JSONSchema {
        var whole = schema.objectValue ?? [:]
        whole["components"] = document["components"]
        return try JSONSchema(.object(whole), assertsFormats: true)
    }

    @Test func `every endpoint is in the description, under a name of its own`() throws {
        let operations = Self.operations()
        #expect(operations.count == HubAPI.endpoints.count)
        for endpoint in HubAPI.endpoints {
            let path = endpoint.pattern.replacing("...}", with: "}")
            #expect(Self.document["paths"]?[path]?[endpoint.method.rawValue.lowercased()] != nil, "\(endpoint.method) \(path)")
        }
        let names = operations.compactMap { $0.operation["operationId"]?.stringValue }
        #expect(names.count == operations.count)
        #expect(Set(names).count == names.count, "\(names.filter { name in names.count { $0 == name } > 1 })")
    }

    @Test func `every operation has its path's parameters, answers and ways to sign in`() throws {
        for (path, method, operation) in Self.operations() {
            let place = "\(method) \(path)"
            let parameters = operation["parameters"]?.arrayValue ?? []
            let named = parameters.filter { $0["in"] == "path" }.compactMap { $0["name"]?.stringValue }
            #expect(path.matches(of: #/\{([^}]+)\}/#).map { String($0.1) } == named, "\(place)")
            for parameter in parameters { #expect(parameter["schema"] != nil && parameter["name"]?.stringValue != "*", "\(place)") }
            let answers = operation["responses"]?.objectValue ?? [:]
            #expect(answers["default"] == ["$ref": "#/components/responses/Problem"], "\(place)")
            #expect(answers.contains { $0.key.first == "2" || $0.key.first == "3" }, "\(place)")
            for (_, answer) in answers { #expect(answer["description"] != nil || answer["$ref"] != nil, "\(place)") }
            #expect(operation["security"]?.arrayValue != nil, "\(place)")
            #expect(operation["summary"]?.stringValue?.isEmpty == false, "\(place)")
        }
    }

    @Test func `every reference leads somewhere, and every schema compiles`() throws {
        func references(_ value: JSONValue) -> [String] {
            if let list = value.arrayValue { return list.flatMap(references) }
            guard let object = value.objectValue else { return [] }
            return object.flatMap { key, value in key == "$ref" ? [value.stringValue ?? ""] : references(value) }
        }
        for reference in Set(references(Self.document)) {
            var place: JSONValue? = Self.document
            for part in reference.split(separator: "/").dropFirst() { place = place?[String(part)] }
            #expect(place != nil, "\(reference)")
        }
        for (name, _) in Self.document["components"]?["schemas"]?.objectValue ?? [:] {
            _ = try Self.compiled(["$ref": .string("#/components/schemas/\(name)")])
        }
    }

    @Test func `the document is served to everybody as it is`() async throws {
        let world = try await World.shared()
        let answer = try await world.hub.ask("GET", "/openapi.json")
        #expect(answer.status == 200 && answer["content-type"] == "application/json")
        #expect(answer.json == Self.document)
        #expect(answer.json["openapi"] == "3.1.0")
    }

    /// What a path's names stand for on the hub of these tests.
    static func target(_ path: String, _ world: World, _ installation: String, _ seed: RuleSeed? = nil) -> String {
        let isPerson = path.hasPrefix("/users")
        let item = seed?.item ?? "none"
        var place = path.hasPrefix("/rules/") ? seed?.rule ?? "none" : path.hasPrefix("/decisions/") ? item : nil
        if path.hasPrefix("/routing-rules/") { place = seed?.routing ?? "none" }
        return (place.map { path.replacing("{id}", with: $0) } ?? path).replacing("{sequence}", with: item).replacing(
            "{backtest}", with: seed?.backtest ?? "none"
        ).replacing("{version}", with: "1").replacing(
            "{kind}", with: "text"
        )
        .replacing("{job}", with: seed?.review ?? "none").replacing("{type}", with: "TEXT_MATCHING_CONTAINS_TEXT").replacing(
            "{path...}", with: "echo/x"
        ).replacing("{slug}", with: "alpha")
        .replacing("{installation}", with: installation).replacing("{user}", with: world.admin.id)
        .replacing("{id}", with: isPerson ? world.admin.id : "lab.probe")
    }

    @Test func `every endpoint that is only read answers in the shape that is described`() async throws {
        let world = try await World.shared()
        let first = try await world.hub.ask("GET", "/plugins/installations", as: world.admin).json[0]?["id"]?.stringValue ?? ""
        let problem = try Self.compiled(["$ref": "#/components/schemas/Problem"])
        let seed = try await RuleSeed(in: world)
        var asked = 0
        for endpoint in HubAPI.endpoints where endpoint.method == .get {
            // A stream does not end, and the probe has no picture: both have tests of their own.
            guard !endpoint.path.hasSuffix("/events"), !endpoint.path.contains("/assets/"), !endpoint.path.hasSuffix("/icon"),
                !endpoint.path.contains("/oidc/"), !endpoint.path.hasPrefix("/integration-logos/")
            else { continue }
            let path = Self.target(endpoint.path, world, first, seed)
            let answer = try await world.hub.ask("GET", (endpoint.isAtRoot ? "/" : "") + path, as: world.admin)
            #expect(answer.status == endpoint.status.rawValue, "\(path): \(answer)")
            guard let shape = endpoint.answer, shape != .text else { continue }
            #expect(answer["content-type"] == "application/json", "\(path)")
            let violations = try Self.compiled(shape.schema).validate(answer.json)
            #expect(violations.isEmpty, "\(path): \(violations.prefix(3)) in \(answer)")
            asked += 1
            // And a problem has the shape of problems.
            let wrong = try await world.hub.ask("GET", (endpoint.isAtRoot ? "/" : "") + path + "?nosuch=1", as: world.admin)
            if endpoint.query == QueryParameter.any { continue }
            #expect(wrong.status == 400 && wrong["content-type"] == "application/problem+json", "\(path): \(wrong)")
            #expect(problem.validate(wrong.json).isEmpty, "\(path): \(wrong)")
        }
        #expect(asked > 30)
    }
}
