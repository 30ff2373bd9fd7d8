import Glibc
import JSON
import Manifests
import PluginModel
import Testing

/// A folder on disk, for trying the reader on what others have published.
struct CocoFolder: PackageFiles {
    let path: String
    var folderName: String { String(path.split(separator: "/").last ?? "") }
    var parentNames: [String] { path.split(separator: "/").dropLast().suffix(3).reversed().map(String.init) }

    func siblingBytes(_ name: String, bytesMax: Int) -> [UInt8]? {
        Self.bytes(of: "\(path)/../\(name)").flatMap { $0.count <= bytesMax ? $0 : nil }
    }

    func kind(of relative: RelativePath) -> PackageFileKind? {
        guard let real = realpath("\(path)/\(relative)", nil), let root = realpath(path, nil) else { return nil }
        defer {
            free(real)
            free(root)
        }
        guard String(cString: real).hasPrefix(String(cString: root) + "/") else { return .outside }
        var info = stat()
        guard stat(real, &info) == 0 else { return nil }
        switch info.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    func bytes(of relative: RelativePath, bytesMax: Int) throws(PackageFileError) -> [UInt8] {
        guard let bytes = Self.bytes(of: "\(path)/\(relative)") else { throw PackageFileError.missing }
        guard bytes.count <= bytesMax else { throw PackageFileError.tooLarge(bytesMax: bytesMax) }
        return bytes
    }

    private static func bytes(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let got = fread(&chunk, 1, chunk.count, file), got > 0 { all += chunk[..<got] }
        return all
    }

    static func names(in folder: String) -> [String] {
        guard let open = opendir(folder) else { return [] }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}

/// Reads a tree of extensions as their authors publish them: `<developer>/<extension>/plugin.json` below the folder that
/// PATCHBAY_COCO_TREE names. None of it belongs here, so without that folder there is nothing to read.
@Suite("A published tree of Coco AI") struct CocoTreeTests {
    static let tree = getenv("PATCHBAY_COCO_TREE").map { String(cString: $0) }

    static func packages(in tree: String) -> [CocoFolder] {
        CocoFolder.names(in: tree).flatMap { developer in
            CocoFolder.names(in: "\(tree)/\(developer)").map { CocoFolder(path: "\(tree)/\(developer)/\($0)") }
        }.filter { (try? RelativePath("plugin.json")).flatMap($0.kind) == .file }
    }

    @Test(
        "reads whole: nothing in it is an error", .enabled(if: tree != nil, "PATCHBAY_COCO_TREE names no folder"),
        arguments: [nil, Platform.linux, .macos, .windows])
    func everything(_ platform: Platform?) throws {
        let packages = Self.packages(in: try #require(Self.tree))
        try #require(packages.count > 10)
        var ids: Set<PluginID> = []
        var counts: [Contribution.Kind: Int] = [:]
        var elsewhere = 0
        for package in packages {
            let reading = CocoReader.read(package, options: ReadingOptions(platform: platform))
            for finding in reading.findings where platform == nil { print("\(package.path): \(finding)") }
            guard let manifest = reading.manifest else {
                // Most commands of the published tree are for macOS alone, which is no fault of theirs.
                if platform != nil, reading.findings.errors.allSatisfy({ $0.code == "coco.incompatible-platform" }) {
                    elsewhere += 1
                } else {
                    Issue.record("\(package.path) is not valid: \(reading.findings)")
                }
                continue
            }
            #expect(ids.insert(manifest.id).inserted, "\(manifest.id) stands for two extensions")
            #expect(manifest.upstreamID == "\(package.parentNames[0])/\(package.folderName)")
            counts.merge(manifest.contributionCounts, uniquingKeysWith: +)
        }
        print("\(platform.map(\.rawValue) ?? "everywhere"): \(ids.count) read, \(elsewhere) for other platforms, \(counts)")
    }
}
