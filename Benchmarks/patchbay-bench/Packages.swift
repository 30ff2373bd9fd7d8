internal import Glibc
internal import Manifests
internal import PluginModel
internal import PluginPackages
internal import PluginRuntime

/// What reading and unpacking packages costs.
struct PackageFigures {
    static let count = 1_000
    static let archiveMegabytes = 100

    /// Seconds to read and check `count` packages, in the middle of five rounds.
    var seconds = 0.0
    /// Peak memory of the whole program after it, in megabytes.
    var peakMegabytes = 0.0
    /// Seconds for the same files in Node: read, `JSON.parse`, a check of the members by hand; 0 where Node is not.
    var nodeSeconds = 0.0
    /// Megabytes a second, unpacked, of an archive of `archiveMegabytes`.
    var unpackRate = 0.0
    /// The same by GNU tar, which checks nothing.
    var tarRate = 0.0

    static func measure(folder peers: String) async throws -> PackageFigures {
        var figures = PackageFigures()
        let root = try temporaryFolder()
        defer { removeTree(root) }
        let packages = try writePackages(in: root + "/packages", count: count)
        let reader = PackageReader { _ in PackageReading(format: .coop, manifest: nil, claim: .init(), findings: []) }
        var rounds: [Double] = []
        for _ in 0..<5 {
            let start = nanoseconds()
            for package in packages {
                let outcome = await reader.read(package)
                guard outcome.manifest != nil else { throw Peer.Missing("\(package): \(outcome.findings)") }
            }
            rounds.append(Double(nanoseconds() - start) / 1e9)
        }
        figures.seconds = rounds.sorted()[2]
        figures.peakMegabytes = peak()
        if case .success(let node) = Peer.run("Node", "manifests.js", folder: peers, arguments: ["\(root)/packages"]) {
            figures.nodeSeconds = node.number("seconds") ?? 0
        }
        try await archive(root, &figures)
        return figures
    }

    private static func archive(_ root: String, _ figures: inout PackageFigures) async throws {
        let source = root + "/source"
        mkdir(source, 0o755)
        // Text that compresses about as well as code does, a megabyte a file.
        var random: UInt64 = 42
        for index in 0..<archiveMegabytes {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(1 << 20)
            while bytes.count < 1 << 20 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes += Array("const value\(random >> 44) = compute(\(random >> 52), \"text\");\n".utf8)
            }
            try write(Array(bytes.prefix(1 << 20)), to: "\(source)/file\(index).js")
        }
        guard shell("tar --create --gzip --file '\(root)/large.tgz' --directory '\(source)' .") else { return }
        var limits = ArchiveLimits()
        limits.totalBytesMax = 256 << 20
        var rates: [Double] = []
        var tar: [Double] = []
        for round in 0..<3 {
            mkdir("\(root)/unpacked\(round)", 0o755)
            let start = nanoseconds()
            _ = try ArchiveUnpacker(limits: limits).unpack("\(root)/large.tgz", into: "\(root)/unpacked\(round)")
            rates.append(Double(archiveMegabytes) * 1e9 / Double(nanoseconds() - start))
            mkdir("\(root)/tar\(round)", 0o755)
            let begin = nanoseconds()
            _ = shell("tar --extract --gzip --file '\(root)/large.tgz' --directory '\(root)/tar\(round)'")
            tar.append(Double(archiveMegabytes) * 1e9 / Double(nanoseconds() - begin))
        }
        (figures.unpackRate, figures.tarRate) = (rates.sorted()[1], tar.sorted()[1])
    }

    // MARK: The packages

    static func writePackages(in folder: String, count: Int) throws -> [String] {
        mkdir(folder, 0o755)
        return try (0..<count).map { index in
            let package = "\(folder)/demo\(index)"
            mkdir(package, 0o755)
            for (name, text) in files(index) {
                if let slash = name.lastIndex(of: "/") { mkdir(package + "/" + name[..<slash], 0o755) }
                try write(Array(text.utf8), to: package + "/" + name)
            }
            return package
        }
    }

    /// One of four formats, with as much in it as published ones have.
    private static func files(_ index: Int) -> [(String, String)] {
        switch index % 4 {
        case 0:
            let commands = (0..<6).map { number in
                #"{"name":"Command \#(number)","description":"Does the thing number \#(number)","icon":"a.png","type":"command","action":{"exec":"echo","args":["hello","\#(number)"]}}"#
            }
            return [
                (
                    "plugin.json",
                    #"{"name":"Tools \#(index)","description":"Some commands","icon":"a.png","type":"extension","category":"tools","tags":["a","b"],"commands":["#
                        + commands.joined(separator: ",") + #"],"minimum_coco_version":"0.9.0-SNAPSHOT-2520","version":{"number":"0.1.0"}}"#
                ), ("assets/a.png", "png"),
            ]
        case 1:
            return [
                (
                    "plugin.json",
                    #"{"id":"org.example.contacts\#(index)","name":"Contacts","version":"0.1.0","type":"connector","entrypoint":"./index.ts","permissions":["network:outbound:api.example.org","event:publish:connector.*","data:write:persons"],"configSchema":{"type":"object","properties":{"apiKey":{"type":"string","description":"The key"},"account":{"type":"string"}},"required":["apiKey"]}}"#
                ), ("index.ts", "export const plugin = {};\n"),
            ]
        case 2:
            return [
                (
                    "forgeportal-plugin.json",
                    #"{"name":"@acme/forge-plugin-demo\#(index)","version":"1.0.0","forgeportal":{"engineVersion":"^1.0.0","type":"backend","capabilities":{"backend":{"routes":["/api/v1/plugins/demo\#(index)"],"actionProviders":["demo.ping@v1","demo.pong@v1"]}},"permissions":["action:run"],"config":{"baseUrl":{"type":"string","required":true,"description":"Where it is"},"apiToken":{"type":"string","secret":true}}}}"#
                ), ("package.json", #"{"name":"@acme/forge-plugin-demo\#(index)","version":"1.0.0","main":"index.js"}"#),
                ("index.js", "export {};\n"),
            ]
        default:
            return [
                (
                    "patchbay.json",
                    #"{"id":"acme.weather\#(index)","name":"Weather","version":"1.0.0","description":"Tells the weather.","entry":"src/index.ts","permissions":["network:outbound:api.example.com"]}"#
                ), ("src/index.ts", "export const forecast = () => 1;\n"),
            ]
        }
    }

    // MARK: The machine

    static func temporaryFolder() throws -> String {
        var template = Array("/tmp/patchbay-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Peer.Missing("no temporary folder") }
        return String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "we") else { throw Peer.Missing("\(path) cannot be written") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Peer.Missing("\(path) cannot be written") }
    }

    private static func shell(_ command: String) -> Bool {
        guard let pipe = popen(command + " 2>&1", "re") else { return false }
        return pclose(pipe) == 0
    }

    static func removeTree(_ path: String) { _ = shell("rm --recursive --force '\(path)'") }

    private static func peak() -> Double {
        for line in readLines("/proc/self/status") where line.hasPrefix("VmHWM:") {
            return (Double(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "") ?? 0) / 1_024
        }
        return 0
    }
}
