package import JSON
package import PluginModel

/// What a token must say to be taken.
package struct TokenExpectation: Sendable, Hashable {
    /// Exactly as the operator wrote it.
    package var issuer: String
    package var clientID: String
    /// Sent along when the browser left for the provider.
    package var nonce: String

    package init(issuer: String, clientID: String, nonce: String) { (self.issuer, self.clientID, self.nonce) = (issuer, clientID, nonce) }
}

/// A provider's word about a person, verified (OpenID Connect Core § 3.1.3.7).
package struct IDToken: Sendable, Hashable {
    /// Of the whole text.
    package static let bytesMax = 32 * 1024
    /// By how much the clocks of provider and hub may differ.
    package static let leewaySeconds: Int64 = 60
    /// A token made longer ago than this is not from this sign-in.
    package static let ageSecondsMax: Int64 = 3600
    /// Of the subject, by the specification.
    package static let subjectBytesMax = 255

    package let issuer: String
    package let subject: String
    /// Everything it says.
    package let claims: JSONObject

    package var email: String? { claims["email"]?.stringValue }
    /// Only the boolean; providers that write it as text do not verify in the sense meant here.
    package var isEmailVerified: Bool { claims["email_verified"]?.boolValue ?? false }
    package var name: String? { claims["name"]?.stringValue }

    /// Reads and checks everything: the signature first, then what is said.
    ///
    /// Throws `oidc.unknown-key` when no published key has the token's name, which is worth one look at the provider's keys; all else is
    /// `oidc.bad-token`.
    /// - Parameter now: Seconds since 1970.
    package init(verifying text: String, keys: KeySet, expecting expected: TokenExpectation, now: Int64) throws(Fault) {
        guard text.utf8.count <= Self.bytesMax else { throw OIDCFault.badToken("has more than \(Self.bytesMax) bytes") }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw OIDCFault.badToken("is not three parts") }
        let header = try Self.object(parts[0], "header")
        guard let name = header["alg"]?.stringValue, let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw OIDCFault.badToken("is signed in a way that is not taken")
        }
        // RFC 7515 § 4.1.11: extensions that must be understood, and none is.
        guard header["crit"] == nil else { throw OIDCFault.badToken("has extensions that are not understood") }
        guard let signature = Base64URL.bytes(parts[2]) else { throw OIDCFault.badToken("has a signature that is no base64url") }
        let wanted = header["kid"]?.stringValue
        guard header["kid"] == nil || wanted != nil else { throw OIDCFault.badToken("names its key with something that is no text") }
        let candidates = keys.keys.filter { $0.algorithm == algorithm && (wanted == nil || $0.id == wanted) }
        // Without a name there must be no choice.
        guard wanted != nil || candidates.count <= 1 else { throw OIDCFault.badToken("does not say which key signed it") }
        guard let key = candidates.first else {
            if keys.keys.contains(where: { wanted != nil && $0.id == wanted }) { throw OIDCFault.badToken("names a key of another kind") }
            throw OIDCFault.unknownKey()
        }
        let signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
        guard key.verifies(signature, of: signed) else { throw OIDCFault.badToken("has a wrong signature") }

        let claims = try Self.object(parts[1], "body")
        try Self.check(claims, expected, now)
        guard let subject = claims["sub"]?.stringValue, !subject.isEmpty, subject.utf8.count <= Self.subjectBytesMax else {
            throw OIDCFault.badToken("names nobody")
        }
        (issuer, self.subject, self.claims) = (expected.issuer, subject, claims)
    }

    private static func check(_ claims: JSONObject, _ expected: TokenExpectation, _ now: Int64) throws(Fault) {
        guard claims["iss"]?.stringValue == expected.issuer else { throw OIDCFault.badToken("is from another issuer") }
        let audience: [String]
        switch claims["aud"] {
        case .string(let one)?: audience = [one]
        case .array(let several)?: audience = several.compactMap(\.stringValue)
        default: audience = []
        }
        guard audience.contains(expected.clientID) else { throw OIDCFault.badToken("is for another client") }
        if audience.count > 1 || claims["azp"] != nil {
            guard claims["azp"]?.stringValue == expected.clientID else { throw OIDCFault.badToken("was given to another client") }
        }
        guard let expires = seconds(claims["exp"]), expires > now - leewaySeconds else {
            throw OIDCFault.badToken("is over, or has no end")
        }
        guard let issued = seconds(claims["iat"]), issued < now + leewaySeconds, issued > now - ageSecondsMax else {
            throw OIDCFault.badToken("was not made just now")
        }
        if let notBefore = claims["nbf"] {
            guard let begins = seconds(notBefore), begins < now + leewaySeconds else { throw OIDCFault.badToken("is not good yet") }
        }
        guard !expected.nonce.isEmpty, claims["nonce"]?.stringValue == expected.nonce else {
            throw OIDCFault.badToken("is not the answer to this sign-in")
        }
    }

    /// Whole or not, as some providers write them; nothing that does not fit.
    private static func seconds(_ value: JSONValue?) -> Int64? {
        switch value {
        case .int(let number)? where abs(number / 2) < 1 << 52: number
        case .double(let number)? where abs(number) < 1e15: Int64(number)
        default: nil
        }
    }

    private static func object(_ part: some Sequence<UInt8>, _ what: String) throws(Fault) -> JSONObject {
        guard let bytes = Base64URL.bytes(part) else { throw OIDCFault.badToken("has a \(what) that is no base64url") }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: bytesMax, depthMax: 16, duplicateKeys: .reject))
        } catch {
            throw OIDCFault.badToken("has a \(what) that cannot be read")
        }
        guard let object = value.objectValue else { throw OIDCFault.badToken("has a \(what) that is no object") }
        return object
    }
}
