// A hub that installs, updates, configures and removes until it is killed, and says each thing it was told is done:
// `hub-crasher FOLDER SEED`. The packages lie in FOLDER/source, one folder for each of three versions of two plugins.
import Glibc
import HostCalls
import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Storage

/// One line, at once: the pipe keeps it when the process is gone.
@Sendable func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(1, bytes, bytes.count)
}

struct Dice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % sides
    }
}

let words = CommandLine.arguments
guard words.count == 3, let seed = UInt64(words[2]) else { exit(2) }
let folder = words[1]
do {
    var options = SandboxRuntime.Options(layout: try WorkerLayout.find())
    options.poolSize = 0
    let services = PluginServices(sandbox: options, bundler: Bundler(cache: BundleCache(folder: folder + "/cache")))
    let store = try await HubStores.open(folder + "/hub.db", HubStoreOptions(isBackupWaived: true))
    let packages = try PackageStore(folder: folder + "/data", examiner: HubExaminer(services: services))
    let vault = try await Vault.start(store: store, keyRing: KeyRing(active: VaultKey([UInt8](repeating: 7, count: 32))))
    let registry = PluginRegistry(
        PluginRegistry.Parts(
            packages: packages, services: services, store: store, secrets: vault, state: store, random: Entropy.system.bytes))
    _ = try await registry.start()
    let me = Initiator(actor: "crasher", name: "Crasher")
    var dice = Dice(state: seed)
    say("open")
    while true {
        let id = try PluginID("acme.crash\(dice.roll(2))")
        let isThere = (try? await registry.plugin(id)) != nil
        switch isThere ? dice.roll(6) : 0 {
        case 0, 1:
            let version = dice.roll(3) + 1
            var shown = try await registry.install(InstallRequest(.folder("\(folder)/source/\(id)-\(version).0.0")), by: me)
            while !shown.state.isOver {
                try await Task.sleep(for: .milliseconds(1))
                shown = try await registry.installation(shown.id)
            }
            say("installed \(id) \(version) \(shown.state.rawValue)")
        case 2, 3:
            do {
                try await registry.consent(to: id, grants: [], by: me)
                say("runs \(id) \(try await registry.plugin(id).version ?? "?")")
            } catch { say("refused \(id) \(error)") }
        case 4:
            let word = "w\(dice.roll(1_000_000))"
            _ = try await registry.configure(
                id, in: .hub, ConfigurationChange(values: ["word": .string(word)], secrets: ["token": word]), by: me)
            say("word \(id) \(word)")
        default:
            _ = try await registry.remove(id, by: me)
            say("removed \(id)")
        }
    }
} catch {
    say("failed \(error)")
    exit(1)
}
