import CSodium
package import HostCalls
package import HubCore
import JSON
package import PluginModel

/// What the operator says about a provider.
package struct ProviderConfiguration: Sendable {
    /// Exactly as the provider's tokens say it.
    package var issuer: String
    package var clientID: String
    /// From the vault; nil for a client that has none.
    package var clientSecret: Secret?
    /// Where the browser comes back to.
    package var redirectAddress: String
    package var scopes: [String]
    /// `network:private:RANGE@HOST` for a provider in one's own network.
    package var privateNetworks: [Permission]

    package init(
        issuer: String, clientID: String, clientSecret: Secret? = nil, redirectAddress: String,
        scopes: [String] = ["openid", "email", "profile"], privateNetworks: [Permission] = []
    ) {
        (self.issuer, self.clientID, self.clientSecret) = (issuer, clientID, clientSecret)
        (self.redirectAddress, self.scopes, self.privateNetworks) = (redirectAddress, scopes, privateNetworks)
    }
}

/// A browser that left for the provider: kept for that browser alone, sealed in its cookie, and good for one return.
package struct Departure: Sendable {
    /// Within which the browser must be back.
    package static let secondsMax: Int64 = 600

    /// Where the browser goes.
    package let address: String
    package let state: Secret
    package let nonce: Secret
    /// PKCE (RFC 7636): whoever catches the code cannot redeem it without this.
    package let verifier: Secret
    package let leftAt: Timestamp

    package init(address: String, state: Secret, nonce: Secret, verifier: Secret, leftAt: Timestamp) {
        (self.address, self.state, self.nonce, self.verifier, self.leftAt) = (address, state, nonce, verifier, leftAt)
    }
}

/// Signing in at an OpenID Connect provider: authorization code flow with PKCE.
package actor Provider {
    /// How long the provider's own description and keys are believed.
    package static let cacheAge = Duration.seconds(3600)
    /// An unknown key is worth a look at the provider's keys at most this often.
    package static let refreshInterval = Duration.seconds(60)

    private struct Places: Sendable {
        let authorization: String
        let token: String
        let keys: String
        let readAt: Timestamp
    }

    private let configuration: ProviderConfiguration
    private let requests: ProviderRequests
    private let clock: @Sendable () -> Timestamp
    private let entropy: Entropy
    private var places: Places?
    private var keys: (set: KeySet, readAt: Timestamp)?

    package init(
        _ configuration: ProviderConfiguration, service: HTTPService, options: HTTPClientOptions = HTTPClientOptions(),
        clock: @escaping @Sendable () -> Timestamp = Timestamp.system, entropy: Entropy = .system
    ) {
        (self.configuration, self.clock, self.entropy) = (configuration, clock, entropy)
        requests = ProviderRequests(service: service, options: options, privateNetworks: configuration.privateNetworks)
    }

    /// Where to send the browser, and what to remember until it is back.
    package func depart() async throws(Fault) -> Departure {
        let places = try await findPlaces()
        let (state, nonce, verifier) = (fresh(), fresh(), fresh())
        let query = FormText.encode([
            ("response_type", "code"), ("client_id", configuration.clientID), ("redirect_uri", configuration.redirectAddress),
            ("scope", configuration.scopes.joined(separator: " ")), ("state", state), ("nonce", nonce),
            ("code_challenge", Self.challenge(verifier)), ("code_challenge_method", "S256"),
        ])
        let joint = places.authorization.contains("?") ? "&" : "?"
        return Departure(
            address: places.authorization + joint + query, state: Secret(state), nonce: Secret(nonce), verifier: Secret(verifier),
            leftAt: clock())
    }

    /// Redeems what the browser brought back for a verified token.
    package func arrive(code: String, state: String, from departure: Departure) async throws(Fault) -> IDToken {
        guard Secret(state) == departure.state, clock().elapsed(since: departure.leftAt) < .seconds(Departure.secondsMax) else {
            throw OIDCFault.badReturn()
        }
        guard !code.isEmpty, code.utf8.count <= 4096, let verifier = departure.verifier.text, let nonce = departure.nonce.text else {
            throw OIDCFault.badReturn()
        }
        var form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", configuration.redirectAddress),
            ("client_id", configuration.clientID), ("code_verifier", verifier),
        ]
        if let secret = configuration.clientSecret?.text { form.append(("client_secret", secret)) }
        let answer = try await document(findPlaces().token, form: form)
        guard let text = answer["id_token"]?.stringValue else { throw OIDCFault.badToken("is missing") }
        let expected = TokenExpectation(issuer: configuration.issuer, clientID: configuration.clientID, nonce: nonce)
        let (set, isFresh) = try await findKeys(isRefreshing: false)
        do throws(Fault) {
            return try IDToken(verifying: text, keys: set, expecting: expected, now: clock().unixMilliseconds / 1000)
        } catch {
            guard error.code == OIDCFault.unknownKey().code, !isFresh else { throw error }
            let (again, _) = try await findKeys(isRefreshing: true)
            return try IDToken(verifying: text, keys: again, expecting: expected, now: clock().unixMilliseconds / 1000)
        }
    }

    private func fresh() -> String { Base64URL.text(entropy.bytes(32)) }

    static func challenge(_ verifier: String) -> String {
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        let bytes = Array(verifier.utf8)
        crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
        return Base64URL.text(hash)
    }

    /// The provider's description of itself (OpenID Connect Discovery § 4). Its places are https, unless the operator named an http issuer.
    private func findPlaces() async throws(Fault) -> Places {
        let now = clock()
        if let places, now.elapsed(since: places.readAt) < Self.cacheAge { return places }
        let base = configuration.issuer.hasSuffix("/") ? String(configuration.issuer.dropLast()) : configuration.issuer
        let description = try await document("\(base)/.well-known/openid-configuration")
        guard description["issuer"]?.stringValue == configuration.issuer else { throw OIDCFault.badDescription("it names another issuer") }
        func place(_ name: String) throws(Fault) -> String {
            guard let address = description[name]?.stringValue else { throw OIDCFault.badDescription("'\(name)' is missing") }
            let scheme = try HTTPTarget(parsing: address).scheme
            guard scheme == .https || configuration.issuer.hasPrefix("http://") else {
                throw OIDCFault.badDescription("'\(name)' is not https")
            }
            return address
        }
        let found = Places(
            authorization: try place("authorization_endpoint"), token: try place("token_endpoint"), keys: try place("jwks_uri"), readAt: now
        )
        places = found
        return found
    }

    /// The published keys, and whether they were asked for just now.
    private func findKeys(isRefreshing: Bool) async throws(Fault) -> (KeySet, Bool) {
        let now = clock()
        if let keys, now.elapsed(since: keys.readAt) < (isRefreshing ? Self.refreshInterval : Self.cacheAge) { return (keys.set, false) }
        let found = try KeySet(parsing: try await requests.send(try await findPlaces().keys))
        keys = (found, now)
        return (found, true)
    }

    private func document(_ address: String, form: [(String, String)]? = nil) async throws(Fault) -> JSONValue {
        let bytes = try await requests.send(address, form: form)
        do throws(JSONError) {
            return try JSONValue(
                parsing: bytes, limits: JSONLimits(bytesMax: ProviderRequests.responseBytesMax, depthMax: 16, duplicateKeys: .reject))
        } catch {
            throw OIDCFault.badDescription("an answer is no JSON")
        }
    }
}
