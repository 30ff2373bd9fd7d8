package import HubCore
package import PluginModel

/// What the registry needs of the vault: putting a secret into its place within somebody's transaction, and opening what was read from there.
package protocol SecretSealing: Sendable {
    func put(secret value: String, at place: SecretPlace, in records: any HubTransaction) throws(Fault)
    func text(of secret: SealedSecret) throws(Fault) -> String
}
