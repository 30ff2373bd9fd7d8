import Manifests

/// The configuration files that are understood, each as its ecosystem knows it.
enum ConfigurationFormat: String, Sendable, CaseIterable {
    case patchbay
    case forgeportal
    case coop

    /// As it is called where nobody renamed it.
    var fileName: String {
        switch self {
        case .patchbay: PatchbayConfiguration.fileName
        case .forgeportal: ForgePortalConfiguration.fileName
        case .coop: IntegrationsConfiguration.fileName
        }
    }

    var title: String {
        switch self {
        case .patchbay: "Patchbay"
        case .forgeportal: "ForgePortal"
        case .coop: "Coop"
        }
    }

    var bytesMax: Int {
        switch self {
        case .patchbay: PatchbayConfiguration.bytesMax
        case .forgeportal: ForgePortalConfiguration.bytesMax
        case .coop: IntegrationsConfiguration.bytesMax
        }
    }

    /// Nil for a name that says nothing.
    static func recognised(_ path: String) -> ConfigurationFormat? {
        let name = path.split(separator: "/").last.map(String.init)
        return allCases.first { $0.fileName == name }
    }

    /// The format of a file that a person named, by the word that says so or by the file's name.
    static func of(_ path: String, as word: ConfigurationFormat?, name: String) throws(UsageError) -> ConfigurationFormat {
        if let format = word ?? recognised(path) { return format }
        throw .invalidValue(
            of: name, value: path, why: "its name is none of: \(allCases.map(\.fileName).joined(separator: ", "))",
            hint: "Say what it is with --as \(allCases.map(\.rawValue).joined(separator: ", --as ")).")
    }
}

extension CommandSpec.Option {
    static let configurationFormat = CommandSpec.Option(
        "as", value: "FORMAT",
        help: "Read the file as this: \(ConfigurationFormat.allCases.map(\.rawValue).joined(separator: ", "))",
        fallback: "what its name says", completion: .words(ConfigurationFormat.allCases.map(\.rawValue)))
}

extension ParsedArguments {
    func configurationFormat() throws(UsageError) -> ConfigurationFormat? {
        guard let text = value("as") else { return nil }
        if let format = ConfigurationFormat(rawValue: text) { return format }
        let words = ConfigurationFormat.allCases.map(\.rawValue)
        throw .invalidValue(
            of: "--as", value: text, why: "the words are: \(words.joined(separator: ", "))", hint: "Leave it out to go by the file's name.")
    }
}
