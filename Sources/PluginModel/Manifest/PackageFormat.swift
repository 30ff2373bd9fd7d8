/// The published formats a package can come in.
package enum PackageFormat: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case patchbay
    case coop
    case coco
    case madeOpen = "made-open"
    case forgePortal = "forgeportal"

    package var description: String { rawValue }

    /// As people write it.
    package var title: String {
        switch self {
        case .patchbay: "Patchbay"
        case .coop: "Coop"
        case .coco: "Coco AI"
        case .madeOpen: "Made Open"
        case .forgePortal: "ForgePortal"
        }
    }
}

/// Where a plugin, or a part of it, can be used. The words are those of Coco AI.
package enum Platform: String, Sendable, Hashable, CaseIterable, Comparable {
    case macos
    case linux
    case windows

    package static func < (a: Platform, b: Platform) -> Bool { a.rawValue < b.rawValue }
}
