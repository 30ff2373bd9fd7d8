import CSodium

/// BLAKE2b-256 over a sequence of fields, each preceded by its length, so that no two sequences of fields look alike.
final class Digest {
    static let bytes = 32
    /// libsodium keeps the state's shape to itself and wants it aligned to 64 bytes.
    private let memory = UnsafeMutableRawPointer.allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
    private var state: OpaquePointer { OpaquePointer(memory) }

    init(purpose: String) {
        precondition(Self.ready, "libsodium cannot start; see `patchbay doctor`")
        crypto_generichash_init(state, nil, 0, Self.bytes)
        field(purpose)
    }

    deinit { memory.deallocate() }

    func field(_ text: String) { field(Array(text.utf8)) }

    func field(_ bytes: [UInt8]) {
        length(bytes.count)
        raw(bytes)
    }

    /// Announces `count` bytes that follow through `raw`.
    func length(_ count: Int) {
        raw(withUnsafeBytes(of: UInt64(count).littleEndian) { Array($0) })
    }

    func raw(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { raw($0) }
    }

    func raw(_ bytes: UnsafeBufferPointer<UInt8>) {
        crypto_generichash_update(state, bytes.baseAddress, UInt64(bytes.count))
    }

    /// 64 lower-case hexadecimal digits.
    func finish() -> String {
        var digest = [UInt8](repeating: 0, count: Self.bytes)
        crypto_generichash_final(state, &digest, Self.bytes)
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func of(_ bytes: [UInt8], purpose: String) -> String {
        let digest = Digest(purpose: purpose)
        digest.field(bytes)
        return digest.finish()
    }

    /// 0 on first start, 1 when it had started, -1 when it cannot.
    private static let ready = sodium_init() >= 0
}
