import Glibc

/// A hub on a new data folder and a free port, as `patchbay serve` starts it. Its folder is gone when it is stopped.
final class ServedHub {
    private let child: Child
    private let folder: String
    private let log: String
    private let address: String
    private let code: String

    /// Beyond this the hub is not up, on machines slower than any we know.
    static let patience = Duration.seconds(90)
    static let storyPatience = Duration.seconds(240)

    init(isSeeded: Bool) throws(TestTrouble) {
        guard let program = Places.program else { throw TestTrouble(description: "patchbay is not built: swift build") }
        guard access(Places.python, X_OK) == 0 else {
            throw TestTrouble(description: "what drives the browser is missing: scripts/setup --tests")
        }
        try Self.buildInterface()
        var template = Array("/tmp/patchbay-story-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestTrouble(description: "no folder in /tmp: errno \(errno)") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        log = folder + "/log"
        var words = [program, "serve", "--data", folder + "/data", "--port", "0"]
        if isSeeded { words += ["--seed", "plugins", "--store", "plugins"] }
        // The repository has a file of integrations; stories begin without.
        let environment = ["PATCHBAY_WEB": Places.interface, "HOME": folder, "INTEGRATIONS_CONFIG_PATH": folder + "/none.json"]
        child = try Child(words, folder: Places.repository, environment: environment, log: log)
        let deadline = ContinuousClock.now + Self.patience
        // The setup link is the last thing it prints.
        while !Child.text(of: log).contains("/setup#code="), child.isRunning, ContinuousClock.now < deadline { usleep(20_000) }
        let lines = Child.text(of: log).split(separator: "\n")
        guard let link = lines.first(where: { $0.contains("/setup#code=") }), let mark = link.firstRange(of: "/setup#code=") else {
            child.stop()
            throw TestTrouble(description: "the hub did not come up: \(Child.text(of: log))")
        }
        address = link[..<mark.lowerBound].trimmingPrefix { $0 == " " }.description
        code = String(link[mark.upperBound...])
    }

    /// Tells a story on this hub; with what it said, and what the hub said when it failed.
    func tell(_ story: Story) throws(TestTrouble) -> (exit: Int32, text: String) {
        let script = "\(Places.repository)/Tests/BrowserTests/stories/\(story.name).py"
        let said = folder + "/said"
        let telling = try Child(
            [Places.python, "-B", script], folder: Places.repository,
            environment: [
                "PATCHBAY_ADDRESS": address, "PATCHBAY_SETUP_CODE": code, "PATCHBAY_SHOTS": Places.shots,
                "PATCHBAY_REPOSITORY": Places.repository, "HOME": folder,
                "UPDATE_SCREENSHOTS": getenv("UPDATE_SCREENSHOTS").map { String(cString: $0) } ?? "",
            ], log: said)
        let exit = telling.wait(Self.storyPatience)
        let text = Child.text(of: said)
        return (exit, exit == 0 ? text : "\(text)\nThe hub said:\n\(Child.text(of: log))")
    }

    func stop() {
        child.stop()
        if let remover = try? Child(["/bin/rm", "-rf", folder], folder: "/", environment: [:], log: "/dev/null") {
            _ = remover.wait(.seconds(30))
        }
    }

    /// Stories never run on pages older than their sources; does nothing when none is.
    private static func buildInterface() throws(TestTrouble) {
        let said = "/tmp/patchbay-story-web-\(getpid())"
        defer { unlink(said) }
        let building = try Child(
            ["\(Places.repository)/scripts/build-web", Places.interface], folder: Places.repository, environment: [:], log: said)
        guard building.wait(.seconds(120)) == 0 else { throw TestTrouble(description: "scripts/build-web: \(Child.text(of: said))") }
    }
}
