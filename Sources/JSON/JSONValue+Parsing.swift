import CSimdJSON

extension JSONValue {
    /// Reads one JSON document from UTF-8 bytes; a byte order mark in front is skipped (RFC 8259 § 8.1 allows it).
    ///
    /// Integers that do not fit Int64 become doubles; a number beyond the range of Double (`1e400`) is refused, because infinity could not
    /// be written again. `-0` is the integer 0, `-0.0` the double. simdjson reads the document; what it refuses is read again, slowly, by
    /// `CarefulReader`, which finds the place and the words, or takes it after all (integers beyond 64 bits, replaced surrogates).
    public init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { (all) throws(JSONError) in try JSONValue(parsing: all, limits: limits) }
    }

    public init(parsing text: String, limits: JSONLimits = .default) throws(JSONError) {
        var text = text
        self = try text.withUTF8 { all in Result { () throws(JSONError) in try JSONValue(parsing: all, limits: limits) } }.get()
    }

    /// The same for bytes lying elsewhere, such as in a ring; they are copied once before they are read, so a writer who changes them
    /// meanwhile can spoil the document but not the reader.
    package init(parsing bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
        guard bytes.count <= limits.bytesMax else {
            throw JSONError(
                code: "json.size", message: "The document has \(bytes.count) bytes; at most \(limits.bytesMax) are taken.",
                line: 1, column: 1, offset: 0)
        }
        var body = bytes
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { body = .init(rebasing: bytes[3...]) }
        var tape = patchbay_json_tape()
        if patchbay_json_parse(body.baseAddress, body.count, &tape) == 0 {
            defer { patchbay_json_done() }
            var reader = TapeReader(tape: tape.tape, strings: tape.strings, limits: limits)
            if let value = try? reader.document() {
                self = value
                return
            }
        }
        // The copy keeps the second reading safe from a writer who changes the bytes between two looks at them.
        self = try Array(bytes).withUnsafeBufferPointer { (all) throws(JSONError) in
            var reader = CarefulReader(all, limits: limits)
            return try reader.document()
        }
    }
}
