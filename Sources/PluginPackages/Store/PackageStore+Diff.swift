import Manifests
package import PluginModel

extension PackageStore {
    /// What taking a version that is kept into use would change; nil when no version is in use, or one of the two cannot be read.
    package func diff(_ id: PluginID, to selector: String) async throws(StoreError) -> PackageDiff? {
        let plugin = try plugin(id)
        let name = try plugin.find(selector)
        guard let version = plugin.versions.first(where: { $0.name == name }) else { return nil }
        let reading = await examiner.examine(folder(of: version, of: id))
        guard let manifest = reading.manifest else { throw .rejected(findings: reading.findings, reading: reading) }
        return await diff(to: manifest, try listing(of: version, of: id))
    }
}
