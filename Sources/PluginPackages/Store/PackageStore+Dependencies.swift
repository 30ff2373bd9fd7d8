import Glibc
import Manifests
import PluginModel

extension PackageStore {
    /// Copies the installed packages that an npm package stands on, directly or through others, beneath its own `node_modules`, where they are
    /// found the same way. npm puts them beside the package, and there they would be left behind. Modules the hub provides are not copied.
    ///
    /// A signed package is taken as it was signed. Gives whether anything was copied.
    func copyDependencies(of package: String, into folder: String) throws(StoreError) -> Bool {
        guard SmallFile.kind(Paths.join(folder, PackageSignature.fileName)) == .missing else { return false }
        let dependencies: [String]
        do {
            dependencies = try FolderView.package(at: package, provided: PackageBuilder.everyProvidedModule).folders.dropFirst().map(
                \.hostPath)
        } catch {
            throw refusal(error.cause)
        }
        var known: [String: String] = [:]
        for dependency in dependencies {
            guard let name = try? PackageFile.read(folder: dependency)?.packageName, isPackageName(name) else { continue }
            if let other = known[name] {
                throw refusal("It stands on two versions of '\(name)' (\(Paths.lastComponent(other)), \(Paths.lastComponent(dependency)))")
            }
            known[name] = dependency
            let target = Paths.join(folder, "node_modules/\(name)")
            // One that the package brings along itself is the one it means.
            guard SmallFile.kind(target, following: false) == .missing else { continue }
            do { try Folder.make(target) } catch { throw .unusable("make a folder for '\(name)'", error) }
            _ = try FolderWalk.copy(PackageSigner.open(dependency), to: target, limits: settings.limits, progress: nil)
        }
        return !known.isEmpty
    }

    private func refusal(_ cause: String) -> StoreError {
        .refused(
            "package.dependencies", "\(visible(cause, scalarsMax: 500)).",
            remedy: "Ship the package with its dependencies bundled.", turn: .plugin)
    }
}
