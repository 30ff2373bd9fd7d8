import Manifests
import PluginModel
import PluginPackages

/// What the words of an `install` mean.
struct InstallSources: Sendable {
    let isLink: Bool

    static let archiveEndings = [".tgz", ".tar.gz", ".tar", ".zip"]

    static func isArchive(_ path: String) -> Bool { archiveEndings.contains { path.lowercased().hasSuffix($0) } }

    /// One source, or each package of a tree.
    func find(_ word: String, in context: CommandContext) async throws(CommandFailure) -> [PackageSource] {
        if word.hasPrefix("https://") || word.hasPrefix("http://") {
            guard !isLink else { throw refused(word, "an address cannot be linked", "Install it without --link.") }
            return [.address(word)]
        }
        let path = Files.absolute(word, from: context.workingDirectory)
        switch Files.kind(path) {
        case .missing:
            if Self.isPackageName(word) { return [.npm(name: word, from: context.workingDirectory)] }
            throw refused(word, "there is nothing at this path", "Check the path, or name an npm package, an archive or an https address.")
        case .file where Self.isArchive(path):
            guard !isLink else { throw refused(word, "an archive cannot be linked", "Install it without --link, or unpack it first.") }
            return [.archive(path)]
        case .folder, .link:
            do throws(StoreError) {
                return try PackageTree.find(in: path).map { isLink ? .linked($0) : .folder($0) }
            } catch { throw CommandFailure(error.fault) }
        default:
            throw refused(
                word, "this is no package", "Name a folder, or an archive that ends in \(Self.archiveEndings.joined(separator: ", ")).")
        }
    }

    private func refused(_ place: String, _ message: String, _ remedy: String) -> CommandFailure {
        CommandFailure(
            Fault(code: "usage.no-such-package", message: message, place: place, remedy: remedy, turn: .caller), exitCode: .usage)
    }

    /// `name` or `@scope/name`, as npm allows.
    private static func isPackageName(_ word: String) -> Bool {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == (word.hasPrefix("@") ? 2 : 1), word.utf8.count <= 214 else { return false }
        return parts.allSatisfy { part in
            let name = part.hasPrefix("@") ? part.dropFirst() : part
            return !name.isEmpty && !name.hasPrefix(".")
                && name.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
                        true
                    default: false
                    }
                }
        }
    }
}

/// Reads what would be installed, and installs nothing.
struct DryInstall: Sendable {
    let access: StoreAccess

    func read(_ source: PackageSource) async throws(StoreError) -> PackageReading {
        let folder: String
        switch source {
        case .folder(let path), .linked(let path): folder = path
        case .archive(let path):
            do throws(Fault) { folder = try await access.reader.unpack(path) } catch { throw .refused(error) }
        case .address(let address):
            do throws(Fault) { folder = try await access.reader.unpack(try await access.reader.download(address)) } catch {
                throw .refused(error)
            }
        case .npm(let name, let from):
            do throws(Fault) { folder = try access.reader.resolve(name, from: from) } catch { throw .refused(error) }
        }
        let reading = await access.examiner.examine(folder)
        guard reading.isValid else { throw .rejected(findings: reading.findings, reading: reading) }
        return reading
    }
}
