package import JSON

/// Which plugins a hub loads, and with what: `patchbay.yaml`. docs/configuration.md describes the file.
package struct PatchbayConfiguration: Sendable, Hashable {
    /// Where a plugin comes from.
    package enum Source: Sendable, Hashable, CustomStringConvertible {
        /// A folder or archive; relative to the file's folder.
        case path(String)
        /// An npm name, resolved in the `node_modules` above the file.
        case package(String)
        /// What is installed under an id; nil: its active version.
        case store(id: String, range: String?)

        package var description: String {
            switch self {
            case .path(let path): "path \(path)"
            case .package(let name): "package \(name)"
            case .store(let id, let range): "store \(id)\(range.map { "@\($0)" } ?? "")"
            }
        }
    }

    /// Nil where the hub's own default counts.
    package struct Limits: Sendable, Hashable {
        /// 1 ms to 1 h.
        package var callMilliseconds: Int?
        /// 4 MiB to 4 GiB.
        package var memoryBytes: Int?
        package init(callMilliseconds: Int? = nil, memoryBytes: Int? = nil) {
            (self.callMilliseconds, self.memoryBytes) = (callMilliseconds, memoryBytes)
        }
    }

    package struct Entry: Sendable, Hashable {
        package let source: Source
        package let isEnabled: Bool
        package let config: JSONObject
        package let limits: Limits
        /// Where it begins in the file, from 1.
        package let line: Int

        package init(source: Source, isEnabled: Bool = true, config: JSONObject = JSONObject(), limits: Limits = Limits(), line: Int) {
            (self.source, self.isEnabled, self.config, self.limits, self.line) = (source, isEnabled, config, limits, line)
        }
    }

    /// Another file whose plugins are loaded too, or folders that are plugins.
    package enum Include: Sendable, Hashable {
        /// An `integrations.config.json`.
        case integrations(String)
        /// A `forgeportal.yaml`.
        case forgePortal(String)
        /// A folder; `*` in a part of its path stands for any text without `/`.
        case folders(String)
    }

    package static let fileName = "patchbay.yaml"
    package static let bytesMax = 1 << 20
    package static let entriesMax = 1000
    package static let includesMax = 100
    package static let treesMax = 100

    /// In file order, which is load order.
    package var entries: [Entry] = []
    package var includes: [Include] = []
    /// Folders of Coco AI's extensions, as `extensions/` is.
    package var cocoTrees: [String] = []
    /// Folders with `connectors`, `channels` and `operators` in them.
    package var madeOpenTrees: [String] = []
    package var limits = Limits()

    package init() {}

    package var enabled: [Entry] { entries.filter(\.isEnabled) }
}
