import Glibc
import HostCalls
import Manifests
import PluginModel
import PluginPackages
import PluginRuntime

/// The package store as the commands use it: in the folder that was named, with a reader of every format behind it.
struct StoreAccess: Sendable {
    let store: PackageStore
    let reader: PackageReadingRunner
    let examiner: StoreExaminer
    /// Held while packages are changed, so that no hub runs on them meanwhile; nil for who only looks.
    private(set) var lock: FolderLock?

    /// The same for a command that changes packages: refused while a hub runs on the folder, which keeps one from starting until the end.
    static func openToChange(
        _ arguments: StoreArguments, in context: CommandContext, builds: Bool = false, platform: Platform? = nil
    ) async throws(CommandFailure) -> StoreAccess {
        var access = try open(arguments, in: context, builds: builds, platform: platform)
        do throws(Fault) { access.lock = try await FolderLock.take(access.store.folder, as: .command) } catch {
            throw CommandFailure(error)
        }
        return access
    }

    /// Opens it; the folder is made where it is missing.
    static func open(_ arguments: StoreArguments, in context: CommandContext, builds: Bool = false, platform: Platform? = nil)
        throws(CommandFailure) -> StoreAccess
    {
        let folder = try arguments.folder(in: context)
        let reader = PackageReadingRunner()
        let examiner = StoreExaminer(reader: reader, builds: builds, platform: platform)
        do throws(StoreError) {
            return StoreAccess(store: try PackageStore(folder: folder, examiner: examiner), reader: reader, examiner: examiner)
        } catch { throw CommandFailure(error.fault) }
    }
}

/// Where the store lies: `--data DIR`, else `PATCHBAY_DATA`, else the place the XDG base directory specification names.
struct StoreArguments: Sendable {
    let data: String?

    init(_ arguments: ParsedArguments) { data = arguments.value("data") }

    func folder(in context: CommandContext) throws(CommandFailure) -> String {
        func named(_ key: String) -> String? { context.environment[key].flatMap { $0.isEmpty ? nil : $0 } }
        if let folder = data ?? named("PATCHBAY_DATA") { return Files.absolute(folder, from: context.workingDirectory) }
        if let home = named("XDG_DATA_HOME"), home.hasPrefix("/") { return home + "/patchbay" }
        guard let home = named("HOME") else {
            throw CommandFailure(
                Fault(
                    code: "usage.no-data-folder", message: "there is no place to keep packages: HOME is not set",
                    remedy: "Name a folder: --data DIR, or PATCHBAY_DATA.", turn: .caller))
        }
        return home + "/.local/share/patchbay"
    }
}

/// Reads packages for the store; when one is installed its code is built too, so that what is in the store can run.
struct StoreExaminer: PackageExamining {
    let reader: PackageReadingRunner
    let builds: Bool
    let platform: Platform?

    func examine(_ folder: String) async -> PackageReading {
        let checked = await reader.read(FoundPackage(path: folder, folder: folder, format: nil), platform: platform)
        var findings = checked.findings
        if builds, let manifest = checked.manifest { findings += await reader.build(manifest, in: folder) }
        return PackageReading(format: checked.format ?? .patchbay, manifest: checked.manifest, claim: checked.claim, findings: findings)
    }
}

extension CommandSpec.Option {
    static let data = CommandSpec.Option(
        "data", value: "DIR", help: "The folder packages are kept in", fallback: "PATCHBAY_DATA, or ~/.local/share/patchbay",
        completion: .directory)
    static let dryRun = CommandSpec.Option("dry-run", short: "n", help: "Say what would happen, and change nothing")
    static let jsonObject = CommandSpec.Option("json", help: "Print JSON, and errors as JSON too")
}

extension ParsedArguments {
    /// The id of an installed plugin.
    func pluginID(_ name: String) throws(UsageError) -> PluginID {
        let text = required(name)
        do throws(InvalidPluginID) { return try PluginID(text) } catch {
            throw .invalidValue(
                of: name, value: text, why: error.reason, hint: "patchbay plugin list shows the ids of what is installed.")
        }
    }
}

/// Runs a body and turns what the store says into what a command says.
func storing<Value>(_ body: () async throws(StoreError) -> Value) async throws(CommandFailure) -> Value {
    do throws(StoreError) { return try await body() } catch { throw CommandFailure(error.fault) }
}
