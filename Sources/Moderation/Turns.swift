/// Has what is done for one thing at a time be done one after the other, first come first served; other things do not wait.
package actor Turns<Key: Hashable & Sendable> {
    /// Things somebody is at, and who waits to be next.
    private var lines: [Key: [CheckedContinuation<Void, Never>]] = [:]

    package init() {}

    /// Not for something within its own turn: that would wait for itself.
    package nonisolated func take<Value, Failure: Error>(_ key: Key, _ body: () async throws(Failure) -> Value) async throws(Failure)
        -> Value
    {
        await begin(key)
        let result: Result<Value, Failure>
        do throws(Failure) { result = .success(try await body()) } catch { result = .failure(error) }
        await end(key)
        return try result.get()
    }

    /// How many wait behind whoever is at it.
    package func waiting(_ key: Key) -> Int { lines[key]?.count ?? 0 }

    private func begin(_ key: Key) async {
        guard lines[key] != nil else { return lines[key] = [] }
        await withCheckedContinuation { lines[key]?.append($0) }
    }

    private func end(_ key: Key) {
        guard let next = lines[key]?.first else { return lines[key] = nil }
        lines[key]?.removeFirst()
        next.resume()
    }
}
