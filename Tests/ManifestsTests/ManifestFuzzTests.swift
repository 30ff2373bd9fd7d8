import Glibc
import JSON
import PluginModel
import Testing

@testable import Manifests

/// A package whose manifest is good, and the reader it belongs to.
struct GoodPackage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let manifest: String
    let file: String
    let files: [String: String]
    var folderName = "demo"
    var parentNames: [String] = []
    let read: @Sendable (any PackageFiles, ReadingOptions) -> PackageReading

    func package(_ bytes: [UInt8]) -> MemoryPackage {
        MemoryPackage(files, bytes: [file: bytes], folderName: folderName, parentNames: parentNames)
    }

    static let all: [GoodPackage] = [
        GoodPackage(
            testDescription: "coco: a container",
            manifest: """
                {"name":"Tools","description":"Two","icon":"a.png","type":"extension","platforms":["linux","macos"],"category":"tools","tags":["x"],
                "commands":[{"name":"Hello","description":"Says","icon":"a.png","type":"command","action":{"exec":"echo","args":["hello"]}},
                {"name":"Bye","description":"Says","icon":"font_x","type":"command","platforms":["linux"],"action":{"exec":"echo"}}],
                "quicklinks":[{"name":"Find","description":"Finds","icon":"a.png","type":"quicklink",
                "quicklink":{"link":"https://example.com/?q={term}&in={argument_name: \\"site\\", default: \\"docs\\"}"}}],
                "minimum_coco_version":"0.9.0-SNAPSHOT-2520","version":{"number":"0.1.0"},"screenshots":[{"title":"One","url":"a.png"}]}
                """, file: "plugin.json", files: ["assets/a.png": "png"], read: { CocoReader.read($0, options: $1) }),
        GoodPackage(
            testDescription: "coco: a view",
            manifest: """
                {"name":"Page","description":"Shows","icon":"a.png","type":"view","page":"index.html","ui":{"width":800,"height":600,"footer":true},
                "permission":{"fs":[{"path":"/tmp","access":["read"]}],"http":[{"host":"example.com"}],"api":["fs:read_dir"]},
                "settings":{"hide_before_open":false},"alias":"pg","enabled":true,"version":{"number":"0.1.0"}}
                """, file: "plugin.json", files: ["assets/a.png": "png", "index.html": "<p>"], read: { CocoReader.read($0, options: $1) }),
        GoodPackage(
            testDescription: "made open: shape 1",
            manifest: """
                {"id":"org.example.contacts","name":"Contacts","version":"0.1.0","type":"connector","entrypoint":"./index.ts",
                "permissions":["network:outbound:api.example.org","network:inbound","event:publish:connector.*","data:write:persons"],
                "configSchema":{"type":"object","properties":{"apiKey":{"type":"string"},"count":{"type":"integer","minimum":1},
                "mode":{"enum":["a","b"]}},"required":["apiKey"]}}
                """, file: "plugin.json", files: ["index.ts": "export const plugin = {}"], parentNames: ["connectors"],
            read: { MadeOpenReader.read($0, options: $1) }),
        GoodPackage(
            testDescription: "made open: shape 2",
            manifest: """
                {"id":"org.example.sms","name":"SMS","version":"1.0.0","type":"channel","entrypoint":"src/index.ts","description":"x","author":"y",
                "permissions":{"network":["api.example.com"],"data":{"read":["persons"],"write":["messages"]}},
                "config":[{"key":"apiKey","type":"password","label":"Key","required":true},{"key":"from","type":"string","label":"From"}]}
                """, file: "plugin.json", files: ["src/index.ts": "export const plugin = {}"],
            read: { MadeOpenReader.read($0, options: $1) }),
        GoodPackage(
            testDescription: "forgeportal: current dialect",
            manifest: """
                {"name":"@acme/forge-plugin-demo","version":"1.0.0","forgeportal":{"engineVersion":"^1.0.0","type":"fullstack",
                "capabilities":{"ui":{"entityTabs":["demo-tab"],"entityCards":["demo-card"],"routes":["/demo"]},
                "backend":{"routes":["/api/v1/plugins/demo"],"actionProviders":["demo.ping@v1"],"catalogProviders":["demo"]}},
                "permissions":["action:run"],"config":{"baseUrl":{"type":"string","required":true,"description":"Where"},
                "apiToken":{"type":"string","secret":true},"limit":{"type":"number","default":10}}}}
                """, file: "forgeportal-plugin.json",
            files: [
                "package.json": """
                {"name":"@acme/forge-plugin-demo","version":"1.0.0","exports":{".":"./dist/index.js","./ui":"./dist/ui.js"}}
                """,
                "dist/index.js": "export {}", "dist/ui.js": "export {}",
            ], read: { ForgePortalReader.read($0, options: $1) }),
        GoodPackage(
            testDescription: "forgeportal: older dialect",
            manifest: """
                {"name":"forge-plugin-old","version":"0.2.0","forgeportal":{"engineVersion":">=1.0.0 <2","type":"backend",
                "capabilities":{"backend":{"routes":["/api/v1/old"],"actionProviders":["old.ping"]}},"permissions":["integration:old:read"],
                "config":{"type":"object","properties":{"url":{"type":"string","title":"URL"}},"required":["url"]}}}
                """, file: "forgeportal-plugin.json",
            files: ["package.json": #"{"name":"forge-plugin-old","version":"0.2.0","main":"index.js"}"#, "index.js": "export {}"],
            read: { ForgePortalReader.read($0, options: $1) }),
        GoodPackage(
            testDescription: "patchbay: small",
            manifest: """
                {"id":"acme.weather","name":"Weather","version":"1.0.0","entry":"src/index.ts","permissions":["network:outbound:api.example.com"]}
                """, file: "patchbay.json", files: ["src/index.ts": "export {}"], read: { PatchbayReader.read($0, options: $1) }),
    ]
}

@Suite struct ManifestFuzz {
    /// The whole of it; `PATCHBAY_SOAK` reads ten times as many.
    private static let total = getenv("PATCHBAY_SOAK") == nil ? 10_000 : 100_000
    /// Reading one manifest, whatever it holds. A machine under load is slow at times; what hangs is slower than this.
    private static let patience = Duration.seconds(5)

    @Test(arguments: GoodPackage.all) func `the manifest to begin with is good`(_ good: GoodPackage) {
        let reading = good.read(good.package(Array(good.manifest.utf8)), ReadingOptions())
        #expect(reading.isValid, "\(reading.findings)")
        #expect(reading.findings.allSatisfy { $0.severity == .notice }, "\(reading.findings)")
    }

    @Test(arguments: GoodPackage.all.indices) func `whatever becomes of a manifest is read, and every finding has its place`(_ index: Int) {
        let good = GoodPackage.all[index]
        var mutator = ManifestMutator(seed: 0x5EED + UInt64(index))
        var refused = 0
        for round in 0..<(Self.total / GoodPackage.all.count + 1) {
            let (what, bytes) = mutator.mutate(good.manifest)
            let package = good.package(bytes)
            let clock = ContinuousClock()
            let start = clock.now
            let reading = good.read(package, ReadingOptions())
            #expect(clock.now - start < Self.patience, "round \(round): \(what)")
            if !reading.isValid { refused += 1 }
            #expect(reading.isValid != !reading.findings.errors.isEmpty, "round \(round): \(what)")
            // The same bytes give the same answer, in the same order.
            #expect(good.read(package, ReadingOptions()).findings == reading.findings, "round \(round): \(what)")
            for finding in reading.findings {
                #expect(!finding.code.isEmpty && !finding.sentence.isEmpty, "round \(round): \(what): \(finding)")
                #expect(finding.severity != .error || finding.remedy != nil, "\(finding)")
                checkPlace(finding, in: package, "round \(round): \(what)")
            }
        }
        // Most changes hit something that matters; a reader that shrugs at nearly all of them looks at nothing.
        #expect(refused > Self.total / GoodPackage.all.count / 4, "only \(refused) were refused")
    }

    /// A pointer leads somewhere in its document, or its parent does where a member is missing.
    private func checkPlace(_ finding: Finding, in package: MemoryPackage, _ what: String) {
        switch finding.place {
        case .document(let file, let pointer):
            guard let text = package[file], let document = try? JSONValue(parsing: text) else { return }
            let parent = JSONPointer(pointer.tokens.dropLast())
            #expect(document.value(at: pointer) != nil || document.value(at: parent) != nil, "\(what): \(finding)")
        case .source(_, let line, let column, _): #expect(line > 0 && column > 0, "\(what): \(finding)")
        case .file(let file): #expect(!file.isEmpty, "\(what): \(finding)")
        }
    }
}
