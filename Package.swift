// swift-tools-version: 6.2
// Only the toolchain and Debian's packages: no outside Swift package can be resolved here (docs/decisions/0001).
import PackageDescription

/// Settings every Swift target of the house shares.
let house: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Settings every C target of the house shares; optimised even in debug builds, because rings and parsers sit on hot paths.
let houseC: [CSetting] = [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"]), .define("_GNU_SOURCE")]
let houseCxx: [CXXSetting] = [.unsafeFlags(["-O2", "-Wall", "-std=c++17"])]

let package = Package(
    name: "patchbay",
    products: [
        .executable(name: "patchbay", targets: ["patchbay"]),
        .executable(name: "patchbay-worker", targets: ["patchbay-worker"]),
        .executable(name: "patchbay-bench", targets: ["patchbay-bench"]),
    ],
    targets: [
        // C and C++ libraries, one thin target each.
        .systemLibrary(name: "CJSC", pkgConfig: "javascriptcoregtk-4.1", providers: [.apt(["libjavascriptcoregtk-4.1-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(
            name: "CMarkdown", pkgConfig: "libcmark-gfm", providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .target(name: "CSimdJSON", cxxSettings: houseCxx, linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CRing", cSettings: houseC),
        .target(name: "CMemoryWatch", cSettings: houseC),
        .target(name: "CSandbox", cSettings: houseC, linkerSettings: [.linkedLibrary("seccomp")]),
        .target(
            name: "CNatives", dependencies: ["CJSC"], cSettings: houseC,
            linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("icuuc"), .linkedLibrary("icui18n")]),
        .target(name: "CBeast", cxxSettings: houseCxx),
        .target(name: "CCurl", cSettings: houseC, linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CVerify", cSettings: houseC, linkerSettings: [.linkedLibrary("crypto")]),

        // Values.
        .target(name: "JSON", dependencies: ["CSimdJSON"], swiftSettings: house),
        .target(name: "PluginModel", dependencies: ["JSON"], swiftSettings: house),
        .target(name: "Patterns", dependencies: ["CPCRE2"], swiftSettings: house),
        .target(name: "JSONSchema", dependencies: ["Patterns", "JSON", "CPCRE2"], swiftSettings: house),
        .target(name: "Markdown", dependencies: ["CMarkdown"], swiftSettings: house),
        .target(name: "YAML", dependencies: ["JSON", "CYAML"], swiftSettings: house),
        .target(name: "Manifests", dependencies: ["PluginModel", "JSONSchema", "YAML", "JSON"], swiftSettings: house),
        .target(name: "WorkerProtocol", dependencies: ["CRing", "JSON"], swiftSettings: house),

        // The process that runs a plugin.
        .target(
            name: "Worker", dependencies: ["WorkerProtocol", "JSON", "CJSC", "CRing", "CSandbox", "CNatives", "CMemoryWatch"],
            swiftSettings: house),
        .executableTarget(
            name: "patchbay-worker", dependencies: ["Worker"], swiftSettings: house,
            // The engine must find our `mmap` and `madvise` before the C library's: see CMemoryWatch.
            linkerSettings: [
                .unsafeFlags([
                    "-Xlinker", "--export-dynamic-symbol=mmap", "-Xlinker", "--export-dynamic-symbol=mmap64",
                    "-Xlinker", "--export-dynamic-symbol=madvise",
                ])
            ]),

        // The hub's side.
        .target(name: "Rules", dependencies: ["Patterns", "PluginModel", "JSON"], swiftSettings: house),
        .target(name: "HubCore", dependencies: ["PluginModel", "JSON", "CSodium"], swiftSettings: house),
        .target(name: "PluginPackages", dependencies: ["PluginModel", "Manifests", "JSON", "CSodium", "CArchive"], swiftSettings: house),
        .target(name: "Sandbox", dependencies: ["WorkerProtocol", "PluginModel", "JSON", "CRing", "CSandbox"], swiftSettings: house),
        .target(name: "HostCalls", dependencies: ["PluginModel", "JSON", "CCurl"], swiftSettings: house),
        .target(name: "HTTPServer", dependencies: ["JSON", "CBeast"], swiftSettings: house),
        .target(
            name: "Storage", dependencies: ["HubCore", "HostCalls", "PluginModel", "JSON", "CSQLite", "CPostgres", "CSodium"],
            swiftSettings: house),
        .target(
            name: "OIDC", dependencies: ["HostCalls", "HubCore", "PluginModel", "JSON", "CVerify", "CSodium"], swiftSettings: house),
        // Where sandbox, broker and packages meet.
        .target(
            name: "PluginRuntime",
            dependencies: ["Sandbox", "HostCalls", "PluginPackages", "Manifests", "PluginModel", "JSON"], swiftSettings: house),
        // The registry: what is installed, what was decided about it, what runs.
        .target(
            name: "Hub",
            dependencies: [
                "HubCore", "PluginRuntime", "PluginPackages", "HostCalls", "Sandbox", "Manifests", "JSONSchema", "PluginModel", "JSON",
                "CSodium",
            ],
            swiftSettings: house),
        // Rules at work in organisations: what is submitted, what was decided, what follows.
        .target(
            name: "Moderation",
            dependencies: [
                "Hub", "HubCore", "Rules", "PluginRuntime", "HostCalls", "Sandbox", "Manifests", "PluginModel", "JSON", "CSodium",
            ],
            swiftSettings: house),
        .target(
            name: "PatchbayCLI",
            dependencies: [
                "HubAPI", "HTTPServer", "Moderation", "Hub", "HubCore", "OIDC", "Rules", "PluginRuntime", "Sandbox", "HostCalls", "Storage",
                "PluginPackages",
                "Manifests",
                "JSONSchema", "PluginModel", "JSON",
            ],
            swiftSettings: house),
        .target(
            name: "HubAPI",
            dependencies: [
                "HTTPServer", "Moderation", "Rules", "Hub", "HubCore", "OIDC", "PluginRuntime", "HostCalls", "PluginPackages", "Manifests",
                "Markdown",
                "PluginModel", "JSON", "CSodium",
            ], swiftSettings: house),
        .executableTarget(name: "patchbay", dependencies: ["PatchbayCLI"], swiftSettings: house),
        .executableTarget(
            name: "patchbay-bench",
            dependencies: ["Rules", "PluginRuntime", "Sandbox", "HostCalls", "PluginPackages", "Manifests", "PluginModel", "JSON"],
            path: "Benchmarks/patchbay-bench", swiftSettings: house),

        // Writes until it is killed, for the tests of Storage.
        .executableTarget(
            name: "storage-crasher", dependencies: ["Storage", "HubCore", "HostCalls", "PluginModel", "JSON"],
            path: "Tests/storage-crasher", swiftSettings: house),

        .executableTarget(
            name: "hub-crasher",
            dependencies: ["Hub", "HubCore", "Storage", "PluginRuntime", "PluginPackages", "HostCalls", "Sandbox", "PluginModel", "JSON"],
            path: "Tests/hub-crasher", swiftSettings: house),

        // Hands in and decides items until it is killed, for the tests of Moderation; or measures it.
        .executableTarget(
            name: "item-crasher", dependencies: ["Moderation", "Rules", "Storage", "HubCore", "PluginModel", "JSON"],
            path: "Tests/item-crasher", swiftSettings: house),

        // Programs, databases and servers that tests start and end.
        .target(name: "TestServers", dependencies: ["CPostgres"], path: "Tests/TestServers", swiftSettings: house),

        // Tests, a target a room.
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: house),
        .testTarget(name: "JSONSchemaTests", dependencies: ["JSONSchema", "Patterns", "JSON"], swiftSettings: house),
        .testTarget(name: "YAMLTests", dependencies: ["YAML", "JSON"], swiftSettings: house),
        .testTarget(name: "PluginModelTests", dependencies: ["PluginModel", "JSON"], swiftSettings: house),
        .testTarget(
            name: "ManifestsTests", dependencies: ["Manifests", "JSONSchema", "YAML", "PluginModel", "JSON"], swiftSettings: house),
        .testTarget(name: "WorkerProtocolTests", dependencies: ["WorkerProtocol", "CRing", "JSON"], swiftSettings: house),
        .testTarget(
            name: "PluginPackagesTests", dependencies: ["PluginPackages", "Manifests", "PluginModel", "JSON"], swiftSettings: house),
        .testTarget(name: "HTTPServerTests", dependencies: ["HTTPServer", "JSON"], swiftSettings: house),
        .testTarget(name: "RulesTests", dependencies: ["Rules", "Patterns", "PluginModel", "JSON"], swiftSettings: house),
        .testTarget(
            name: "HubCoreTests", dependencies: ["HubCore", "PluginModel", "JSON"], exclude: ["Golden"], swiftSettings: house),
        .testTarget(
            name: "OIDCTests", dependencies: ["TestServers", "OIDC", "HostCalls", "HubCore", "PluginModel", "JSON"], exclude: ["Fixtures"],
            swiftSettings: house),
        .testTarget(
            name: "HostCallsTests", dependencies: ["TestServers", "HostCalls", "Storage", "PluginModel", "JSON"], swiftSettings: house),
        .testTarget(
            name: "StorageTests",
            dependencies: ["TestServers", "Storage", "storage-crasher", "HubCore", "HostCalls", "PluginModel", "JSON"],
            swiftSettings: house),
        .testTarget(
            name: "SandboxTests",
            dependencies: [
                "PluginRuntime", "Sandbox", "HostCalls", "Storage", "PluginPackages", "Manifests", "PluginModel", "WorkerProtocol", "JSON",
                "CSandbox", "CRing",
            ],
            exclude: ["Fixtures"], swiftSettings: house),
        .testTarget(
            name: "HubTests",
            dependencies: [
                "TestServers", "Hub", "HubCore", "Storage", "hub-crasher", "PluginRuntime", "PluginPackages", "HostCalls", "Sandbox",
                "Manifests",
                "PluginModel", "JSON",
            ],
            swiftSettings: house),
        .testTarget(
            name: "ModerationTests",
            dependencies: [
                "TestServers", "item-crasher", "Moderation", "Rules", "Hub", "HubCore", "Storage", "PluginRuntime", "PluginPackages",
                "HostCalls",
                "Sandbox",
                "Manifests", "PluginModel", "JSON",
            ],
            swiftSettings: house),
        .testTarget(
            name: "HubAPITests",
            dependencies: [
                "TestServers", "HubAPI", "Moderation", "Rules", "OIDC", "HTTPServer", "Hub", "HubCore", "Storage", "PluginRuntime",
                "PluginPackages", "HostCalls",
                "Sandbox",
                "JSONSchema",
                "PluginModel", "JSON",
            ],
            exclude: ["Golden"], swiftSettings: house),
        .testTarget(
            name: "PatchbayCLITests", dependencies: ["PatchbayCLI", "Rules", "Sandbox", "Manifests", "PluginModel", "JSON"],
            exclude: ["Golden"],
            swiftSettings: house),
        // The pages, in a real browser, served by the built program.
        .testTarget(
            name: "BrowserTests", dependencies: ["patchbay", "patchbay-worker", "Sandbox"], exclude: ["stories"], swiftSettings: house),
    ]
)
