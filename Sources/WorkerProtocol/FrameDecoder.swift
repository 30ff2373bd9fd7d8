/// Turns the bytes of a socket into messages, whatever pieces they arrive in.
///
/// Sans-I/O: `feed` bytes, then ask `next` until it gives nil. Memory stays under one frame plus one message. After an error
/// the decoder is spent: where a length was wrong, no next frame can be found.
package struct FrameDecoder: Sendable {
    private let limits: FrameLimits
    private var assembler: FrameAssembler
    private var buffer: [UInt8] = []
    private var start = 0
    private var failure: FrameError?

    package init(limits: FrameLimits = FrameLimits()) {
        self.limits = limits
        assembler = FrameAssembler(limits: limits)
    }

    /// Adds bytes read from the peer. Call ``next()`` until nil before feeding more, or the buffer grows by what is fed.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    package mutating func feed(_ bytes: some Sequence<UInt8>) {
        Array(bytes).withUnsafeBytes { feed($0) }
    }

    /// The next whole message, or nil while more bytes are needed.
    package mutating func next() throws(FrameError) -> Frame? {
        if let failure { throw failure }
        do {
            while buffer.count - start >= FrameHeader.byteCount {
                let header = buffer.withUnsafeBytes { FrameHeader(reading: UnsafeRawBufferPointer(rebasing: $0[start...])) }
                let length = Int(header.length)
                guard length <= limits.frameBytesMax else { throw FrameError.frameTooLong(bytes: length, limit: limits.frameBytesMax) }
                guard buffer.count - start >= FrameHeader.byteCount + length else { return nil }
                let from = start + FrameHeader.byteCount
                start = from + length
                // Two steps, because closures do not carry typed throws through `withUnsafeBytes` yet.
                let outcome = buffer.withUnsafeBytes { bytes -> Result<Frame?, FrameError> in
                    do throws(FrameError) {
                        return .success(try assembler.accept(header, UnsafeRawBufferPointer(rebasing: bytes[from..<from + length])))
                    } catch { return .failure(error) }
                }
                if let message = try outcome.get() { return message }
            }
            return nil
        } catch {
            let known = error as? FrameError ?? .corruptRing
            failure = known
            throw known
        }
    }

    /// Says that the peer closed: an error if it did so in the middle of something.
    package func finish() throws(FrameError) {
        if start < buffer.count || assembler.isMidway { throw .truncated }
    }
}

extension FrameHeader {
    /// Reads 16 bytes. The caller has checked that they are there.
    package init(reading bytes: UnsafeRawBufferPointer) {
        self.init(
            length: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)),
            kind: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self)),
            flags: FrameFlags(rawValue: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self))),
            id: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)),
            extra: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)))
    }

    /// Writes 16 bytes at the end of `bytes`.
    package func append(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: length.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: kind.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: flags.rawValue.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: id.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: extra.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Writes messages as frames, cutting long ones.
package enum FrameEncoder {
    /// Calls `emit` once per frame of the message, in order, with header and payload slice.
    package static func split(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, limits: FrameLimits,
        _ emit: (FrameHeader, UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        var header = header
        let flags = header.flags.subtracting(.more)
        var offset = 0
        repeat {
            let count = min(limits.frameBytesMax, payload.count - offset)
            header.length = UInt32(count)
            header.flags = offset + count < payload.count ? flags.union(.more) : flags
            try emit(header, UnsafeRawBufferPointer(rebasing: payload[offset..<offset + count]))
            offset += count
        } while offset < payload.count
    }

    /// The message as bytes for a socket.
    package static func bytes(_ header: FrameHeader, _ payload: UnsafeRawBufferPointer, limits: FrameLimits = FrameLimits()) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(payload.count + FrameHeader.byteCount)
        split(header, payload, limits: limits) { header, slice in
            header.append(to: &out)
            out.append(contentsOf: slice)
        }
        return out
    }
}
