package import HubCore
package import PluginModel

/// What the registry needs of the vault: putting a secret into its place within somebody's transaction, and opening what was read from there.
package protocol SecretSealing: Sendable {
    func put(secret value: String, at place: SecretPlace, in records: any HubTransaction) throws(Fault)
    func text(of secret: SealedSecret) throws(Fault) -> String
}

extension Vault: SecretSealing {
    package func put(secret value: String, at place: SecretPlace, in records: any HubTransaction) throws(Fault) {
        try put(Secret(value), at: place, in: records)
    }

    package func text(of secret: SealedSecret) throws(Fault) -> String {
        guard let text = try open(secret).text else {
            throw Fault(
                code: "vault.no-text", message: "The secret '\(visible(secret.place.field))' is no text.",
                remedy: "Set it again.", turn: .operator)
        }
        return text
    }
}
