import Glibc
import JSON
import PatchbayCLI
import PluginModel
import Synchronization
import Testing

/// A terminal that keeps what was written, and the command context around it.
final class Capture: Sendable {
    private struct Texts {
        var output = ""
        var error = ""
    }
    private let texts = Mutex(Texts())

    var output: String { texts.withLock { $0.output } }
    var error: String { texts.withLock { $0.error } }

    func terminal(width: Int = 80, isTTY: Bool = false, coloured: Bool = false) -> Terminal {
        let style = coloured ? Style.coloured : .plain
        return Terminal(
            output: OutputChannel(isTTY: isTTY, style: style, columns: { width }) { text in self.texts.withLock { $0.output += text } },
            error: OutputChannel(isTTY: isTTY, style: style, columns: { width }) { text in self.texts.withLock { $0.error += text } })
    }
}

/// A clock that stands until it is moved.
final class HandClock: Sendable {
    private let time = Mutex(Duration.zero)
    var clock: MonotonicClock { MonotonicClock { self.time.withLock { $0 } } }
    func move(by step: Duration) { time.withLock { $0 += step } }
}

/// What one command line printed and told its shell.
struct Performed: Sendable {
    let exitCode: ExitCode
    let output: String
    let error: String
}

/// Carries out a command line as the program does, in this process.
func perform(
    _ words: [String], services: Services = .real, width: Int = 80, isTTY: Bool = false, folder: String = "/nowhere",
    environment: [String: String] = [:]
) async -> Performed {
    let capture = Capture()
    let context = CommandContext(
        terminal: capture.terminal(width: width, isTTY: isTTY), environment: environment, workingDirectory: folder, services: services,
        clock: HandClock().clock)
    let exitCode = await Patchbay.perform(words, in: context)
    return Performed(exitCode: exitCode, output: capture.output, error: capture.error)
}

/// Compares with a file under Golden/, or writes it when `UPDATE_GOLDEN=1`.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let path = "/\(folder)/Golden/\(name)"
    if getenv("UPDATE_GOLDEN").map({ String(cString: $0) }) == "1" {
        try write(text, to: path)
        return
    }
    let expected = String(decoding: (try? Files.read(path, limit: 1 << 20)) ?? [], as: UTF8.self)
    #expect(
        text == expected, "Golden/\(name) differs. If the new text is right: UPDATE_GOLDEN=1 swift test --filter PatchbayCLITests",
        sourceLocation: sourceLocation)
}

struct CannotWrite: Error { let path: String }

func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "w") else { throw CannotWrite(path: path) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw CannotWrite(path: path) }
}

/// A folder of its own for one test, removed with everything in it at the end.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/patchbay-cli-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CannotWrite(path: "/tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in (try? Files.names(in: path)) ?? [] {
            unlink("\(path)/\(name)")
            rmdir("\(path)/\(name)")
        }
        rmdir(path)
    }
}
