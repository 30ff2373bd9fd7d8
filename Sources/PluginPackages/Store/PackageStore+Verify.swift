import Glibc
package import Manifests
package import PluginModel

extension PackageStore {
    /// What a version's files are found to be.
    package struct VersionCheck: Sendable, Hashable {
        package let plugin: PluginID
        package let version: InstalledVersion
        /// Empty when every byte is as it was installed.
        package let findings: [Finding]
        package var isGood: Bool { findings.isEmpty }
    }

    /// Reads every file of every version again, of one plugin or of all, and compares. Links are not looked at: they may change.
    package func verify(_ id: PluginID? = nil) async throws(StoreError) -> [VersionCheck] {
        let plugins = if let id { [try plugin(id)] } else { list().plugins }
        var checks: [VersionCheck] = []
        for plugin in plugins {
            for version in plugin.versions {
                let findings = await OwnThread.run { problems(of: version, of: plugin.id) }
                checks.append(VersionCheck(plugin: plugin.id, version: version, findings: findings))
            }
        }
        return checks
    }

    private func problems(of version: InstalledVersion, of id: PluginID) -> [Finding] {
        let remedy = "Remove this version and install it again."
        func finding(_ code: String, _ path: String, _ sentence: String) -> Finding {
            Finding(.error, code: code, place: .file(visible(path, scalarsMax: 500)), sentence, remedy: remedy)
        }
        let expected: ContentListing
        let found: ContentListing
        let package: BeneathFolder
        do throws(StoreError) {
            expected = try folders.listing(id, version.name)
            package = try PackageSigner.open(folders.package(id, version))
            var files: [ContentListing.File] = []
            // One more than was let in, so that an added file is reported as one.
            var limits = settings.limits
            limits.entriesMax *= 2
            limits.totalBytesMax *= 2
            for file in try FolderWalk.files(of: package, limits: limits, leavesOut: false) {
                files.append(try FolderWalk.read(file, in: package, limits: limits, into: nil))
            }
            found = ContentListing(files: files)
        } catch {
            if case .rejected(let findings, _) = error { return findings }
            return [Finding(.error, code: error.fault.code, place: .file(version.name), error.fault.message, remedy: remedy)]
        }
        var findings: [Finding] = []
        let changes = PackageDiff.Changes(expected.files, found.files, by: \.path)
        for file in changes.removed { findings.append(finding("package.file-missing", file.path, "This file is gone.")) }
        for file in changes.added { findings.append(finding("package.file-added", file.path, "This file was not part of the package.")) }
        for change in changes.changed {
            let what = change.before.hash == change.after.hash ? "Whether it may be executed has changed." : "Its bytes have changed."
            findings.append(finding("package.file-changed", change.after.path, what))
        }
        if expected.contentHash != version.contentHash {
            findings.append(
                finding(
                    "package.record-damaged", StoreFolders.recordFile, "The list of the version's files is not that of its content hash."))
        }
        if findings.isEmpty, case .signed(let key, _) = version.trust {
            let signature = try? PackageSignature.read(in: package)
            if signature?.key != key || signature?.isGood(id: id, version: version.version, contentHash: version.contentHash) != true {
                findings.append(finding("signature.invalid", PackageSignature.fileName, "The signature is not that of this version."))
            }
        }
        return findings
    }
}
