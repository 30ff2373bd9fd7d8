import Glibc
import Manifests
import PluginModel
import Testing

@testable import PluginPackages

struct ContainmentCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let path: String
    let kind: PackageFileKind?
    /// Nil where the file is read.
    let error: String?

    init(_ path: String, _ kind: PackageFileKind?, error: String? = nil) {
        (testDescription, self.path, self.kind, self.error) = (path, path, kind, error)
    }
}

@Suite struct FolderPackageTests {
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder([
            "tree/acme/weather/plugin.json": "{}", "tree/acme/weather/lib/a.js": "let a", "tree/acme/developer.json": "{\"id\":\"acme\"}",
            "tree/acme/secret.txt": "secret",
        ])
        try folder.link("tree/acme/weather/inside", to: "lib/a.js")
        try folder.link("tree/acme/weather/up-and-back", to: "lib/../plugin.json")
        try folder.link("tree/acme/weather/outside", to: "../secret.txt")
        try folder.link("tree/acme/weather/absolute", to: "/etc/passwd")
        try folder.link("tree/acme/weather/outside-folder", to: "..")
        try folder.link("tree/acme/weather/loop", to: "loop")
        try folder.link("tree/acme/weather/nowhere", to: "missing.txt")
        try folder.link("tree/acme/weather/process", to: "/proc/self/root/etc/passwd")
        #expect(mkfifo("\(folder.path)/tree/acme/weather/pipe", 0o600) == 0)
        return folder
    }

    @Test(
        "only what lies in the folder is read, by the new way and the old",
        arguments: [
            ContainmentCase("plugin.json", .file), ContainmentCase("lib", .folder, error: "unreadable"), ContainmentCase("lib/a.js", .file),
            ContainmentCase("inside", .file), ContainmentCase("up-and-back", .file), ContainmentCase("outside", .outside, error: "outside"),
            ContainmentCase("absolute", .outside, error: "outside"), ContainmentCase("outside-folder", .outside, error: "outside"),
            ContainmentCase("outside-folder/secret.txt", .outside, error: "outside"), ContainmentCase("loop", nil, error: "unreadable"),
            ContainmentCase("nowhere", nil, error: "missing"), ContainmentCase("process", .outside, error: "outside"),
            ContainmentCase("pipe", .other, error: "unreadable"), ContainmentCase("missing.json", nil, error: "missing"),
            ContainmentCase("plugin.json/x", nil, error: "missing"),
        ])
    func containment(_ c: ContainmentCase) throws {
        let folder = try folder()
        for usesOldWay in [false, true] {
            let package = try FolderPackage("\(folder.path)/tree/acme/weather", usesOldWay: usesOldWay)
            let path = try RelativePath(c.path)
            #expect(package.kind(of: path) == c.kind, "old way: \(usesOldWay)")
            do throws(PackageFileError) {
                _ = try package.bytes(of: path, bytesMax: 100)
                #expect(c.error == nil)
            } catch {
                #expect(c.error.map { "\(error)".hasPrefix($0) } == true, "\(error)")
            }
        }
    }

    @Test("a file longer than asked for is told from one that can be read")
    func sizes() throws {
        let folder = try TemporaryFolder(["p/a": "12345", "p/empty": ""])
        let package = try FolderPackage("\(folder.path)/p")
        #expect(try package.bytes(of: RelativePath("a"), bytesMax: 5) == Array("12345".utf8))
        #expect(throws: PackageFileError.tooLarge(bytesMax: 4)) { try package.bytes(of: RelativePath("a"), bytesMax: 4) }
        #expect(try package.bytes(of: RelativePath("empty"), bytesMax: 0) == [])
        #expect(throws: PackageFileError.missing) { _ = try FolderPackage("\(folder.path)/none") }
    }

    @Test("a package knows its folder, those above it, and a file beside it")
    func around() throws {
        let folder = try folder()
        let package = try FolderPackage("\(folder.path)/tree/acme/weather/.")
        #expect(package.folderName == "weather")
        #expect(package.parentNames.prefix(2) == ["acme", "tree"])
        #expect(package.siblingBytes("developer.json", bytesMax: 100).map { String(decoding: $0, as: UTF8.self) } == "{\"id\":\"acme\"}")
        #expect(package.siblingBytes("developer.json", bytesMax: 3) == nil)
        for name in ["", ".", "..", "../acme/developer.json", "weather"] { #expect(package.siblingBytes(name, bytesMax: 100) == nil) }
    }

    @Test("a thousand packages are read in well under a second")
    func many() throws {
        let folder = try TemporaryFolder()
        for number in 0..<1000 {
            try folder.write("\(number)/plugin.json", "{\"id\":\(number)}")
            try folder.write("\(number)/package.json", "{}")
        }
        let files = try [RelativePath("plugin.json"), RelativePath("package.json"), RelativePath("icon.png")]
        var bytes = 0
        let time = try ContinuousClock().measure {
            for number in 0..<1000 {
                let package = try FolderPackage("\(folder.path)/\(number)")
                for file in files where package.kind(of: file) == .file { bytes += try package.bytes(of: file, bytesMax: 1000).count }
            }
        }
        #expect(bytes > 10_000)
        print("folder packages: 1000 read in \(time)")
        #expect(time < .seconds(1))
    }
}
