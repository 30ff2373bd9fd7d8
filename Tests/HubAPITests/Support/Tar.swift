/// A tar archive written byte by byte, so that it can hold what no tool would pack.
struct Tar {
    private var bytes: [UInt8] = []

    mutating func add(_ name: String, _ content: String = "", type: Character = "0", link: String = "", claimedSize: Int? = nil) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: [UInt8], _ place: Int) { header.replaceSubrange(place..<(place + text.count), with: text) }
        func octal(_ value: Int, _ digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
        }
        put(Array(name.utf8.prefix(100)), 0)
        put(octal(0o644, 7), 100)
        put(octal(0, 7), 108)
        put(octal(0, 7), 116)
        put(octal(claimedSize ?? content.utf8.count, 11), 124)
        put(octal(0, 11), 136)
        put(Array("        ".utf8), 148)
        put([type.asciiValue ?? 48], 156)
        put(Array(link.utf8.prefix(100)), 157)
        put(Array("ustar\u{0}00".utf8), 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], 148)
        bytes += header + Array(content.utf8) + [UInt8](repeating: 0, count: (512 - content.utf8.count % 512) % 512)
    }

    var whole: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    /// A package of our own format.
    static func package(_ id: String, version: String = "1.0.0", code: String = "export const n = () => 1;") -> Tar {
        var tar = Tar()
        tar.add("package/patchbay.json", #"{"id":"\#(id)","name":"\#(id)","version":"\#(version)","entry":"index.js","permissions":[]}"#)
        tar.add("package/index.js", code)
        return tar
    }
}
