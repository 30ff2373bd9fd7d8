import Glibc
import JSON
import Manifests
import PluginModel
import Synchronization
import Testing

@testable import PluginPackages

@Suite struct StoreTests {
    @Test("a folder is copied, listed and used at once; the original may go")
    func first() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        let source = try lab.package("1.0.0", at: "extensions/acme/weather")
        try lab.folder.write("extensions/acme/weather/.git/HEAD", "ref")
        try lab.folder.write("extensions/acme/developer.json", "{}")
        try lab.folder.link("extensions/acme/weather/alias.js", to: "src/index.js")
        let outcome = try await store.install(.folder(source))
        #expect(outcome.plugin == lab.id && outcome.isNew && outcome.isCurrent && outcome.diff == nil)
        let version = try #require(outcome.version)
        #expect(version.version == "1.0.0" && version.name == "1.0.0+\(version.contentHash)" && version.contentHash.utf8.count == 64)
        #expect(version.trust == .unsigned && version.installedAt == 1000 && version.files == 3)
        Folder.remove(source, depthMax: 9)
        let active = try await store.active(lab.id)
        #expect(active.folder.hasSuffix("/files/extensions/acme/weather"))
        #expect(try FolderPackage(active.folder).siblingBytes("developer.json", bytesMax: 10) == Array("{}".utf8))
        #expect(SmallFile.kind("\(active.folder)/alias.js", following: false) == .file)
        #expect(SmallFile.kind("\(active.folder)/.git") == .missing)
        #expect(store.list().plugins.map(\.id) == [lab.id])
        #expect(try await store.verify().allSatisfy(\.isGood))
        #expect(Folder.names(store.folders.staging) == [])
    }

    @Test("the same content twice is already installed, wherever it comes from")
    func twice() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        let source = try lab.package("1.0.0")
        let first = try await store.install(.folder(source))
        _ = try PackagePacker().pack(source, to: "\(lab.folder.path)/weather.tgz")
        let second = try await store.install(.archive("\(lab.folder.path)/weather.tgz"))
        #expect(!second.isNew && second.isCurrent && second.version == first.version)
        #expect(try store.versions(of: lab.id).count == 1)
    }

    @Test("another version waits beside the first, with what it would change")
    func update() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        let before =
            ",\"permissions\":[\"a\",\"b\"],\"settings\":[\"key\"],\"actions\":[{\"id\":\"go\",\"title\":\"Go\"},{\"id\":\"stay\",\"title\":\"Stay\"}]"
        let after =
            ",\"permissions\":[\"b\",\"c\"],\"settings\":[\"key\",\"city\"],\"actions\":[{\"id\":\"stay\",\"title\":\"Stay\"},{\"id\":\"go\",\"title\":\"Go on\"}]"
        let first = try await store.install(.folder(lab.package("1.0.0", more: before)))
        try lab.folder.write("packages/acme.weather-2.0.0/new.txt", "new")
        let second = try await store.install(.folder(lab.package("2.0.0", more: after)))
        #expect(second.isNew && !second.isCurrent)
        let diff = try #require(second.diff)
        #expect(diff.versionBefore == "1.0.0" && diff.versionAfter == "2.0.0" && diff.asksForMore)
        #expect(
            diff.permissions.added.map(\.text) == ["c"] && diff.permissions.removed.map(\.text) == ["a"] && diff.permissions.changed.isEmpty
        )
        #expect(diff.configuration.added.map(\.key) == ["city"])
        #expect(diff.json["contributions"]?["changed"] == ["action go"] && diff.json["to"] == "2.0.0")
        #expect(diff.contributions.changed.map(\.after.title) == ["Go on"] && diff.contributions.added.isEmpty)
        #expect(diff.files.added.map(\.path) == ["new.txt"] && diff.files.changed.map(\.after.path) == ["patchbay.json"])
        #expect(try store.plugin(lab.id).currentVersion == first.version)

        try store.activate(lab.id, "2.0.0")
        #expect(try await store.active(lab.id).version == second.version)
        try store.rollback(lab.id)
        #expect(try store.plugin(lab.id).currentVersion == first.version)
        #expect(try await code { _ = try store.rollback(lab.id) } == "package.nothing-before")
        try store.rollback(lab.id, to: String(second.version!.contentHash.prefix(8)))
        #expect(try store.plugin(lab.id).currentVersion == second.version)
        #expect(try await code { _ = try store.activate(lab.id, "9.0.0") } == "package.no-such-version")
        #expect(try await code { _ = try store.activate(PluginID("none"), "1.0.0") } == "package.not-installed")
    }

    @Test("two packages of one version lie beside each other and are told apart by their hashes")
    func sameVersion() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        _ = try await store.install(.folder(lab.package("1.0.0")))
        let other = try await store.install(.folder(lab.package("1.0.0", text: "let a = 2")))
        #expect(other.isNew)
        #expect(try await code { _ = try store.activate(lab.id, "1.0.0") } == "package.ambiguous-version")
        try store.activate(lab.id, other.version!.name)
        #expect(try store.plugin(lab.id).currentVersion == other.version)
    }

    @Test("archives lose the one folder they are wrapped in, and only that", arguments: ["package", "weather-main", ""])
    func wrapped(_ wrapper: String) async throws {
        let lab = try StoreLab()
        let prefix = wrapper.isEmpty ? "" : wrapper + "/"
        var tar = TarBuilder()
        tar.add("\(prefix)patchbay.json", "{\"id\":\"acme.weather\"}")
        tar.add("\(prefix)lib/a.js", "1")
        var zip = ZipBuilder()
        zip.add("\(prefix)patchbay.json", "{\"id\":\"acme.weather\"}")
        zip.add("\(prefix)lib/a.js", "1")
        zip.add("__MACOSX/._lib", "x")
        try SmallFile.write(tar.tgz, toNew: "\(lab.folder.path)/weather.tgz")
        try SmallFile.write(zip.zip, toNew: "\(lab.folder.path)/weather.zip")
        let store = try lab.store()
        let first = try await store.install(.archive("\(lab.folder.path)/weather.tgz"))
        let second = try await store.install(.archive("\(lab.folder.path)/weather.zip"))
        #expect(first.isNew && !second.isNew)
        #expect(first.version?.name.hasPrefix("none+") == true)
        let active = try await store.active(lab.id)
        #expect(Folder.names(active.folder) == ["lib", "patchbay.json"])
        #expect(Paths.lastComponent(active.folder) == (wrapper == "weather-main" ? wrapper : "weather"))
    }

    @Test("a package comes by its npm name, and by an address that the caller fetches")
    func otherSources() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        try lab.package("1.0.0", at: "project/node_modules/@acme/weather")
        try lab.folder.write("project/node_modules/@acme/weather/package.json", "{\"name\":\"@acme/weather\",\"main\":\"src/index.js\"}")
        let source = PackageSource.npm(name: "@acme/weather", from: "\(lab.folder.path)/project")
        #expect(try await store.install(source).isNew)
        #expect(try await code { _ = try await store.install(.npm(name: "none", from: lab.folder.path)) } == "package.not-found")

        let tgz = "\(lab.folder.path)/two.tgz"
        let packed = try PackagePacker().pack(lab.package("2.0.0"), to: tgz)
        var options = InstallOptions()
        options.fetch = { address throws(StoreError) in tgz }
        options.integrity = packed.integrity
        let fetched = try await store.install(.address("https://store.test/weather.tgz?token=a/b"), options: options)
        #expect(fetched.isNew && fetched.version?.contentHash == packed.contentHash)
        #expect(try store.folder(of: #require(fetched.version), of: lab.id).hasSuffix("/files/weather"))
        options.integrity = try Integrity("sha512-\(Base64.text([UInt8](repeating: 1, count: 64)))")
        #expect(
            try await code { _ = try await store.install(.address("https://store.test/w"), options: options) }
                == "package.integrity-mismatch")
        #expect(try await code { _ = try await store.install(.address("http://store.test/w"), options: options) } == "package.not-https")
        #expect(Folder.names(store.folders.staging) == [])
    }

    @Test("an npm package brings along what it stands on, and not what the hub provides")
    func dependencies() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        try lab.package("1.0.0", at: "project/node_modules/@acme/weather")
        func dependency(_ name: String, _ others: String = "{}") throws {
            try lab.folder.write(
                "project/node_modules/\(name)/package.json", "{\"name\":\"\(name)\",\"version\":\"1.0.0\",\"dependencies\":\(others)}")
            try lab.folder.write("project/node_modules/\(name)/index.js", "exports.name = '\(name)';")
        }
        try lab.folder.write(
            "project/node_modules/@acme/weather/package.json",
            #"{"name":"@acme/weather","main":"src/index.js","dependencies":{"sky":"1","@patchbay/plugin":"1"},"peerDependencies":{"react":"18"}}"#
        )
        try dependency("sky", #"{"@acme/cloud":"1"}"#)
        try dependency("@acme/cloud")
        try dependency("react")
        try dependency("stranger")
        let installed = try await store.install(.npm(name: "@acme/weather", from: "\(lab.folder.path)/project"))
        let version = try #require(installed.version)
        let names = try store.listing(of: version, of: lab.id).files.map(\.path).filter { $0.hasPrefix("node_modules/") }
        #expect(
            Set(names.map { String($0.dropFirst(13).prefix { $0 != "." }).replacing("/index", with: "").replacing("/package", with: "") })
                == ["sky", "@acme/cloud"])
        #expect(try await store.verify(lab.id).allSatisfy(\.isGood))
    }

    @Test("what is refused leaves nothing behind")
    func refused() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        try lab.folder.write("bad/readme.txt", "no manifest")
        #expect(try await code { _ = try await store.install(.folder("\(lab.folder.path)/bad")) } == "manifest.missing")
        #expect(try await code { _ = try await store.install(.folder("\(lab.folder.path)/none")) } == "package.not-found")
        #expect(try await code { _ = try await store.install(.archive("\(lab.folder.path)/bad/readme.txt")) } == "archive.unknown-format")
        let linked = try lab.package("1.0.0")
        try lab.folder.link("packages/acme.weather-1.0.0/out", to: "/etc/passwd")
        #expect(try await code { _ = try await store.install(.folder(linked)) } == "package.link")
        var options = InstallOptions()
        options.requiredID = try PluginID("acme.other")
        #expect(try await code { _ = try await store.install(.folder(lab.package("3.0.0")), options: options) } == "package.wrong-id")
        #expect(store.list().plugins.isEmpty)
        #expect(Folder.names(store.folders.packages) == [] && Folder.names(store.folders.staging) == [])
    }

    @Test("a linked folder is read anew each time, and gives way to a version again")
    func linked() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        _ = try await store.install(.folder(lab.package("1.0.0")))
        let work = try lab.package("2.0.0-dev", at: "work")
        let outcome = try await store.install(.linked(work))
        #expect(outcome.isCurrent && outcome.version == nil)
        #expect(try await store.active(lab.id).reading.manifest?.version == "2.0.0-dev")
        try lab.package("2.0.1-dev", at: "work")
        #expect(try await store.active(lab.id).reading.manifest?.version == "2.0.1-dev")
        try lab.package("1.0.0", id: "acme.other", at: "work")
        #expect(try await code { _ = try await store.active(lab.id) } == "package.link-changed")
        try store.rollback(lab.id)
        #expect(try await store.active(lab.id).reading.manifest?.version == "1.0.0")
        let removal = try await store.remove(lab.id, version: "link")
        #expect(removal.versions == ["link"] && removal.folders.isEmpty && !removal.isWhole)
        #expect(SmallFile.kind(work) == .folder)
    }

    @Test("a removal says beforehand what goes, and then that goes")
    func removal() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        _ = try await store.install(.folder(lab.package("1.0.0")))
        _ = try await store.install(.folder(lab.package("2.0.0")))
        try store.activate(lab.id, "2.0.0")
        let plan = try await store.remove(lab.id, version: "2.0.0", dryRun: true)
        #expect(
            plan.files == 2 && plan.folders.allSatisfy { SmallFile.kind($0) == .folder } && plan.currentAfter?.hasPrefix("1.0.0+") == true)
        #expect(try store.versions(of: lab.id).count == 2)
        #expect(try await store.remove(lab.id, version: "2.0.0") == plan)
        #expect(plan.folders.allSatisfy { SmallFile.kind($0) == .missing })
        #expect(try store.plugin(lab.id).currentVersion?.version == "1.0.0")
        let rest = try await store.remove(lab.id)
        #expect(rest.isWhole && rest.currentAfter == nil)
        #expect(store.list().plugins.isEmpty && Folder.names(store.folders.packages) == [])
        #expect(try await code { _ = try await store.remove(lab.id) } == "package.not-installed")
    }

    @Test("a bit flipped, a file gone, one added, one made executable: verify finds each")
    func verify() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        _ = try await store.install(.folder(lab.package("1.0.0")))
        let folder = try await store.active(lab.id).folder
        let file = "\(folder)/src/index.js"
        var bytes = try SmallFile.read(file, bytesMax: 1000)
        bytes[3] ^= 1
        unlink(file)
        try SmallFile.write(bytes, toNew: file)
        chmod(file, 0o644)
        #expect(try await store.verify(lab.id).flatMap(\.findings).map(\.code) == ["package.file-changed"])
        bytes[3] ^= 1
        unlink(file)
        try SmallFile.write(bytes, toNew: file)
        #expect(try await store.verify(lab.id).allSatisfy(\.isGood))
        chmod(file, 0o755)
        #expect(try await store.verify(lab.id).flatMap(\.findings).map(\.code) == ["package.file-changed"])
        unlink(file)
        try SmallFile.write([], toNew: "\(folder)/src/other.js")
        #expect(try await store.verify(lab.id).flatMap(\.findings).map(\.code) == ["package.file-missing", "package.file-added"])
        symlink("/etc/passwd", "\(folder)/src/index.js")
        #expect(try await store.verify(lab.id).flatMap(\.findings).map(\.code) == ["package.link"])
    }

    @Test("an index that is damaged costs its plugin, never the store, and nothing of it is swept")
    func damagedIndex() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        let other = try PluginID("acme.other")
        _ = try await store.install(.folder(lab.package("1.0.0")))
        _ = try await store.install(.folder(lab.package("1.0.0", id: "acme.other")))
        let index = store.folders.index(other)
        unlink(index)
        try SmallFile.write(Array("{\"form\":1,".utf8), toNew: index)
        let again = try lab.store()
        let (plugins, problems) = again.list()
        #expect(plugins.map(\.id) == [lab.id] && problems.map(\.code) == ["package.index-damaged"])
        #expect(Folder.names(again.folders.plugin(other))?.count == 2)
    }

    @Test("a tree's packages are found by their manifests, not through links, and not inside each other")
    func tree() throws {
        let folder = try TemporaryFolder([
            "extensions/acme/developer.json": "", "extensions/acme/weather/plugin.json": "",
            "extensions/acme/weather/assets/plugin.json": "",
            "extensions/bob/clock/plugin.json": "", "extensions/bob/readme.txt": "", "plugins/connectors/mail/plugin.json": "",
            "plugins/channels/sms/plugin.json": "", "plugins/node_modules/x/package.json": "", "plugins/.hidden/plugin.json": "",
            "package.json": "", "elsewhere/deep/a/b/c/plugin.json": "",
        ])
        try folder.link("extensions/acme/again", to: "../bob/clock")
        func found(_ name: String) throws -> [String] {
            try PackageTree.find(in: "\(folder.path)/\(name)").map { String($0.dropFirst(folder.path.utf8.count + 1)) }
        }
        #expect(try found("extensions") == ["extensions/acme/weather", "extensions/bob/clock"])
        #expect(try found("plugins") == ["plugins/channels/sms", "plugins/connectors/mail"])
        #expect(try found("extensions/acme/weather") == ["extensions/acme/weather"])
        #expect(try found(".").count == 4)
        #expect(try found("elsewhere") == [])
        #expect(throws: StoreError.self) { try found("missing") }
    }
}

@Suite struct StoreSafetyTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let perform: @Sendable (StoreLab, PackageStore) async throws -> Void
    }

    static let changes: [Change] = [
        Change(testDescription: "the first install of another plugin") { lab, store in
            _ = try await store.install(.folder("\(lab.folder.path)/packages/acme.other-1.0.0"))
        },
        Change(testDescription: "an update") { lab, store in
            var options = InstallOptions()
            options.activation = .always
            _ = try await store.install(.folder("\(lab.folder.path)/packages/acme.weather-2.0.0"), options: options)
        },
        Change(testDescription: "an update from an archive") { lab, store in
            _ = try await store.install(.archive("\(lab.folder.path)/two.tgz"))
        },
        Change(testDescription: "a link") { lab, store in
            _ = try await store.install(.linked("\(lab.folder.path)/packages/acme.weather-2.0.0"))
        },
        Change(testDescription: "activating") { lab, store in try store.activate(lab.id, "0.9.0") },
        Change(testDescription: "rolling back") { lab, store in try store.rollback(lab.id) },
        Change(testDescription: "removing a version") { lab, store in _ = try await store.remove(lab.id, version: "1.0.0") },
        Change(testDescription: "removing a plugin") { lab, store in _ = try await store.remove(lab.id) },
    ]

    private func lab() async throws -> StoreLab {
        let lab = try StoreLab()
        let store = try lab.store()
        _ = try await store.install(.folder(lab.package("0.9.0")))
        _ = try await store.install(.folder(lab.package("1.0.0")))
        try store.activate(lab.id, "1.0.0")
        try lab.package("1.0.0", id: "acme.other")
        _ = try PackagePacker().pack(lab.package("2.0.0"), to: "\(lab.folder.path)/two.tgz")
        return lab
    }

    @Test("killed at any step, a change is there whole or not at all", arguments: changes)
    func killed(_ change: Change) async throws {
        let lab = try await lab()
        let before = try await lab.shown(lab.store())
        let steps = Mutex<[StoreStep]>([])
        let copies = "\(lab.folder.path)/copies"
        mkdir(copies, 0o700)
        // The disk as a process killed at this step would leave it: locks are gone with it, everything else stays.
        let watched = try lab.store { settings in
            settings.atStep = { step in
                let number = steps.withLock {
                    $0.append(step)
                    return $0.count
                }
                StoreLab.snapshot(lab.data, to: "\(copies)/\(number)")
            }
        }
        try await change.perform(lab, watched)
        let after = try await lab.shown(lab.store())
        #expect(after != before)
        let seen = steps.withLock { $0 }
        #expect(seen.count >= 2)
        var wasBefore = 0
        for (place, step) in seen.enumerated() {
            let copy = "\(copies)/\(place + 1)"
            let store = try lab.store(copy)
            let shown = try await lab.shown(store).replacing(copy, with: lab.data)
            #expect(shown == before || shown == after, "at \(step)")
            if shown == before { wasBefore += 1 }
            #expect(Folder.names(store.folders.staging) == [], "at \(step)")
            // Nothing lies about that no index names.
            for id in store.folders.ids() {
                let plugin = try #require(try store.folders.read(id), "at \(step)")
                #expect(
                    Set(Folder.names(store.folders.plugin(id)) ?? []) == Set(plugin.versions.map(\.name) + ["index.json"]), "at \(step)")
            }
            // And the same change can be made again, or had been.
            if shown == before {
                try await change.perform(lab, store)
                #expect(try await lab.shown(store).replacing(copy, with: lab.data) == after, "again after \(step)")
            }
        }
        #expect(wasBefore > 0)
    }

    @Test("failing at any step, a change cleans up after itself", arguments: changes)
    func failing(_ change: Change) async throws {
        for step in StoreStep.allCases {
            let lab = try await lab()
            let before = try await lab.shown(lab.store())
            let wasReached = Mutex(false)
            let failing = try lab.store { settings in
                settings.atStep = { reached throws(StoreError) in
                    guard reached == step else { return }
                    wasReached.withLock { $0 = true }
                    throw .refused("package.store-unusable", "stopped here")
                }
            }
            let stopped = try await code { try await change.perform(lab, failing) }
            #expect((stopped == "package.store-unusable") == wasReached.withLock { $0 }, "\(step)")
            #expect(Folder.names(failing.folders.staging) == [], "\(step)")
            // Before the index is renamed nothing has happened.
            if stopped != nil, step != .indexed, step != .discarding { #expect(try await lab.shown(failing) == before, "\(step)") }
            #expect(try await lab.shown(lab.store()) == lab.shown(failing), "\(step)")
        }
    }

    @Test("two dozen installs of the same plugin at once end in one")
    func crowd() async throws {
        let lab = try StoreLab()
        let source = try lab.package("1.0.0")
        _ = try lab.store()
        let outcomes = try await withThrowingTaskGroup(of: InstallOutcome.self) { group in
            // Each with a store of its own, as so many processes would have.
            for _ in 0..<24 { group.addTask { try await lab.store().install(.folder(source)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter(\.isNew).count == 1 && outcomes.allSatisfy(\.isCurrent))
        let store = try lab.store()
        #expect(try store.versions(of: lab.id).count == 1 && store.plugin(lab.id).history.count == 1)
        #expect(try await store.verify().allSatisfy(\.isGood))
        #expect(Folder.names(store.folders.staging) == [])
    }

    @Test("installs of different versions and removals at once leave a whole store")
    func mixed() async throws {
        let lab = try StoreLab()
        let store = try lab.store()
        let sources = try (0..<8).map { try lab.package("1.0.\($0)") }
        await withTaskGroup(of: Void.self) { group in
            for source in sources + sources {
                group.addTask { _ = try? await store.install(.folder(source)) }
                group.addTask { _ = try? await store.remove(lab.id, version: "1.0.3") }
                group.addTask { _ = try? lab.store() }
            }
        }
        let plugin = try store.plugin(lab.id)
        #expect(Set(plugin.versions.compactMap(\.version)).isSuperset(of: ["1.0.0", "1.0.1", "1.0.7"]))
        #expect(Set(plugin.versions.map(\.name)).count == plugin.versions.count)
        #expect(try await store.verify().allSatisfy(\.isGood))
        #expect(Set(Folder.names(store.folders.plugin(lab.id)) ?? []) == Set(plugin.versions.map(\.name) + ["index.json"]))
    }

    @Test("opening a store leaves the staging folders of the living alone, and takes those of the dead")
    func sweeping() throws {
        let lab = try StoreLab()
        let store = try lab.store()
        let living = try Staging(in: store.folders, patience: .seconds(1))
        try Folder.make("\(store.folders.staging)/dead/unpacked/a/b")
        try SmallFile.write(Array("1 1\n".utf8), toNew: "\(store.folders.staging)/dead/lock")
        try Folder.make("\(store.folders.staging)/without-lock")
        _ = try lab.store()
        #expect(Folder.names(store.folders.staging) == [Paths.lastComponent(living.folder)])
        let owner = String(decoding: try SmallFile.read("\(living.folder)/lock", bytesMax: 100), as: UTF8.self)
        #expect(owner.hasPrefix("\(getpid()) ") && owner.split(separator: " ").count == 2)
        living.discard()
    }

    @Test("who waits too long for another's change is told so")
    func busy() async throws {
        let lab = try StoreLab()
        let store = try lab.store { $0.patience = .milliseconds(20) }
        _ = try await store.install(.folder(lab.package("1.0.0")))
        let lock = try store.folders.lock(lab.id, patience: .zero)
        #expect(try await code { _ = try store.activate(lab.id, "1.0.0") } == "package.busy")
        #expect(try await code { _ = try await store.install(.folder(lab.package("2.0.0"))) } == "package.busy")
        withExtendedLifetime(lock) {}
        #expect(try store.versions(of: lab.id).count == 1)
    }
}
