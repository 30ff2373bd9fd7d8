import Glibc

struct TestTrouble: Error, CustomStringConvertible {
    let description: String
}

/// Where the parts of a story are.
enum Places {
    static let repository = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    /// What `scripts/setup --tests` makes, with the driver of the browser.
    static let python = "\(repository)/.build/browser-venv/bin/python"
    static let interface = "\(repository)/.build/web"
    static let shots = "\(repository)/.build/browser-shots"

    /// The built program, beside the running tests.
    static let program: String? = {
        guard let own = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(own) }
        // `swift test` loads the tests into a helper of the toolchain; then their own path is on the command line.
        let folders = ([String(cString: own)] + CommandLine.arguments).map {
            "/" + $0.split(separator: "/").dropLast().joined(separator: "/")
        }
        return folders.map { $0 + "/patchbay" }.first { access($0, X_OK) == 0 }
    }()
}
