package import HostCalls
package import PluginModel
package import PluginPackages
package import Sandbox

/// What all plugins of one process share: the sandbox, the loop that waits on their behalf, the way to the network, the bundler.
package final class PluginServices: Sendable {
    package let sandbox: SandboxRuntime
    package let layout: WorkerLayout
    package let bundler: Bundler
    let loop: HostLoop
    let http: HTTPService
    private let downloads: HTTPClientOptions

    package init(sandbox options: SandboxRuntime.Options, bundler: Bundler, downloads: HTTPClientOptions = HTTPClientOptions()) {
        self.downloads = downloads
        sandbox = SandboxRuntime(options)
        layout = options.layout
        self.bundler = bundler
        loop = HostLoop(name: "pb-host-loop")
        http = HTTPService(loop: loop)
    }

    /// A file that an operator named, such as a package of a store.
    package func download(_ address: String, bytesMax: Int) async throws(Fault) -> [UInt8] {
        try await HTTPDownload(service: http, bytesMax: bytesMax, options: downloads).bytes(at: address)
    }

    package func stop() async {
        await sandbox.stop()
        loop.stop()
    }
}
