internal import Glibc
internal import JSON

/// Peers on this machine: Node scripts that measure themselves in the same way and print one JSON object.
struct Peer {
    let name: String
    let figures: JSONValue

    static let scripts = [
        ("Node worker_threads", "worker-threads.js"), ("Node child process, pipe", "child-process.js"), ("Node vm (no isolation)", "vm.js"),
        ("isolated-vm", "isolated-vm.js"),
    ]

    /// Runs a peer; nil with a reason when it is not on this machine.
    static func run(_ name: String, _ script: String, folder: String, arguments: [String] = []) -> Result<Peer, Missing> {
        if script == "isolated-vm.js", getenv("ISOLATED_VM") == nil {
            return .failure(Missing("set ISOLATED_VM to the folder of a built isolated-vm"))
        }
        let words = ["\(folder)/\(script)"] + arguments
        guard let pipe = popen("node --no-warnings \(words.map { "'\($0)'" }.joined(separator: " ")) 2>/dev/null", "r") else {
            return .failure(Missing("no shell"))
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes.append(contentsOf: buffer[..<count]) }
        guard pclose(pipe) == 0, let figures = try? JSONValue(parsing: bytes) else {
            return .failure(Missing("node or \(script) did not run"))
        }
        return .success(Peer(name: name, figures: figures))
    }

    struct Missing: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    func number(_ path: String...) -> Double? {
        var value: JSONValue? = figures
        for key in path { value = value?[key] }
        return value?.doubleValue
    }
}
