package import PluginModel

/// Why somebody who came from a provider is not let in. The reason is for the log; a browser is told the code.
package enum OIDCFault {
    static func badToken(_ why: String) -> Fault {
        Fault(
            code: "oidc.bad-token", message: "The provider's token was not accepted: it \(why).",
            remedy: "Sign in again; if it stays, compare issuer and client with the provider's settings.", turn: .downstream)
    }

    static func badKeys(_ why: String) -> Fault {
        Fault(
            code: "oidc.bad-keys", message: "The provider's keys cannot be used: \(why).", remedy: "Ask whoever runs the provider.",
            turn: .downstream)
    }

    static func unknownKey() -> Fault {
        Fault(
            code: "oidc.unknown-key", message: "The token is signed by a key that the provider does not publish.",
            remedy: "Sign in again; if it stays, ask whoever runs the provider.", turn: .downstream)
    }

    static func unreachable(_ address: String, details: String) -> Fault {
        Fault(
            code: "oidc.unreachable", message: "The provider did not answer as it should.", place: address,
            remedy: "Check the issuer's address; a provider in a private network must be allowed by name.", turn: .operator,
            details: details)
    }

    static func badDescription(_ why: String) -> Fault {
        Fault(
            code: "oidc.bad-description", message: "The provider's description of itself cannot be used: \(why).",
            remedy: "Compare the issuer with the provider's settings.", turn: .operator)
    }

    package static func badReturn() -> Fault {
        Fault(
            code: "oidc.bad-return", message: "The browser came back without what it left with, or too late.", remedy: "Sign in again.",
            turn: .caller)
    }
}
