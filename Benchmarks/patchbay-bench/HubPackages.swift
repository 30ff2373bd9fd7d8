internal import Glibc
internal import JSON
internal import PluginModel

/// Packages that the hub's measurements install, and their way into it.
enum HubPackages {
    /// The plugin whose calls are counted, one version of it.
    static func calls(version: String, in folder: String) throws -> String {
        let package = "\(folder)/calls-\(version)"
        mkdir(package, 0o755)
        mkdir(package + "/src", 0o755)
        let manifest =
            #"{"id":"bench.calls","name":"Calls","version":"\#(version)","description":"Answers calls while it is switched and updated.","publisher":{"name":"Bench"},"license":"Apache-2.0","tags":["bench","calls"],"entry":"src/index.js","configuration":[{"key":"greeting","type":"text","label":"Greeting","default":"Hello"}],"permissions":[]}"#
        try PackageFigures.write(Array(manifest.utf8), to: package + "/patchbay.json")
        try PackageFigures.write(
            Array(
                """
                export const run = (input) => ({ version: '\(version)', text: input.text.length });
                export const spin = () => { for (;;) {} };

                """.utf8), to: package + "/src/index.js")
        return package
    }

    /// Another plugin, whose one function never returns.
    static func loop(in folder: String) throws -> String {
        let package = "\(folder)/loop"
        mkdir(package, 0o755)
        mkdir(package + "/src", 0o755)
        try PackageFigures.write(
            Array(
                #"{"id":"bench.loop","name":"Loop","version":"1.0.0","description":"Turns.","entry":"src/index.js","permissions":[]}"#.utf8),
            to: package + "/patchbay.json")
        try PackageFigures.write(Array("export const spin = () => { for (;;) {} };\n".utf8), to: package + "/src/index.js")
        return package
    }

    /// Installs packages, some at the same time, and waits until all are there.
    static func install(_ folders: [String], into hub: HubProgram, token: String) throws {
        var rest = folders[...]
        var open: Set<String> = []
        let deadline = nanoseconds() + 600_000_000_000
        while !rest.isEmpty || !open.isEmpty {
            guard nanoseconds() < deadline else { throw Peer.Missing("\(rest.count + open.count) packages were not installed in time") }
            while open.count < 40, let folder = rest.popFirst() {
                let job = try hub.must("POST", "/api/v1/plugins/installations", ["source": ["path": .string(folder)]], token: token)
                if let id = job.body["id"]?.stringValue { open.insert(id) }
            }
            for job in try hub.must("GET", "/api/v1/plugins/installations", token: token).body.arrayValue ?? [] {
                guard let id = job["id"]?.stringValue, open.contains(id) else { continue }
                switch job["state"]?.stringValue {
                case "done": open.remove(id)
                case "failed", "cancelled": throw Peer.Missing("an installation failed: \(job.serialized())")
                default: break
                }
            }
            usleep(5_000)
        }
    }

    /// Lets the waiting version of a plugin run, without any permission. Milliseconds until the hub said so.
    @discardableResult
    static func consent(_ id: String, in hub: HubProgram, token: String) throws -> Double {
        try hub.must("POST", "/api/v1/plugins/\(id)/consent", ["grants": []], token: token).milliseconds
    }
}
