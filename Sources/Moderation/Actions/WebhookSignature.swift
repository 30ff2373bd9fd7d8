import CSodium
package import HubCore

/// How receivers know that a webhook comes from this hub, and when: `X-Patchbay-Signature: t=SECONDS,v1=HEX`.
///
/// The hexadecimal digits are HMAC-SHA256, with the action's secret as its key, over the seconds since 1970, a dot, and the body's bytes. The time is inside so
/// that a request somebody has recorded cannot be sent again later.
package enum WebhookSignature {
    package static let header = "X-Patchbay-Signature"

    package static func make(_ body: [UInt8], secret: Secret, at moment: Timestamp) -> String {
        let seconds = moment.unixMilliseconds / 1000
        return "t=\(seconds),v1=\(digits(Array("\(seconds).".utf8) + body, secret))"
    }

    private static func digits(_ message: [UInt8], _ secret: Secret) -> String {
        var state = crypto_auth_hmacsha256_state()
        secret.withBytes { key in
            guard let start = key.baseAddress else { preconditionFailure("A secret is refused when it is empty.") }
            _ = crypto_auth_hmacsha256_init(&state, start.assumingMemoryBound(to: UInt8.self), key.count)
        }
        crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        var code = [UInt8](repeating: 0, count: 32)
        crypto_auth_hmacsha256_final(&state, &code)
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
