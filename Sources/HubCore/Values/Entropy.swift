import CSodium

/// Where keys, tokens and names get their bytes; a test gives ones it knows.
package struct Entropy: Sendable {
    /// So many bytes that nobody can guess. Callable from any thread.
    package let bytes: @Sendable (Int) -> [UInt8]

    package init(bytes: @escaping @Sendable (Int) -> [UInt8]) { self.bytes = bytes }

    /// The kernel's, by libsodium.
    package static let system = Entropy { count in
        Sodium.prepare()
        var bytes = [UInt8](repeating: 0, count: count)
        randombytes_buf(&bytes, count)
        return bytes
    }
}
