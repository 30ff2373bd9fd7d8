/// A request's body, as its route asked for it.
package enum RequestBody: Sendable {
    case none
    /// Read whole before the handler began.
    case collected([UInt8])
    /// Read as the handler asks, so that it can refuse before a large body comes: `collect`, `spool` or `next`.
    case onDemand(BodyReader)

    /// A collected body's bytes; empty for the others.
    package var bytes: [UInt8] { if case .collected(let bytes) = self { bytes } else { [] } }

    /// The whole body in memory, within the route's limit.
    package func collect() async throws(BodyError) -> [UInt8] {
        switch self {
        case .none: return []
        case .collected(let bytes): return bytes
        case .onDemand(let reader):
            var whole: [UInt8] = []
            while let piece = try await reader.next() { whole += piece }
            return whole
        }
    }

    /// Writes the whole body to a new file in `folder`; `progress` is told the bytes so far after each piece.
    package func spool(
        into folder: String, progress: @Sendable (_ bytes: Int) async -> Void = { _ in }
    ) async throws -> SpooledFile {
        let file = try await BlockingLane.files.run { try SpooledFile(in: folder) }
        func add(_ piece: [UInt8]) async throws {
            try await BlockingLane.files.run { try file.append(piece) }
            await progress(file.byteCount)
        }
        switch self {
        case .none: break
        case .collected(let bytes): try await add(bytes)
        case .onDemand(let reader): while let piece = try await reader.next() { try await add(piece) }
        }
        return file
    }
}

/// Why a body did not come to its end. The connection is closed in every case.
package enum BodyError: Error, Sendable {
    /// The client went away, sent what is no body, or more than the route takes; it has been answered.
    case broken
}

/// Reads a body piece by piece; the client is read no faster than the pieces are taken. One reader at a time.
package struct BodyReader: Sendable {
    let exchange: Exchange

    /// The next piece, at most 64 KiB; nil after the last.
    package func next() async throws(BodyError) -> [UInt8]? { try await exchange.nextPiece() }
}
