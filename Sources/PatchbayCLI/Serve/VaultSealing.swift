import Hub
import HubCore
import PluginModel

/// The vault as the registry needs it.
struct VaultSealing: SecretSealing {
    let vault: Vault

    func put(secret value: String, at place: SecretPlace, in records: any HubTransaction) throws(Fault) {
        try vault.put(Secret(value), at: place, in: records)
    }

    func text(of secret: SealedSecret) throws(Fault) -> String {
        guard let text = try vault.open(secret).text else {
            throw Fault(
                code: "vault.secret-damaged", message: "The secret '\(secret.place.field)' of '\(secret.place.owner)' is no text.",
                remedy: "Set it anew.", turn: .operator)
        }
        return text
    }
}
