/// Base64 variable-length quantities as source maps write them (ECMA-426, § Base64 VLQ).
struct VLQReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// A whole `mappings` segment: one, four or five numbers. Nil when a digit is not Base64, a number does not end or leaves 32 bits,
    /// or there are more than five.
    static func segment(_ bytes: ArraySlice<UInt8>) -> [Int]? {
        var reader = VLQReader(bytes)
        var numbers: [Int] = []
        while reader.position < bytes.endIndex {
            guard numbers.count < 5, let number = reader.next() else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private mutating func next() -> Int? {
        var value = 0
        var shift = 0
        while position < bytes.endIndex {
            let digit = Int(Self.digits[Int(bytes[position])])
            guard digit >= 0, shift <= 30 else { return nil }
            position += 1
            value |= (digit & 31) << shift
            if digit & 32 == 0 {
                let magnitude = value >> 1
                guard magnitude <= Int(Int32.max) else { return nil }
                return value & 1 == 1 ? -magnitude : magnitude
            }
            shift += 5
        }
        return nil
    }

    private static let digits: [Int8] = {
        var table = [Int8](repeating: -1, count: 256)
        for (index, byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            table[Int(byte)] = Int8(index)
        }
        return table
    }()
}
