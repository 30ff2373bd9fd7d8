import CBeast

/// A request's head as it came: its bytes and where its fields stand in them, in one piece of memory. Text is made when asked for.
///
/// Written once while it is made, and only read afterwards, so threads may share it.
final class ReceivedHead: @unchecked Sendable {
    let fieldCount: Int
    private let byteCount: Int
    /// The fields' places, then the bytes.
    private let memory: UnsafeMutableRawPointer

    init(_ head: pb_http_head) {
        fieldCount = Int(head.field_count)
        byteCount = head.length
        let places = fieldCount * MemoryLayout<pb_field>.stride
        memory = .allocate(byteCount: places + byteCount, alignment: MemoryLayout<pb_field>.alignment)
        if fieldCount > 0 { memory.copyMemory(from: head.fields, byteCount: places) }
        (memory + places).copyMemory(from: head.bytes, byteCount: byteCount)
    }

    deinit { memory.deallocate() }

    func bytes(_ slice: pb_slice) -> UnsafeRawBufferPointer {
        let start = memory + fieldCount * MemoryLayout<pb_field>.stride
        return UnsafeRawBufferPointer(start: start + Int(slice.offset), count: Int(slice.length))
    }

    /// Field values may hold bytes that are no UTF-8 (RFC 9110 § 5.5); those read as U+FFFD.
    func text(_ slice: pb_slice) -> String { String(decoding: bytes(slice), as: UTF8.self) }

    func field(_ place: Int) -> pb_field { memory.assumingMemoryBound(to: pb_field.self)[place] }

    func name(_ place: Int, is wanted: String) -> Bool {
        let bytes = bytes(field(place).name)
        return wanted.utf8.count == bytes.count && zip(wanted.utf8, bytes).allSatisfy { lowercase($0) == lowercase($1) }
    }
}

@inline(__always)
func lowercase(_ byte: UInt8) -> UInt8 { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte }

extension String {
    /// ASCII letters alone, as names of headers and hosts are compared.
    func equalsIgnoringCase(_ other: String) -> Bool {
        utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { lowercase($0) == lowercase($1) }
    }
}
