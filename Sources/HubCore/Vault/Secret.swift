import CSodium

/// Bytes that nobody should see: never printed, compared without telling where they differ, and wiped when the last holder lets go.
///
/// Whoever takes a copy out with `text` or `bytes` holds one that nobody wipes; take it as late as possible.
///
/// `@unchecked Sendable`: the memory is written by the initialiser alone.
package final class Secret: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer

    /// Copies what it is given; the original is the caller's to forget.
    package init(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        memory = .allocate(byteCount: max(1, bytes.count), alignment: 1)
        count = bytes.count
        memory.copyBytes(from: bytes)
    }

    package convenience init(_ text: String) { self.init(text.utf8) }

    /// Made in place, so that no copy lies elsewhere. Nil when `fill` says that it could not.
    init?(count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Bool) {
        memory = .allocate(byteCount: max(1, count), alignment: 1)
        self.count = count
        guard let start = memory.bindMemory(to: UInt8.self).baseAddress, fill(start) else { return nil }
    }

    deinit {
        sodium_memzero(memory.baseAddress, memory.count)
        memory.deallocate()
    }

    /// In bytes.
    package let count: Int

    /// Lends the bytes without a copy; the pointer is good only inside.
    package func withBytes<Value, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Value) throws(Failure) -> Value {
        try body(UnsafeRawBufferPointer(rebasing: memory.prefix(count)))
    }

    package var bytes: [UInt8] { withBytes { Array($0) } }

    /// Nil when the bytes are no UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    /// A copy with memory of its own, wiped on its own.
    func copy() -> Secret { withBytes { Secret($0) } }
}

extension Secret: Equatable {
    package static func == (a: Secret, b: Secret) -> Bool {
        a.count == b.count
            && a.withBytes { left in b.withBytes { right in sodium_memcmp(left.baseAddress, right.baseAddress, left.count) } } == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
