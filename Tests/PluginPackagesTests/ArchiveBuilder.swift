import Manifests

@testable import PluginPackages

/// Archives written byte by byte, so that they can hold what no tool would pack.
struct TarBuilder {
    var bytes: [UInt8] = []

    /// `type`: `0` file, `1` hard link, `2` symlink, `3` and `4` devices, `5` folder, `6` pipe, `x` pax records.
    mutating func add(
        _ name: [UInt8], _ content: [UInt8] = [], type: Character = "0", mode: Int = 0o644, link: String = "", claimedSize: Int? = nil
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: [UInt8], _ place: Int) { header.replaceSubrange(place..<(place + text.count), with: text) }
        func octal(_ value: Int, _ digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
        }
        put(Array(name.prefix(100)), 0)
        put(octal(mode, 7), 100)
        put(octal(0, 7), 108)
        put(octal(0, 7), 116)
        put(octal(claimedSize ?? content.count, 11), 124)
        put(octal(0, 11), 136)
        put(Array("        ".utf8), 148)
        put([type.asciiValue!], 156)
        put(Array(link.utf8.prefix(100)), 157)
        put(Array("ustar\u{0}00".utf8), 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], 148)
        bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    mutating func add(_ name: String, _ content: String = "", type: Character = "0", mode: Int = 0o644, link: String = "") {
        add(Array(name.utf8), Array(content.utf8), type: type, mode: mode, link: link)
    }

    /// The next entry has this name, however long or strange.
    mutating func addPaxName(_ name: [UInt8]) {
        let rest = Array(" path=".utf8) + name + [0x0a]
        var count = rest.count + 1
        while "\(count)".utf8.count + rest.count != count { count = "\(count)".utf8.count + rest.count }
        add(Array("PaxHeader".utf8), Array("\(count)".utf8) + rest, type: "x")
    }

    var tar: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
    var tgz: [UInt8] { gzip(tar) }
}

/// Without compression: stored blocks (RFC 1951 § 3.2.4).
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    var place = 0
    repeat {
        let end = min(bytes.count, place + 65535)
        out += [end == bytes.count ? 1 : 0] + little(end - place, 2) + little(~(end - place) & 0xffff, 2) + bytes[place..<end]
        place = end
    } while place < bytes.count
    return out + little(Int(crc(bytes)), 4) + little(bytes.count & 0xffff_ffff, 4)
}

/// A run of one byte in deflate's fixed code: thirteen bits for every 258 bytes. `count` is 1 more than a multiple of 258.
func deflatedRun(of count: Int) -> [UInt8] {
    var out: [UInt8] = []
    var pending = 0
    var bits = 0
    func flush() {
        while bits >= 8 {
            out.append(UInt8(pending & 0xff))
            pending >>= 8
            bits -= 8
        }
    }
    func put(_ value: Int, _ count: Int) {
        pending |= value << bits
        bits += count
        flush()
    }
    func code(_ value: Int, _ count: Int) { for bit in (0..<count).reversed() { put((value >> bit) & 1, 1) } }
    put(1, 1)
    put(1, 2)
    code(0x30, 8)
    for _ in 0..<(count / 258) {
        code(0b1100_0101, 8)
        code(0, 5)
    }
    code(0, 7)
    put(0, 7)
    return out
}

func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc = CRC32()
    bytes.withUnsafeBytes { crc.update($0) }
    return crc.value
}

/// Parts one after another; a long chain of `+` takes the compiler minutes.
private func joined(_ parts: [UInt8]...) -> [UInt8] { Array(parts.joined()) }

func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8((value >> (8 * $0)) & 0xff) } }

struct ZipBuilder {
    private var body: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0
    var comment: [UInt8] = []
    /// What the end says, when not the truth.
    var claimedCount: Int?

    /// `mode` with its kind: 0o100644 is a file, 0o120777 a symlink, 0o040755 a folder.
    mutating func add(
        _ name: [UInt8], _ content: [UInt8] = [], mode: Int = 0o100644, flags: Int = 0x800, method: Int = 0, size: Int? = nil,
        checksum: UInt32? = nil
    ) {
        let fields = joined(
            little(flags, 2), little(method, 2), little(0, 4), little(Int(checksum ?? crc(content)), 4), little(content.count, 4),
            little(size ?? content.count, 4), little(name.count, 2))
        directory += joined(
            [0x50, 0x4b, 1, 2], little(0x031e, 2), little(20, 2), fields, little(0, 2), little(0, 2), little(0, 2), little(0, 2),
            little(mode << 16, 4), little(body.count, 4), name)
        body += joined([0x50, 0x4b, 3, 4], little(20, 2), fields, little(0, 2), name, content)
        count += 1
    }

    mutating func add(_ name: String, _ content: String = "", mode: Int = 0o100644, flags: Int = 0x800) {
        add(Array(name.utf8), Array(content.utf8), mode: mode, flags: flags)
    }

    var zip: [UInt8] {
        let said = claimedCount ?? count
        return joined(
            body, directory, [0x50, 0x4b, 5, 6], little(0, 4), little(said, 2), little(said, 2), little(directory.count, 4),
            little(body.count, 4), little(comment.count, 2), comment)
    }
}

/// Unpacks some bytes; the folder lives as long as the test keeps it.
func unpack(_ bytes: [UInt8], limits: ArchiveLimits = .default) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try SmallFile.write(bytes, toNew: "\(folder.path)/archive")
    try Folder.make("\(folder.path)/out")
    _ = try ArchiveUnpacker(limits: limits).unpack("\(folder.path)/archive", into: "\(folder.path)/out")
    return folder
}

/// The codes an archive is refused for; empty when it is not.
func refusals(_ bytes: [UInt8], limits: ArchiveLimits = .default) throws -> [String] {
    do {
        _ = try unpack(bytes, limits: limits)
        return []
    } catch let error as StoreError {
        return error.findings.map(\.code)
    }
}
