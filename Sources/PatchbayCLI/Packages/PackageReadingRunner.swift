import Glibc
import HostCalls
import Manifests
package import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Synchronization

/// Reads packages for one command, and keeps what that needs: workers for manifests that are code, folders of unpacked archives.
package final class PackageReadingRunner: PackageReadingService {
    private struct State {
        var services: PluginServices?
        var folders: [String] = []
    }

    /// Of an archive that is fetched; the store's own limit for archives.
    private static let fetchBytesMax = ArchiveLimits.default.archiveBytesMax
    private static let manifestFiles: Set<String> = ["patchbay.json", "plugin.json", "forgeportal-plugin.json", "package.json"]
    private static let archiveEndings = [".tgz", ".tar.gz", ".tar", ".zip"]

    private let state = Mutex(State())

    package init() {}

    // MARK: Finding

    package func find(at path: String, format: PackageFormat?) async throws(CommandFailure) -> [FoundPackage] {
        let absolute = Files.absolute(path, from: Self.workingDirectory())
        switch Self.kind(absolute) {
        case .file:
            let name = absolute.split(separator: "/").last.map(String.init) ?? ""
            if Self.manifestFiles.contains(name) {
                return [FoundPackage(path: path, folder: String(absolute.dropLast(name.count + 1)), format: format)]
            }
            guard Self.archiveEndings.contains(where: { name.lowercased().hasSuffix($0) }) else {
                throw nothing(
                    path, "this is no package", "Name a package's folder, its manifest, or an archive that ends in .tgz, .tar or .zip.")
            }
            do throws(Fault) { return [FoundPackage(path: path, folder: try await unpack(absolute), format: format)] } catch {
                throw CommandFailure(error)
            }
        case .folder:
            let folders: [String]
            do throws(StoreError) { folders = try PackageTree.find(in: absolute) } catch { throw CommandFailure(error.fault) }
            // A folder that is no package and holds none is read all the same: what is missing is a finding.
            guard !folders.isEmpty else { return [FoundPackage(path: path, folder: absolute, format: format)] }
            return folders.map { folder in FoundPackage(path: Self.shown(folder, below: absolute, as: path), folder: folder, format: format)
            }
        default: throw nothing(path, "there is nothing at this path", "Check the path.")
        }
    }

    /// The folder's path in the words the person used.
    private static func shown(_ folder: String, below root: String, as path: String) -> String {
        guard let real = realpath(root, nil) else { return path }
        defer { free(real) }
        let start = String(cString: real)
        guard folder != start, folder.hasPrefix(start + "/") else { return path }
        return (path.hasSuffix("/") ? String(path.dropLast()) : path) + folder.dropFirst(start.count)
    }

    private func nothing(_ path: String, _ message: String, _ remedy: String) -> CommandFailure {
        CommandFailure(
            Fault(code: "usage.no-such-package", message: message, place: path, remedy: remedy, turn: .caller), exitCode: .usage)
    }

    private static func kind(_ path: String) -> Files.Kind {
        let kind = Files.kind(path)
        guard kind == .link, let real = realpath(path, nil) else { return kind }
        defer { free(real) }
        return Files.kind(String(cString: real))
    }

    private static func workingDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    // MARK: Reading

    package func read(_ package: FoundPackage, platform: Platform?) async -> CheckedPackage {
        let reader = PackageReader(options: ReadingOptions(platform: platform)) { [self] folder in await readCoop(folder) }
        let outcome = await reader.read(package.folder, as: package.format)
        return CheckedPackage(
            path: package.path, format: outcome.format, manifest: outcome.manifest, claim: outcome.claim, findings: outcome.findings)
    }

    private func readCoop(_ folder: String) async -> PackageReading {
        do throws(Fault) {
            return try await LoadedCoopPackage.reading(
                of: folder, log: MemoryLogSink(), limits: SandboxLimits(), services: try services())
        } catch {
            return PackageReading(format: .coop, manifest: nil, claim: .init(), findings: [Self.finding(error)])
        }
    }

    /// Builds the code of a package; what keeps it from being built comes back as findings.
    func build(_ manifest: PluginManifest, in folder: String) async -> [Finding] {
        guard manifest.entry != nil || manifest.uiEntry != nil else { return [] }
        do throws(CommandFailure) {
            let builder = PackageBuilder(bundler: try PluginCallRunner.bundler())
            do throws(Fault) { return try await builder.buildOnOwnThread(manifest, in: folder).findings } catch {
                return [Self.finding(error)]
            }
        } catch { return [Self.finding(error.fault)] }
    }

    private static func finding(_ fault: Fault) -> Finding {
        Finding(.error, code: fault.code, place: .file(fault.place ?? "."), fault.message, remedy: fault.remedy)
    }

    /// Started for the first package that needs them.
    private func services() throws(Fault) -> PluginServices {
        if let services = state.withLock({ $0.services }) { return services }
        do throws(CommandFailure) {
            var options = SandboxRuntime.Options(layout: try PluginCallRunner.layout())
            options.poolSize = 0
            let made = PluginServices(sandbox: options, bundler: try PluginCallRunner.bundler())
            return state.withLock { state in
                if let services = state.services { return services }
                state.services = made
                return made
            }
        } catch { throw error.fault }
    }

    // MARK: Archives, addresses, names

    /// Unpacks an archive into a folder that lasts until `finish`; gives the package's folder in it.
    func unpack(_ archive: String) async throws(Fault) -> String {
        let folder = try temporaryFolder()
        do throws(StoreError) {
            return try await Self.blocking { () throws(StoreError) in
                _ = try ArchiveUnpacker().unpack(archive, into: folder)
                return Self.root(ofUnpacked: folder)
            }
        } catch { throw error.fault }
    }

    /// npm's archives hold one folder with everything in it; what macOS adds counts for nothing.
    private static func root(ofUnpacked folder: String) -> String {
        let names = Files.names(lenient: folder).filter { $0 != "__MACOSX" }
        guard let only = names.first, names.count == 1, Files.kind(folder + "/" + only) == .folder else { return folder }
        return folder + "/" + only
    }

    /// Fetches an archive to a file that lasts until `finish`.
    func download(_ address: String) async throws(Fault) -> String {
        let services = try services()
        let bytes = try await services.download(address, bytesMax: Self.fetchBytesMax)
        let path = try temporaryFolder() + "/package"
        guard let file = fopen(path, "we") else { throw Self.noRoom(path) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Self.noRoom(path) }
        return path
    }

    /// The folder of an npm package, looked for in this folder and those above it.
    func resolve(_ name: String, from folder: String) throws(Fault) -> String {
        do throws(ResolutionError) { return try PackageResolver(folder: folder).packageFolder(named: name).folder } catch {
            throw Fault(
                code: "package.not-found", message: "The package '\(name)' cannot be found: \(error.cause).", place: folder,
                remedy: "Check the name, and that it is installed in a node_modules here or above.", turn: .caller)
        }
    }

    private func temporaryFolder() throws(Fault) -> String {
        var template = Array("\(Patchbay.processEnvironment()["TMPDIR"] ?? "/tmp")/patchbay-package-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Self.noRoom("the temporary folder") }
        let folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        state.withLock { $0.folders.append(folder) }
        return folder
    }

    private static func noRoom(_ path: String) -> Fault {
        Fault(
            code: "hub.no-temporary-folder", message: "A package could not be kept for reading: \(String(cString: strerror(errno))).",
            place: path,
            remedy: "Check the temporary folder: who may write there, and how much room is left.", turn: .operator)
    }

    private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws(StoreError) -> Value) async throws(StoreError)
        -> Value
    {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            HubThread.start("pb-packages") { continuation.resume(returning: Result { () throws(StoreError) in try body() }) }
        }
        return try outcome.get()
    }

    package func finish() async {
        let (services, folders) = state.withLock { state in
            defer { state = State() }
            return (state.services, state.folders)
        }
        for folder in folders { Files.removeTree(folder) }
        await services?.stop()
    }
}
