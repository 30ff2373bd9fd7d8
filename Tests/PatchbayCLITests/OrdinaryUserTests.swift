import Glibc
import JSON
import PatchbayCLI
import Testing

private let nobody = "65534"
private let asUser = geteuid() == 0 ? ["setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", "--inh-caps=-all"] : []

/// A program built for debugging finds Swift's libraries in the toolchain, which may have been installed into root's own folder.
@Sendable private func canLoadLibraries() throws -> Bool {
    guard geteuid() == 0 else { return true }
    let program = try Program()
    let executable = try #require(Program.executable, "patchbay is not built: swift build --product patchbay")
    try RunningProgram.tool("/bin/cp", executable, "\(program.home)/patchbay")
    try RunningProgram.tool("/bin/chmod", "755", program.home)
    let trial = try RunningProgram(
        "/usr/bin/env", asUser + ["\(program.home)/patchbay", "--version"], folder: "/", environment: ["PATH=/usr/bin:/bin"],
        input: nil)
    return trial.wait() == 0
}

/// The built program in the hands of somebody without rights: nobody (65534) when root runs the tests, else whoever does.
///
/// The program, the worker, its runtime and the plugins are copied into a folder of that user, who may not be able to read where they
/// were built. The walls around a worker of such a hub are tried one by one by SandboxTests.
@Suite(.serialized, .enabled("the toolchain's libraries are where only root may read", canLoadLibraries))
struct OrdinaryUserTests {
    let program: Program

    init() throws {
        program = try Program()
        let executable = try #require(Program.executable, "patchbay is not built: swift build --product patchbay")
        let built = executable.split(separator: "/").dropLast().map(String.init)
        // As the program itself looks for it: in the folders above.
        let above = (0...built.count).map { "/" + (built.dropLast($0) + ["runtime"]).joined(separator: "/") }
        let runtime = try #require(above.first { access("\($0)/prelude.js", R_OK) == 0 }, "no runtime: make runtime")
        mkdir("\(program.home)/bin", 0o755)
        for source in [executable, "/" + built.joined(separator: "/") + "/patchbay-worker", runtime] {
            try RunningProgram.tool("/bin/cp", "-R", source, "\(program.home)/bin")
        }
        try RunningProgram.tool("/bin/cp", "-R", "\(Program.repository)/plugins", program.home)
        _ = try program.plugin("loop", "export function spin() { for (;;); }")
        if geteuid() == 0 { try RunningProgram.tool("/bin/chown", "-R", "\(nobody):\(nobody)", program.home) }
    }

    private func run(_ words: String...) async throws -> (exit: Int32, output: String, error: String) {
        let running = try RunningProgram(
            "/usr/bin/env", asUser + ["\(program.home)/bin/patchbay"] + words, folder: program.home,
            environment: ["HOME=\(program.home)", "PATCHBAY_CACHE=\(program.home)/cache", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"],
            input: nil)
        return await blocking {
            let exit = running.wait()
            return (exit, running.output, running.error)
        }
    }

    /// What `doctor` says to this user, by name.
    private func doctor() async throws -> (verdict: String, lines: [String: JSONValue]) {
        let told = try await run("doctor", "--json")
        let report = try JSONValue(parsing: told.output)
        let verdict = try #require(report["verdict"]?.stringValue, "\(told)")
        #expect(told.exit == (verdict == "refused" ? 6 : 0), "\(verdict)")
        let lines = (report["sections"]?.arrayValue ?? []).flatMap { $0["lines"]?.arrayValue ?? [] }
        return (verdict, Dictionary(lines.compactMap { line in line["name"]?.stringValue.map { ($0, line) } }) { first, _ in first })
    }

    @Test func `doctor sees an ordinary user, and every required layer`() async throws {
        let (verdict, lines) = try await doctor()
        #expect(geteuid() != 0 || lines["account"]?["detail"] == "an ordinary user", "\(lines)")
        #expect(verdict != "refused", "\(lines.values.filter { $0["state"] == "missing" })")
        for layer in ["seccomp", "landlock", "limits", "no-new-privileges", "parent-death"] {
            #expect(lines[layer]?["state"] == "ok" && lines[layer]?["required"] == true, "\(layer): \(String(describing: lines[layer]))")
        }
    }

    @Test func `a plugin is bundled, confined and called, and its loop ended`() async throws {
        let greeting = try await run("plugin", "call", "plugins/hello", "greet", #"{"name":"Ada"}"#)
        guard try await doctor().lines["bubblewrap"]?["state"] == "ok" else {
            // A machine that gives ordinary users no namespaces: there is no bundling, and the error says so.
            #expect(greeting.exit == 6 && greeting.error.contains("error[bundle."), "\(greeting)")
            return
        }
        #expect(greeting.exit == 0, "\(greeting.error)")
        #expect(greeting.output == #"{"text":"Hello, Ada!","letters":8}"# + "\n")
        var info = stat()
        try #require(stat("\(program.home)/cache", &info) == 0)
        #expect(info.st_mode & 0o077 == 0, "nobody else may write where bundles are kept")
        let loop = try await run("plugin", "call", "loop", "spin", "--time-limit", "300ms")
        #expect(loop.exit == 4 && loop.error.contains("error[call.time-limit]"), "\(loop)")
        let refused = try await run("plugin", "call", "plugins/hello", "nosuch")
        #expect(refused.exit == 2 && refused.error.contains("error[call.no-such-export]"), "\(refused)")
    }
}
