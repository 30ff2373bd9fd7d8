package import PluginModel

/// Sends requests for the plugin: `http.fetch`.
///
/// Rule: each hop, redirects included, needs `network:outbound:HOST`, declared and granted; and the address each name leads to must be part
/// of the public internet, unless the operator granted `network:private:RANGE@HOST`. Limits stand in `HTTPLimits`, errors in `HTTPFault`.
package final class HTTPCapability: Capability {
    package static let name = "http"
    package static let operations = [
        OperationDescription(
            "http.fetch", isImmediate: false, "Send a request: `method`, `url`, `headers`, `body`, `redirect`, `timeoutMs`.")
    ]
    package static let errors = HTTPFault.errors

    private let client: HTTPClient
    private let secrets: HTTPSecrets

    /// Larger bodies are written as JSON elsewhere: 8 MiB take 30 to 50 ms, and the loop's thread serves every plugin.
    private static let inlineBytesMax = 64 * 1024

    package init(client: HTTPClient, secrets: HTTPSecrets = HTTPSecrets([])) { (self.client, self.secrets) = (client, secrets) }

    package func need(for call: HostCall) throws(Fault) -> Need? {
        try HTTPTarget(parsing: try call.text("url")).need
    }

    package func perform(_ call: HostCall) throws(Fault) -> Answer {
        let request = try HTTPRequest(call, limits: client.limits)
        let asked = call.withoutArguments
        let policy = HTTPPolicy(
            secrets: secrets.isEmpty ? nil : secrets,
            admit: { (target) throws(Fault) in try asked.door.require(target.need, for: asked) },
            refusal: { host, address in
                guard let kind = AddressRules.classify(address) else { return nil }
                return asked.door.allowsPrivate(host: host, address: address, for: asked) ? nil : kind
            })
        return .later { [client] pending in
            do throws(Fault) {
                let exchange = try client.start(request, policy: policy) { result in
                    switch result {
                    case .success(let response) where response.body.count > Self.inlineBytesMax:
                        Task.detached { pending.finish(.success(response.reply)) }
                    case .success(let response): pending.finish(.success(response.reply))
                    case .failure(let fault): pending.finish(.failure(fault))
                    }
                }
                pending.onEnd { isCancelled in if isCancelled { client.cancel(exchange) } }
            } catch {
                pending.finish(.failure(error))
            }
        }
    }

    package func close() { client.close() }
}
