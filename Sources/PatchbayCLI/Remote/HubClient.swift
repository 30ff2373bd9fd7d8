import HostCalls
import JSON
import PluginModel

/// A hub that runs somewhere, by its API: what `--hub URL` names.
struct HubClient: Sendable {
    static let timeoutMilliseconds = 120_000
    static let answerBytesMax = 8 << 20
    /// Where the token is when `--token` does not say it.
    static let variable = "PATCHBAY_TOKEN"
    /// How often an installation is looked at.
    static let pollTime = Duration.milliseconds(200)

    private let base: String
    private let token: String
    private let client: HTTPOperatorClient
    private let loop: HostLoop

    /// Nil when the line names no hub.
    static func of(_ arguments: RemoteArguments, in context: CommandContext) throws(CommandFailure) -> HubClient? {
        guard let hub = arguments.hub else { return nil }
        guard let token = arguments.token ?? context.environment[variable].flatMap({ $0.isEmpty ? nil : $0 }) else {
            throw CommandFailure(
                Fault(
                    code: "usage.no-token", message: "a hub is asked with a token, and there is none", place: "--hub \(SafeText.line(hub))",
                    remedy: "Make one in the hub (Account, Tokens), and give it as \(variable), or with --token.", turn: .caller),
                exitCode: .usage)
        }
        let loop = HostLoop(name: "pb-hub-client")
        return HubClient(
            base: (hub.hasSuffix("/") ? String(hub.dropLast()) : hub) + "/api/v1", token: token,
            client: HTTPOperatorClient(service: HTTPService(loop: loop), bytesMax: answerBytesMax), loop: loop)
    }

    /// To be called once, at the end.
    func stop() { loop.stop() }

    /// The answer's JSON; a problem of the hub's becomes the same error here.
    @discardableResult
    func ask(
        _ method: String, _ path: String, json: JSONValue? = nil, package: [UInt8]? = nil
    ) async throws(CommandFailure) -> JSONValue {
        do throws(Fault) {
            var headers = [HTTPHeader("authorization", "Bearer \(token)"), HTTPHeader("accept", "application/json")]
            if json != nil { headers.append(HTTPHeader("content-type", "application/json")) }
            if package != nil { headers.append(HTTPHeader("content-type", "application/octet-stream")) }
            let request = HTTPRequest(
                method: method, target: try HTTPTarget(parsing: base + path), headers: headers, body: package ?? json?.serializedBytes(),
                timeoutMilliseconds: Self.timeoutMilliseconds)
            let response = try await client.send(request)
            let answer = (try? JSONValue(parsing: response.body)) ?? .null
            guard !(200...299).contains(response.status) else { return answer }
            throw problem(answer, status: response.status)
        } catch { throw CommandFailure(error) }
    }

    private func problem(_ answer: JSONValue, status: Int) -> Fault {
        guard let code = answer["code"]?.stringValue else {
            return Fault(
                code: "hub.bad-answer", message: "what answers here is no hub, or stands in front of one: status \(status)", place: base,
                remedy: "Check the address after --hub.", turn: .caller)
        }
        return Fault(
            code: code, message: SafeText.line(answer["detail"]?.stringValue ?? "the hub refused"), place: base,
            remedy: answer["remedy"]?.stringValue.map { SafeText.line($0) },
            turn: answer["turn"]?.stringValue.flatMap({ Fault.Turn(rawValue: $0) }) ?? .hub)
    }

    /// Installs from an archive that is sent, or an address the hub fetches; gives the installation as it ended.
    func install(archive: [UInt8]? = nil, address: String? = nil) async throws(CommandFailure) -> JSONValue {
        let source: JSONValue? = address.map { ["source": ["address": .string($0)]] }
        var job = try await ask("POST", "/plugins/installations", json: source, package: archive)
        let id = job["id"]?.stringValue ?? ""
        while let state = job["state"]?.stringValue, !["done", "failed", "cancelled"].contains(state) {
            if Task.isCancelled { throw .interrupted(after: 0) }
            try? await Task.sleep(for: Self.pollTime)
            job = try await ask("GET", "/plugins/installations/\(id)")
        }
        return job
    }
}

/// `--hub URL` and `--token TOKEN`.
struct RemoteArguments: Sendable {
    let hub: String?
    let token: String?

    static let options: [CommandSpec.Option] = [
        .init("hub", value: "URL", help: "Ask the hub that answers there, instead of a data folder"),
        .init("token", value: "TOKEN", help: "A token of that hub", fallback: "PATCHBAY_TOKEN"),
    ]

    init(_ arguments: ParsedArguments) throws(UsageError) {
        (hub, token) = (arguments.value("hub"), arguments.value("token"))
        if let hub, !hub.hasPrefix("http://"), !hub.hasPrefix("https://") {
            throw .invalidValue(
                of: "--hub", value: hub, why: "it begins with neither http:// nor https://", hint: "Write --hub http://127.0.0.1:8420")
        }
    }
}
