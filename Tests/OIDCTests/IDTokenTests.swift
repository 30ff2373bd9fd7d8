import Glibc
import HubCore
import JSON
import OIDC
import PluginModel
import Testing

private let now: Int64 = 1_795_289_000
private let expected = TokenExpectation(issuer: "https://id.acme.test", clientID: "hub", nonce: "n-1")

/// Keys and tokens made for this run by Node's own cryptography.
private struct Tokens {
    let keys: KeySet
    let tokens: JSONObject

    static let made = Result { try Tokens() }

    private init() throws {
        let folder = #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        let pipe = try #require(popen("node '\(folder)/Fixtures/tokens.mjs' \(now)", "r"))
        var (bytes, chunk): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = fread(&chunk, 1, chunk.count, pipe)
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        try #require(pclose(pipe) == 0)
        let document = try JSONValue(parsing: bytes)
        keys = try KeySet(parsing: try #require(document["keys"]).serializedBytes())
        tokens = try #require(document["tokens"]?.objectValue)
    }
}

struct IDTokenTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let token: String
        /// What the message says; nil: taken.
        let why: String?
        var testDescription: String { token }
        init(_ token: String, _ why: String?) { (self.token, self.why) = (token, why) }
    }

    private static let cases = [
        Case("RS256", nil), Case("ES256", nil), Case("audience in a list", nil), Case("two audiences, given to us", nil),
        Case("over since half a minute", nil), Case("from half a minute ahead", nil),
        Case("none", "in a way that is not taken"), Case("None", "in a way that is not taken"),
        Case("no algorithm", "in a way that is not taken"), Case("HS256 with the public key", "in a way that is not taken"),
        Case("HS256 with the published secret", "in a way that is not taken"), Case("RS512", "in a way that is not taken"),
        Case("ES256 by an RSA key", "names a key of another kind"), Case("RS256 by a curve key", "names a key of another kind"),
        Case("another key", "wrong signature"), Case("a weak key", "wrong signature"), Case("unknown key", "does not publish"),
        Case("key of no text", "no text"), Case("no key named, several published", "does not say which key"),
        Case("a key along with it", "does not publish"), Case("critical extension", "not understood"),
        Case("signature changed", "wrong signature"), Case("body changed", "wrong signature"),
        Case("curve signature changed", "wrong signature"), Case("curve signature of zeros", "wrong signature"),
        Case("curve signature as DER", "wrong signature"), Case("no signature", "wrong signature"), Case("padded", "no base64url"),
        Case("second spelling", "no base64url"), Case("four parts", "three parts"), Case("one part", "three parts"),
        Case("empty", "three parts"), Case("wrong issuer", "another issuer"), Case("no issuer", "another issuer"),
        Case("wrong audience", "another client"), Case("no audience", "another client"),
        Case("two audiences, given to nobody", "given to another client"), Case("given to another", "given to another client"),
        Case("over", "is over"), Case("no end", "no end"), Case("end as text", "no end"), Case("made tomorrow", "not made just now"),
        Case("made yesterday", "not made just now"), Case("no time", "not made just now"), Case("not good yet", "not good yet"),
        Case("wrong nonce", "not the answer"), Case("no nonce", "not the answer"), Case("no subject", "nobody"),
        Case("empty subject", "nobody"), Case("huge subject", "nobody"), Case("keys twice", "body that cannot be read"),
        Case("header keys twice", "header that cannot be read"), Case("body is a list", "no object"),
        Case("body is no JSON", "cannot be read"), Case("deep", "cannot be read"), Case("huge", "more than 32768 bytes"),
    ]

    @Test(arguments: cases) func `a token is taken or refused for its reason`(c: Case) throws {
        let provider = try Tokens.made.get()
        let text = try #require(provider.tokens[c.token]?.stringValue)
        do throws(Fault) {
            let token = try IDToken(verifying: text, keys: provider.keys, expecting: expected, now: now)
            #expect(c.why == nil, "taken")
            #expect(token.subject == "u-1" && token.email == "ada@acme.test" && token.isEmailVerified)
        } catch {
            let why = try #require(c.why, "\(error.message)")
            #expect(error.message.contains(why), "\(error.message)")
            #expect(error.code == (why == "does not publish" ? "oidc.unknown-key" : "oidc.bad-token"))
            #expect(!error.description.contains("u-1") && !error.description.contains("eyJ"))
        }
    }

    @Test func `every token that is made is judged`() throws {
        #expect(try Set(Tokens.made.get().tokens.keys) == Set(Self.cases.map(\.token)))
    }

    @Test func `groups of a claim become roles, the highest of each organisation`() throws {
        let provider = try Tokens.made.get()
        let text = try #require(provider.tokens["RS256"]?.stringValue)
        let token = try IDToken(verifying: text, keys: provider.keys, expecting: expected, now: now)
        let (a, b) = (Organisation.ID("a"), Organisation.ID("b"))
        let places: [String: [ClaimRoles.Place]] = [
            "dev": [.init(organisation: a, role: .developer), .init(organisation: b, role: .viewer)],
            "ops": [.init(organisation: a, role: .teamAdmin)], "boss": [.init(organisation: b, role: .platformAdmin)],
        ]
        let person = OutsidePerson(token, roles: ClaimRoles(claim: "groups", places: places))
        #expect(person.roles == [a: .teamAdmin, b: .viewer] && person.subject == "u-1" && person.isEmailVerified)
        #expect(OutsidePerson(token, roles: ClaimRoles(claim: "sub", places: ["u-1": places["boss"] ?? []])).roles == [b: .platformAdmin])
        #expect(OutsidePerson(token, roles: ClaimRoles(claim: "iat", places: places)).roles.isEmpty)
        #expect(OutsidePerson(token).roles.isEmpty)
    }

    @Test func `without a nonce nothing is taken`() throws {
        let provider = try Tokens.made.get()
        var open = expected
        open.nonce = ""
        let text = try #require(provider.tokens["no nonce"]?.stringValue)
        #expect(throws: Fault.self) { try IDToken(verifying: text, keys: provider.keys, expecting: open, now: now) }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"keys":[]}"#, #"{"keys":{}}"#, #"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#,
        #"{"keys":[{"kty":"RSA","n":"a=b","e":"AQAB"}]}"#, #"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#,
        #"{"keys":[{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}]}"#, #"{"keys":[{"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"}]}"#,
        #"{"keys":[{"kty":"RSA","alg":"RS512","n":"AQAB","e":"AQAB"}]}"#, #"{"keys":[],"keys":[]}"#,
    ]) func `keys that cannot be used are refused`(text: String) {
        #expect(throws: Fault.self) { try KeySet(parsing: Array(text.utf8)) }
    }
}
