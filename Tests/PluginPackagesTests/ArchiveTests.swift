import Glibc
import Testing

@testable import PluginPackages

struct ArchiveNameCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let names: [[UInt8]]
    let code: String

    init(_ description: String, _ names: String..., code: String) {
        (testDescription, self.names, self.code) = (description, names.map { Array($0.utf8) }, code)
    }

    init(_ description: String, raw: [UInt8], code: String) { (testDescription, names, self.code) = (description, [raw], code) }
}

@Suite struct ArchiveTests {
    static let names: [ArchiveNameCase] = [
        ArchiveNameCase("an absolute name", "/etc/passwd", code: "package.absolute-name"),
        ArchiveNameCase("a drive letter", "C:/boot.ini", code: "package.absolute-name"),
        ArchiveNameCase("a name that leaves", "../out.js", code: "package.parent-name"),
        ArchiveNameCase("a name that leaves and comes back", "a/../b.js", code: "package.parent-name"),
        ArchiveNameCase("a name that leaves deep inside", "a/b/../../../c.js", code: "package.parent-name"),
        ArchiveNameCase("a backslash", "a\\b.js", code: "package.backslash"),
        ArchiveNameCase("a line feed", "a\nb.js", code: "package.control-character"),
        ArchiveNameCase("an escape", "a\u{1b}[2Jb.js", code: "package.control-character"),
        ArchiveNameCase("a name that reads backwards", "a\u{202e}sj.b", code: "package.control-character"),
        ArchiveNameCase("names that differ in case", "Index.js", "index.js", code: "package.name-collision"),
        ArchiveNameCase("folders that differ in case", "Lib/a.js", "lib/b.js", code: "package.name-collision"),
        ArchiveNameCase("an accent written in two ways", "caf\u{e9}.js", "cafe\u{301}.js", code: "package.name-collision"),
        ArchiveNameCase("a sharp s and two", "stra\u{df}e.js", "STRASSE.js", code: "package.name-collision"),
        ArchiveNameCase("the same name twice", "a.js", "a.js", code: "package.duplicate-name"),
        ArchiveNameCase("a file, then a folder of its name", "a", "a/b.js", code: "package.file-over-folder"),
        ArchiveNameCase("a folder, then a file of its name", "a/b.js", "a", code: "package.file-over-folder"),
        ArchiveNameCase("bytes that are no UTF-8", raw: [0x61, 0xff, 0x62], code: "package.name-not-utf8"),
        ArchiveNameCase("an overlong slash", raw: [0x61, 0xc0, 0xaf, 0x62], code: "package.name-not-utf8"),
        ArchiveNameCase("too deep", String(repeating: "d/", count: 40) + "f", code: "package.too-deep"),
        ArchiveNameCase("a name too long", String(repeating: "n", count: 300), code: "package.name-too-long"),
        ArchiveNameCase("a path too long", String(repeating: "nnnnnnnnn/", count: 60) + "f", code: "package.path-too-long"),
    ]

    @Test("a name no package may have is refused in a tar", arguments: names)
    func tarNames(_ c: ArchiveNameCase) throws {
        var tar = TarBuilder()
        for name in c.names {
            if name.count > 100 { tar.addPaxName(name) }
            tar.add(name, [0x31])
        }
        #expect(try refusals(tar.tar) == [c.code])
        #expect(try refusals(tar.tgz) == [c.code])
    }

    @Test("a name no package may have is refused in a zip", arguments: names)
    func zipNames(_ c: ArchiveNameCase) throws {
        var zip = ZipBuilder()
        for name in c.names { zip.add(name, [0x31]) }
        #expect(try refusals(zip.zip) == [c.code])
    }

    @Test("a name is refused by its pax record, whatever its header says")
    func paxNames() throws {
        var tar = TarBuilder()
        tar.addPaxName(Array("../../out.js".utf8))
        tar.add("good.js", "1")
        #expect(try refusals(tar.tar) == ["package.parent-name"])
    }

    @Test(
        "links, devices and pipes are refused in a tar",
        arguments: [
            ("1", "package.link"), ("2", "package.link"), ("3", "package.special-file"), ("4", "package.special-file"),
            ("6", "package.special-file"),
        ])
    func kinds(_ type: String, _ code: String) throws {
        var tar = TarBuilder()
        tar.add("a.js", "1")
        tar.add("b", "", type: Character(type), link: "a.js")
        #expect(try refusals(tar.tar) == [code])
    }

    @Test("a symlink is refused in a zip, and a pipe")
    func zipKinds() throws {
        var zip = ZipBuilder()
        zip.add("a", "/etc/passwd", mode: 0o120777)
        zip.add("b", "", mode: 0o010644)
        let found = try refusals(zip.zip)
        #expect(found == ["package.link", "package.special-file"])
    }

    @Test("a name keeps the accents its author's system wrote, in every kind of archive", arguments: ["cafe\u{301}", "caf\u{e9}"])
    func accents(name: String) throws {
        var zip = ZipBuilder()
        zip.add("\(name)/\(name).js", "1")
        var tar = TarBuilder()
        tar.add("\(name)/\(name).js", "1")
        for bytes in [zip.zip, tar.tgz] {
            let folder = try unpack(bytes)
            let found = try #require(Folder.names("\(folder.path)/out")?.first)
            #expect(Array(found.utf8) == Array(name.utf8))
            #expect(try folder.text("out/\(name)/\(name).js") == "1")
        }
    }

    @Test("every bad name is reported at once, up to the limit")
    func all() throws {
        var tar = TarBuilder()
        for number in 0..<30 { tar.add("../\(number).js", "1") }
        #expect(try refusals(tar.tar).count == ArchiveLimits.default.findingsMax)
    }

    @Test("good archives unpack to the files they hold", arguments: ["tar", "tgz", "zip"])
    func good(_ kind: String) throws {
        let bytes: [UInt8]
        if kind == "zip" {
            var zip = ZipBuilder()
            zip.add("plugin.json", "{}")
            zip.add("bin/", "", mode: 0o040755)
            zip.add("bin/run", "#!", mode: 0o104755)
            zip.add("caf\u{e9}/\u{65e5}.txt", "x")
            zip.comment = Array("PK\u{5}\u{6} a comment".utf8)
            bytes = zip.zip
        } else {
            var tar = TarBuilder()
            tar.add("./", type: "5", mode: 0o777)
            tar.add("./plugin.json", "{}", mode: 0o666)
            tar.add("bin", type: "5", mode: 0o700)
            tar.add("bin/run", "#!", mode: 0o4755)
            tar.addPaxName(Array("caf\u{e9}/\u{65e5}.txt".utf8))
            tar.add("other.txt", "x")
            bytes = kind == "tar" ? tar.tar : tar.tgz
        }
        let folder = try unpack(bytes)
        #expect(try folder.text("out/plugin.json") == "{}")
        #expect(try folder.text("out/caf\u{e9}/\u{65e5}.txt") == "x")
        #expect(modeBits("\(folder.path)/out/plugin.json") == 0o644)
        #expect(modeBits("\(folder.path)/out/bin/run") == 0o755)
        #expect(modeBits("\(folder.path)/out/bin") == 0o755)
    }

    @Test("an archive that was cut anywhere is refused", arguments: ["tar", "tgz", "zip"])
    func truncated(_ kind: String) throws {
        var tar = TarBuilder()
        tar.add("a.txt", String(repeating: "a", count: 3000))
        tar.add("b.txt", String(repeating: "b", count: 700))
        var zip = ZipBuilder()
        zip.add("a.txt", String(repeating: "a", count: 3000))
        zip.add("b.txt", "b")
        let whole = kind == "tar" ? tar.tar : kind == "tgz" ? tar.tgz : zip.zip
        // A tar's last block is only padding, so that much may go.
        let last = kind == "tar" ? whole.count - 513 : whole.count - 1
        for count in stride(from: 1, through: last, by: 97) + [last] {
            #expect(try !refusals(Array(whole.prefix(count))).isEmpty, "\(count) of \(whole.count) bytes")
        }
    }

    @Test("a flipped bit in a tgz or zip is found by its checksum", arguments: ["tgz", "zip"])
    func flipped(_ kind: String) throws {
        var tar = TarBuilder()
        tar.add("a.txt", String(repeating: "a", count: 3000))
        var zip = ZipBuilder()
        zip.add("a.txt", String(repeating: "a", count: 3000))
        var bytes = kind == "tgz" ? tar.tgz : zip.zip
        bytes[bytes.count / 2] ^= 4
        #expect(try refusals(bytes) == ["archive.damaged"])
    }

    @Test("something behind an archive's end is refused")
    func trailing() throws {
        var tar = TarBuilder()
        tar.add("a.txt", "a")
        var zip = ZipBuilder()
        zip.add("a.txt", "a")
        #expect(try refusals(tar.tar + Array("more".utf8)) == ["archive.trailing-bytes"])
        #expect(try refusals(tar.tar + tar.tar) == ["archive.trailing-bytes"])
        #expect(try refusals(gzip(tar.tar + Array("more".utf8))) == ["archive.trailing-bytes"])
        #expect(try refusals(tar.tgz + Array("more".utf8)) == ["archive.damaged"])
        #expect(try refusals(tar.tgz + tar.tgz) == ["archive.damaged"])
        #expect(try refusals(zip.zip + Array("more".utf8)) == ["archive.trailing-bytes"])
        #expect(try refusals(tar.tar + [UInt8](repeating: 0, count: 9000)) == [])
    }

    @Test("a zip that hides entries, is encrypted, or packed in another way is refused")
    func zips() throws {
        var hiding = ZipBuilder()
        hiding.add("a.txt", "a")
        hiding.claimedCount = 2
        #expect(try refusals(hiding.zip) == ["archive.damaged"])
        var encrypted = ZipBuilder()
        encrypted.add("a.txt", "aaaaaaaaaaaaaaaa", flags: 0x801)
        #expect(try refusals(encrypted.zip) == ["archive.encrypted"])
        var other = ZipBuilder()
        other.add(Array("a.txt".utf8), Array("aaaa".utf8), method: 12)
        #expect(try refusals(other.zip) == ["archive.unsupported-method"])
        #expect(try refusals(Array("MZ".utf8) + hiding.zip) == ["archive.unknown-format"])
        #expect(try refusals(ZipBuilder().zip) == ["archive.empty"])
    }

    @Test("what is larger than it may be is refused: a file, all of them, their number, the archive")
    func sizes() throws {
        var limits = ArchiveLimits()
        limits.fileBytesMax = 1000
        limits.totalBytesMax = 2500
        limits.entriesMax = 5
        func tar(_ sizes: [Int]) -> TarBuilder {
            var tar = TarBuilder()
            for (number, size) in sizes.enumerated() { tar.add("\(number).txt", String(repeating: "x", count: size)) }
            return tar
        }
        func zip(_ sizes: [Int]) -> [UInt8] {
            var zip = ZipBuilder()
            for (number, size) in sizes.enumerated() { zip.add("\(number).txt", String(repeating: "x", count: size)) }
            return zip.zip
        }
        for make in [{ tar($0).tar }, { tar($0).tgz }, zip] {
            #expect(try refusals(make([1000, 1000, 500]), limits: limits) == [])
            #expect(try refusals(make([1001]), limits: limits) == ["package.file-too-large"])
            #expect(try refusals(make([1000, 1000, 501]), limits: limits) == ["package.too-large"])
            #expect(try refusals(make([1, 1, 1, 1, 1, 1, 1]), limits: limits) == ["package.too-many-entries"])
        }
        limits.archiveBytesMax = 3000
        #expect(try refusals(tar([1000, 1000]).tar, limits: limits) == ["archive.too-large"])
        // A header may claim what it likes.
        var lying = TarBuilder()
        lying.add(Array("a.txt".utf8), [1, 2, 3], claimedSize: 0o77777777777)
        #expect(try refusals(lying.tar).first == "package.file-too-large")
    }

    @Test("an archive made to fill disks is refused long before it has")
    func bombs() throws {
        let count = 258 * 100_000 + 1
        let zeros = [UInt8](repeating: 0, count: count)
        var zip = ZipBuilder()
        zip.add(Array("a.bin".utf8), deflatedRun(of: count), method: 8, size: count, checksum: crc(zeros))
        var limits = ArchiveLimits()
        #expect(try refusals(zip.zip, limits: limits) == [])
        limits.ratioMax = 100
        #expect(try refusals(zip.zip, limits: limits) == ["archive.ratio"])
        let stream =
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + deflatedRun(of: count) + little(Int(crc(zeros)), 4) + little(count, 4)
        #expect(try refusals(stream, limits: limits).contains("archive.ratio") || refusals(stream, limits: limits) == ["archive.empty"])
        let folder = try TemporaryFolder()
        try SmallFile.write([UInt8](repeating: 0, count: 40 << 20), toNew: "\(folder.path)/zeros")
        _ = try PackagePacker().pack(folder.path, to: "\(folder.path)/bomb.tgz")
        let bomb = try SmallFile.read("\(folder.path)/bomb.tgz", bytesMax: 1 << 20)
        #expect(try refusals(bomb) == ["archive.ratio"])
    }

    @Test("what is no archive says so")
    func unknown() throws {
        for text in ["", "x", "hello, this is text", "7z\u{bc}\u{af}\u{27}\u{1c}", "Rar!\u{1a}\u{7}\u{0}"] {
            #expect(try refusals(Array(text.utf8)) == ["archive.unknown-format"])
        }
        #expect(try refusals(gzip(Array("no tar in here".utf8))) != [])
    }

    @Test("bytes changed at random are refused or unpacked inside the folder, never more", arguments: [UInt64(1), 2, 3])
    func fuzz(_ seed: UInt64) throws {
        var tar = TarBuilder()
        tar.add("package/a.txt", String(repeating: "abc", count: 400))
        tar.add("package/lib", type: "5")
        tar.addPaxName(Array("package/lib/caf\u{e9}.js".utf8))
        tar.add("b", "let a = 1")
        var zip = ZipBuilder()
        zip.add("a.txt", String(repeating: "abc", count: 400))
        zip.add("lib/b.js", "let a = 1")
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<150 {
            var bytes = [tar.tar, tar.tgz, zip.zip][round % 3]
            for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
            if let folder = try? unpack(bytes) {
                #expect(Folder.names(folder.path) == ["archive", "out"])
            }
        }
    }

    @Test("progress ends at the whole")
    func progress() throws {
        var tar = TarBuilder()
        for number in 0..<4 { tar.add("\(number)", String(repeating: "x", count: 1 << 20)) }
        let folder = try TemporaryFolder()
        try SmallFile.write(tar.tgz, toNew: "\(folder.path)/a.tgz")
        try Folder.make("\(folder.path)/out")
        var seen: [(Int, Int)] = []
        _ = try ArchiveUnpacker().unpack("\(folder.path)/a.tgz", into: "\(folder.path)/out") { seen.append(($0, $1)) }
        #expect(seen.count >= 4)
        #expect(seen.map(\.0) == seen.map(\.0).sorted())
        #expect(seen.allSatisfy { $0.0 <= $0.1 && $0.1 == tar.tgz.count })
        #expect(seen.last?.0 == tar.tgz.count)
    }

    private func modeBits(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }
}

private func + (a: StrideThrough<Int>, b: [Int]) -> [Int] { Array(a) + b }
