import CSodium
package import PluginModel

/// A key-encryption key, in memory of its own between guard pages, locked into RAM where the machine allows, read-only.
///
/// `@unchecked Sendable`: written by the initialiser alone; afterwards the memory itself refuses writing.
package final class VaultKey: @unchecked Sendable {
    package static let byteCount = Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES)

    private let memory: UnsafeMutableRawPointer
    /// The first 8 bytes of the key's BLAKE2b-256 as 16 hexadecimal digits: names the key, and says nothing of it.
    package let id: String

    /// Traps on another length than `byteCount`: whoever reads keys checks them.
    package init(_ bytes: [UInt8]) {
        Sodium.prepare()
        precondition(bytes.count == Self.byteCount, "A vault key has \(Self.byteCount) bytes.")
        guard let memory = sodium_malloc(bytes.count) else { preconditionFailure("There is no memory left for a key.") }
        memory.copyMemory(from: bytes, byteCount: bytes.count)
        sodium_mprotect_readonly(memory)
        self.memory = memory
        id = bytes.withUnsafeBytes { Self.name(of: $0) }
    }

    /// Wipes, then frees.
    deinit { sodium_free(memory) }

    package static func make(_ entropy: Entropy = .system) -> VaultKey {
        var bytes = entropy.bytes(byteCount)
        defer { sodium_memzero(&bytes, bytes.count) }
        return VaultKey(bytes)
    }

    /// As a line of a key file says it.
    package convenience init(base64 text: String) throws(Fault) {
        guard var bytes = Sodium.bytes(base64: text, count: Self.byteCount) else { throw VaultFault.malformedKey() }
        defer { sodium_memzero(&bytes, bytes.count) }
        self.init(bytes)
    }

    func withBytes<Value>(_ body: (UnsafePointer<UInt8>) -> Value) -> Value {
        body(UnsafePointer(memory.assumingMemoryBound(to: UInt8.self)))
    }

    /// For the key file alone.
    var base64: String { withBytes { Sodium.base64(Array(UnsafeBufferPointer(start: $0, count: Self.byteCount))) } }

    static func name(of bytes: UnsafeRawBufferPointer) -> String { Sodium.hexadecimal(Sodium.hash(bytes).prefix(8)) }
}

extension VaultKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "(vault key \(id))" }
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
