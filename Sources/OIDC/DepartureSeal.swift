import CSodium
package import HubCore
import JSON

/// What is remembered of a browser that left: in its own cookie, sealed so that it can neither read nor change it.
///
/// The key is made with the hub and goes with it: who is on the way while the hub is started again signs in once more.
package struct DepartureSeal: Sendable {
    private let key: Secret
    private let entropy: Entropy

    package init(entropy: Entropy = .system) {
        key = Secret(entropy.bytes(Int(crypto_secretbox_KEYBYTES)))
        self.entropy = entropy
    }

    /// For a cookie: base64url.
    /// - Parameters:
    ///   - provider: The name of the provider; what was sealed for one opens for no other.
    ///   - returnPath: Where in the hub the browser goes afterwards.
    package func seal(_ departure: Departure, for provider: String, returnPath: String) -> String {
        let content: JSONValue = [
            "provider": .string(provider), "state": .string(departure.state.text ?? ""), "nonce": .string(departure.nonce.text ?? ""),
            "verifier": .string(departure.verifier.text ?? ""), "leftAt": .int(departure.leftAt.unixMilliseconds),
            "returnPath": .string(returnPath),
        ]
        let message = content.serializedBytes()
        let nonce = entropy.bytes(Int(crypto_secretbox_NONCEBYTES))
        var sealed = [UInt8](repeating: 0, count: message.count + Int(crypto_secretbox_MACBYTES))
        withKey { _ = crypto_secretbox_easy(&sealed, message, UInt64(message.count), nonce, $0) }
        return Base64URL.text(nonce + sealed)
    }

    /// Nil when it was not sealed here for this provider.
    package func open(_ text: String, for provider: String) -> (departure: Departure, returnPath: String)? {
        let nonceBytes = Int(crypto_secretbox_NONCEBYTES)
        let overhead = nonceBytes + Int(crypto_secretbox_MACBYTES)
        guard let bytes = Base64URL.bytes(text.utf8), bytes.count > overhead else { return nil }
        let (nonce, sealed) = (Array(bytes.prefix(nonceBytes)), Array(bytes.dropFirst(nonceBytes)))
        var message = [UInt8](repeating: 0, count: bytes.count - overhead)
        let isGood = withKey { crypto_secretbox_open_easy(&message, sealed, UInt64(sealed.count), nonce, $0) == 0 }
        guard isGood, let content = try? JSONValue(parsing: message), content["provider"]?.stringValue == provider,
            let state = content["state"]?.stringValue, let nonceText = content["nonce"]?.stringValue,
            let verifier = content["verifier"]?.stringValue, case .int(let leftAt)? = content["leftAt"],
            let returnPath = content["returnPath"]?.stringValue
        else { return nil }
        let departure = Departure(
            address: "", state: Secret(state), nonce: Secret(nonceText), verifier: Secret(verifier),
            leftAt: Timestamp(unixMilliseconds: leftAt))
        return (departure, returnPath)
    }

    private func withKey<Value>(_ body: (UnsafePointer<UInt8>) -> Value) -> Value {
        key.withBytes { bytes in
            guard let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { preconditionFailure("The key has bytes.") }
            return body(start)
        }
    }
}
