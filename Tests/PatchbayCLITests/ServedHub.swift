import Glibc
import JSON
import Testing

/// The program as a hub that answers. It is killed when the value goes, unless it was ended.
final class ServedHub: Sendable {
    let running: RunningProgram
    let port: UInt16
    /// What it printed until it answered.
    let greeting: String
    /// Of a hub that nobody has set up.
    let setupCode: String?

    private init(_ running: RunningProgram, greeting: String) throws {
        self.running = running
        self.greeting = greeting
        let address = try #require(greeting.firstMatch(of: #/answers at http://[^\s:]+:(\d+)/#), "\(greeting)")
        port = try #require(UInt16(String(address.1)))
        setupCode = greeting.firstMatch(of: #/#code=(\S+)/#).map { String($0.1) }
    }

    /// Starts `patchbay serve --data FOLDER --port 0 …`, and waits until it answers.
    static func start(
        _ program: Program, _ words: [String] = [], data: String? = nil, environment: [String] = [], prefix: [String] = []
    ) async throws -> ServedHub {
        // The folder it is started in has a file of integrations, which only tests of that want.
        let name = "INTEGRATIONS_CONFIG_PATH="
        let integrations = environment.contains { $0.hasPrefix(name) } ? [] : ["\(name)\(program.home)/integrations.config.json"]
        let running = try program.start(
            ["serve", "--data", data ?? "\(program.home)/data", "--port", "0"] + words, environment: integrations + environment,
            prefix: prefix)
        let hasStarted = await blocking {
            running.read { $0.output.contains(#/(#code=\S+|Sign in with)[^\n]*\n/#) }
        }
        guard hasStarted else {
            let exit = await blocking { running.wait() }
            throw CannotServe(exit: exit, error: running.error)
        }
        return try ServedHub(running, greeting: running.output)
    }

    struct CannotServe: Error, CustomStringConvertible {
        let exit: Int32
        let error: String
        var description: String { "exit \(exit): \(error)" }
    }

    /// Why it does not start; empty when it does.
    static func refusal(
        _ program: Program, _ words: [String] = [], data: String? = nil, environment: [String] = []
    ) async throws -> CannotServe? {
        do {
            let hub = try await start(program, words, data: data, environment: environment)
            _ = await hub.end()
            return nil
        } catch let refusal as CannotServe { return refusal }
    }

    var visitor: HTTPVisitor { HTTPVisitor(port: port) }

    /// A visitor who is signed in as the first administrator.
    func setUp() async throws -> HTTPVisitor {
        var visitor = visitor
        try await visitor.setUp(code: try #require(setupCode))
        return visitor
    }

    /// Asks it to end; gives the exit code, or minus the signal's number.
    func end(_ signal: Int32 = SIGTERM) async -> Int32 {
        kill(running.pid, signal)
        return await blocking { self.running.wait() }
    }

    deinit { if running.isOpen { kill(running.pid, SIGKILL) } }
}

extension HTTPVisitor {
    /// Installs a folder and lets it run; gives the plugin as the API shows it.
    @discardableResult
    func install(_ folder: String, consent version: String? = nil, grants: [JSONValue] = []) async throws -> JSONValue {
        let id = try await installed(folder)
        var body: JSONObject = ["grants": .array(grants)]
        if let version { body["version"] = .string(version) }
        let answer = try await ask("POST", "/api/v1/plugins/\(id)/consent", json: .object(body))
        try #require(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    /// Installs a folder; gives the plugin's id when it is in the store.
    func installed(_ folder: String) async throws -> String {
        let begun = try await ask("POST", "/api/v1/plugins/installations", json: ["source": ["path": .string(folder)]])
        try #require(begun.status == 202, "\(begun.text)")
        let job = try #require(begun.json["id"]?.stringValue)
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let answer = try await ask("GET", "/api/v1/plugins/installations/\(job)")
            switch answer.json["state"]?.stringValue {
            case "done": return try #require(answer.json["plugin"]?.stringValue, "\(answer.text)")
            case "failed", "cancelled": throw NoAnswer(reason: answer.text)
            default: try await Task.sleep(for: .milliseconds(20))
            }
        }
        throw NoAnswer(reason: "the installation does not end")
    }

    /// Asks until an answer is as wanted.
    func wait(for path: String, until isReached: (Answer) -> Bool) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let answer = try await ask("GET", path)
            if isReached(answer) { return answer }
            try #require(ContinuousClock.now < deadline, "\(path): \(answer.text)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
