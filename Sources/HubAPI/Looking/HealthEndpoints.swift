import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel

/// What machines that watch the hub ask.
enum HealthEndpoints {
    static let chapter = "Health"

    static let all: [Endpoint] = [
        atRoot(
            Endpoint(.get, "/healthz", "Whether the process answers", chapter: chapter, access: .everybody, answer: .text) { _ in
                .text("ok\n")
            }),
        atRoot(
            Endpoint(
                .get, "/readyz", "Whether the hub can work", chapter: chapter, access: .everybody,
                answer: .object([.init("ready", .boolean), .init("checks", .map(.text))]), handler: ready)),
        atRoot(Endpoint(.get, "/metrics", "Numbers for Prometheus", chapter: chapter, access: .everybody, answer: .text, handler: metrics)),
    ]

    private static func atRoot(_ endpoint: Endpoint) -> Endpoint {
        var endpoint = endpoint
        endpoint.isAtRoot = true
        return endpoint
    }

    private static func ready(_ call: APICall) async throws -> HTTPResponse {
        var checks: [(String, JSONValue)] = []
        var isReady = true
        func check(_ name: String, _ body: () async throws -> Void) async {
            do {
                try await body()
                checks.append((name, "ok"))
            } catch {
                isReady = false
                checks.append((name, .string((error as? Fault)?.code ?? "failed")))
            }
        }
        await check("database") { _ = try await call.hub.store.read { (records) throws(Fault) in try records.lastSequence() } }
        await check("vault") { _ = try await call.hub.vault.status() }
        let missing = call.hub.facts.layers.filter { $0.isRequired && $0.state != "on" }
        checks.append(("sandbox", missing.isEmpty ? "ok" : .string("missing: \(missing.map(\.name).joined(separator: ", "))")))
        isReady = isReady && missing.allSatisfy { call.hub.facts.waivedLayers.contains($0.name) }
        return .json(["ready": .bool(isReady), "checks": .object(JSONObject(checks))], status: isReady ? .ok : .serviceUnavailable)
    }

    /// For this machine without signing in; for others, also when they come through a proxy on it, with a token that may see the settings.
    private static func metrics(_ call: APICall) async throws -> HTTPResponse {
        if !isOfThisMachine(call.request) {
            guard let token = call.request.token, !token.isEmpty else { throw ProblemDocument.unauthenticated }
            let authenticated = try await call.hub.accounts.authenticate(bearer: token)
            guard authenticated.principal.may(.adminSettings, in: nil) else { throw ProblemDocument.missing(.adminSettings) }
        }
        var text = PrometheusText()
        let totals = call.hub.registry.totals
        text.family("patchbay_plugins", "gauge", "Installed plugins.", [([], Double(totals.count))])
        func family(_ name: String, _ type: String, _ help: String, _ value: (PluginTotals) -> Double?) {
            text.family(name, type, help, totals.compactMap { one in value(one.totals).map { ([("plugin", one.plugin.rawValue)], $0) } })
        }
        family("patchbay_plugin_calls_total", "counter", "Calls of a plugin.") { Double($0.calls) }
        family("patchbay_plugin_errors_total", "counter", "Calls of a plugin that failed.") { Double($0.errors) }
        family("patchbay_plugin_cpu_seconds_total", "counter", "Processor time of a plugin's workers.") { Double($0.cpuMs) / 1000 }
        family("patchbay_plugin_memory_bytes", "gauge", "Memory of a plugin's workers.") { Double($0.memoryBytes) }
        family("patchbay_plugin_egress_bytes_total", "counter", "Bytes a plugin sent out.") { Double($0.egressBytes) }
        family("patchbay_plugin_ingress_bytes_total", "counter", "Bytes a plugin received.") { Double($0.ingressBytes) }
        family("patchbay_plugin_denials_total", "counter", "Host calls refused for want of a permission.") { Double($0.denials) }
        text.family(
            "patchbay_plugin_latency_seconds", "gauge", "Latency of a plugin's calls since the hub started.",
            totals.flatMap { one in
                [("0.5", one.totals.p50Ms), ("0.95", one.totals.p95Ms)].compactMap { quantile, value in
                    value.map { ([("plugin", one.plugin.rawValue), ("quantile", quantile)], $0 / 1000) }
                }
            })
        text.family(
            "patchbay_start_time_seconds", "gauge", "When the hub started.",
            [([], Double(call.hub.facts.startedAt.unixMilliseconds) / 1000)])
        var response = HTTPResponse.text(text.text, type: "text/plain; version=0.0.4; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        return response
    }
}

extension HealthEndpoints {
    /// A proxy connects from this machine too, but says whom it speaks for, or asks for another host.
    private static func isOfThisMachine(_ request: HTTPRequest) -> Bool {
        let host = request.authority?.host ?? ""
        let isForwarded = ["forwarded", "x-forwarded-for", "via"].contains { request.headers[$0] != nil }
        return request.peer.isLoopback && !isForwarded && (host == "localhost" || host == "[::1]" || host.hasPrefix("127."))
    }
}

/// Prometheus' text format, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
            text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.number(sample.value))\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
