/// Where the configuration of integrations lies when nobody says: the places an existing installation uses, so that its file is found unchanged.
package enum IntegrationsConfigPath {
    /// In this order: `INTEGRATIONS_CONFIG_PATH` when it is not empty, `integrations.config.json` here, `server/integrations.config.json` below.
    /// - Returns: The first that exists, or the place where one belongs when none does; always absolute.
    package static func find(
        asked: String?, environment: [String: String], workingDirectory: String, exists: (String) -> Bool
    ) -> String {
        if let asked { return Files.absolute(asked, from: workingDirectory) }
        if let path = environment["INTEGRATIONS_CONFIG_PATH"], !path.isEmpty { return Files.absolute(path, from: workingDirectory) }
        let places = ["integrations.config.json", "server/integrations.config.json"].map { Files.absolute($0, from: workingDirectory) }
        return places.first(where: exists) ?? places[0]
    }
}
