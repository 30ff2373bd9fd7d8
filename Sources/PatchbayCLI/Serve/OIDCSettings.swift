import HostCalls
import HubAPI
import HubCore
import OIDC
import PluginModel

/// What the environment says about signing in at a provider.
struct OIDCSettings: Sendable {
    /// There is one; its name in addresses.
    static let id = "oidc"
    /// Where the vault keeps the client's secret when the environment does not hold it.
    static let secretPlace = SecretPlace(owner: "hub", field: "oidc-client-secret")
    /// Of networks that are allowed for the issuer.
    static let networksMax = 16

    let issuer: String
    let clientID: String
    let clientSecret: String?
    let name: String
    let first: FirstSignIn
    let privateNetworks: [Permission]
    let authorityFile: String?

    /// Nil when no provider is named. Everything wrong is told before anything starts.
    static func read(_ environment: [String: String]) throws(Fault) -> OIDCSettings? {
        func named(_ key: String) -> String? { environment["PATCHBAY_OIDC_\(key)"].flatMap { $0.isEmpty ? nil : $0 } }
        guard let issuer = named("ISSUER") else {
            // A setting that nothing uses is a mistake of whoever set it.
            for key in ["CLIENT_ID", "CLIENT_SECRET", "NAME", "FIRST_SIGN_IN", "PRIVATE_NETWORK", "AUTHORITY_FILE"] where named(key) != nil
            {
                throw bad("PATCHBAY_OIDC_\(key)", "it is set, and PATCHBAY_OIDC_ISSUER is not", "Name the issuer too.")
            }
            return nil
        }
        let target: HTTPTarget
        do throws(Fault) { target = try HTTPTarget(parsing: issuer) } catch {
            throw bad("PATCHBAY_OIDC_ISSUER", "it is no address", "Write it exactly as the provider's tokens say it: https://…")
        }
        guard let clientID = named("CLIENT_ID") else {
            throw bad("PATCHBAY_OIDC_CLIENT_ID", "it is missing", "The provider gives it when the hub is registered there.")
        }
        return OIDCSettings(
            issuer: issuer, clientID: clientID, clientSecret: named("CLIENT_SECRET"), name: named("NAME") ?? target.host,
            first: try first(named("FIRST_SIGN_IN") ?? "invited"),
            privateNetworks: try networks(named("PRIVATE_NETWORK") ?? "", host: target.host), authorityFile: named("AUTHORITY_FILE"))
    }

    private static func first(_ text: String) throws(Fault) -> FirstSignIn {
        switch text {
        case "off": return .off
        case "invited": return .invited
        default:
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let domains = parts.count == 2 ? parts[1].split { ", ".contains($0) }.map { $0.lowercased() } : []
            guard parts[0] == "domains", !domains.isEmpty else {
                throw bad(
                    "PATCHBAY_OIDC_FIRST_SIGN_IN", "it is '\(visible(text))'",
                    "Write off, invited, or domains:acme.test,example.org")
            }
            return .domains(Set(domains))
        }
    }

    private static func networks(_ text: String, host: String) throws(Fault) -> [Permission] {
        var allowed: [Permission] = []
        for range in text.split(whereSeparator: { ", ".contains($0) }) {
            guard allowed.count < networksMax, let permission = try? Permission(parsing: "network:private:\(range)@\(host)") else {
                throw bad(
                    "PATCHBAY_OIDC_PRIVATE_NETWORK", "'\(visible(String(range)))' is no range of addresses, or one too many",
                    "Write one such as 10.1.2.0/24, at most \(networksMax) with commas between them.")
            }
            allowed.append(permission)
        }
        return allowed
    }

    private static func bad(_ variable: String, _ why: String, _ remedy: String) -> Fault {
        Fault(
            code: "oidc.bad-settings", message: "The provider to sign in with is not set up rightly: \(why).", place: variable,
            remedy: remedy, turn: .operator)
    }

    /// The provider, asked nothing yet: one that is down must not keep the hub from starting.
    func place(publicURL: String, vault: Vault, loop: HostLoop) async throws(Fault) -> OutsideSignIn.Place {
        let secret: Secret? = if let clientSecret { Secret(clientSecret) } else { try await vault.open(Self.secretPlace) }
        let configuration = ProviderConfiguration(
            issuer: issuer, clientID: clientID, clientSecret: secret,
            redirectAddress: OutsideSignIn.Place.returnAddress(Self.id, publicURL: publicURL), privateNetworks: privateNetworks)
        let provider = Provider(
            configuration, service: HTTPService(loop: loop), options: HTTPClientOptions(authorityFile: authorityFile))
        return OutsideSignIn.Place(id: Self.id, name: name, issuer: issuer, provider: provider, first: first)
    }
}
