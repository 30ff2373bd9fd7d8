import HTTPServer
import HubCore

/// The cookie a browser is signed in with: unreadable for scripts, not sent along by pages of others.
enum SessionCookie {
    static let name = "pb_session"

    static func set(_ signedIn: SignedIn, now: Timestamp, facts: HubFacts) -> String {
        let age = max(0, (signedIn.session.expiresAt.unixMilliseconds - now.unixMilliseconds) / 1000)
        return text(signedIn.token.text ?? "", age: age, facts)
    }

    static func clear(_ facts: HubFacts) -> String { text("", age: 0, facts) }

    private static func text(_ value: String, age: Int64, _ facts: HubFacts) -> String {
        "\(name)=\(value); Path=/; Max-Age=\(age); HttpOnly; SameSite=Lax\(facts.isSecure ? "; Secure" : "")"
    }
}
