import Manifests
import PluginModel

/// Checks that an entry is a file of the plugin, before any tool sees its name.
struct EntryCheck {
    static let extensions = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "json"]

    let view: FolderView
    let pluginID: String

    /// The entry in its plain form: relative, without `.` and `..`.
    func checked(_ entry: String) throws(BundleError) -> String {
        let plain = Paths.normalized(entry)
        guard !entry.isEmpty, !entry.hasPrefix("/"), plain != "..", !plain.hasPrefix("../") else {
            throw refused(
                entry, "bundle.entry-outside", "The entry must be a file inside the plugin's folder.", "Name it relative to that folder.")
        }
        guard !plain.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "=") }) else {
            throw refused(plain, "bundle.entry-name", "The entry's name holds a control character or '='.", "Rename the file.")
        }
        guard Self.extensions.contains(Paths.fileExtension(plain)) else {
            throw refused(
                plain, "bundle.entry-type", "The entry is no JavaScript or TypeScript file.",
                "Known endings: \(Self.extensions.map { ".\($0)" }.joined(separator: " ")).")
        }
        let path = Paths.join(view.rootHostPath, plain)
        guard let real = Paths.real(path), SmallFile.kind(real, following: false) == .file else {
            throw refused(
                plain, "bundle.entry-missing", "The entry file does not exist.",
                suggestion(for: plain) ?? "Check the path and its spelling.")
        }
        guard Paths.isInside(real, view.rootHostPath) else {
            throw refused(
                plain, "bundle.entry-outside", "The entry is a symlink that leaves the plugin's folder.", "Put the file itself there.")
        }
        return plain
    }

    /// A file in the same folder that the author may have meant.
    private func suggestion(for entry: String) -> String? {
        let folder = Paths.parent(entry)
        let names = (Folder.names(Paths.join(view.rootHostPath, folder)) ?? []).prefix(1000)
        return nearMiss(Paths.lastComponent(entry), among: names).map { "Did you mean '\(Paths.normalized(Paths.join(folder, $0)))'?" }
    }

    private func refused(_ entry: String, _ code: String, _ sentence: String, _ remedy: String) -> BundleError {
        .rejected([Finding(.error, code: code, place: .file(entry), sentence, remedy: remedy)])
    }
}
