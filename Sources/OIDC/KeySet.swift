import CVerify
import JSON
package import PluginModel

/// The public keys a provider publishes (RFC 7517), as far as they verify with the two algorithms we take.
package struct KeySet: Sendable, Hashable {
    package static let bytesMax = 256 * 1024
    package static let keysMax = 64

    struct Key: Sendable, Hashable {
        enum Numbers: Sendable, Hashable {
            case rsa(n: [UInt8], e: [UInt8])
            case p256(x: [UInt8], y: [UInt8])
        }
        let id: String?
        let numbers: Numbers

        /// The one algorithm this kind of key is for; a token cannot choose another for it.
        var algorithm: SignatureAlgorithm {
            switch numbers {
            case .rsa: .rs256
            case .p256: .es256
            }
        }

        func verifies(_ signature: [UInt8], of data: [UInt8]) -> Bool {
            switch numbers {
            case .rsa(let n, let e):
                cverify_rs256(n, n.count, e, e.count, data, data.count, signature, signature.count) == Int32(CVERIFY_GOOD)
            case .p256(let x, let y):
                cverify_es256(x, y, data, data.count, signature, signature.count) == Int32(CVERIFY_GOOD)
            }
        }
    }

    let keys: [Key]

    /// Keys for other uses or of other kinds are left out; what is no key set is refused.
    package init(parsing bytes: [UInt8]) throws(Fault) {
        guard bytes.count <= Self.bytesMax else { throw OIDCFault.badKeys("they have more than \(Self.bytesMax) bytes") }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: Self.bytesMax, depthMax: 16, duplicateKeys: .reject))
        } catch {
            throw OIDCFault.badKeys("they are no JSON (line \(error.line))")
        }
        guard let list = document["keys"]?.arrayValue else { throw OIDCFault.badKeys("there is no list of keys") }
        guard list.count <= Self.keysMax else { throw OIDCFault.badKeys("there are more than \(Self.keysMax)") }
        keys = list.compactMap(Self.key)
        guard !keys.isEmpty else { throw OIDCFault.badKeys("none is for RS256 or ES256") }
    }

    private static func key(_ value: JSONValue) -> Key? {
        func number(_ name: String) -> [UInt8]? { value[name]?.stringValue.flatMap { Base64URL.bytes($0.utf8) } }
        if let use = value["use"], use.stringValue != "sig" { return nil }
        let numbers: Key.Numbers
        switch value["kty"]?.stringValue {
        case "RSA":
            guard let n = number("n"), let e = number("e") else { return nil }
            numbers = .rsa(n: n, e: e)
        case "EC":
            guard value["crv"]?.stringValue == "P-256", let x = number("x"), let y = number("y"), x.count == 32, y.count == 32 else {
                return nil
            }
            numbers = .p256(x: x, y: y)
        default: return nil
        }
        let key = Key(id: value["kid"]?.stringValue, numbers: numbers)
        if let algorithm = value["alg"], algorithm.stringValue != key.algorithm.rawValue { return nil }
        return key
    }
}

/// What a token may be signed with. There is no other, and no way to name one.
enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case es256 = "ES256"
}
