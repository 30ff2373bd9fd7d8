internal import HostCalls
package import PluginPackages
package import Sandbox

/// What all plugins of one process share: the sandbox, the loop that waits on their behalf, the way to the network, the bundler.
package final class PluginServices: Sendable {
    package let sandbox: SandboxRuntime
    package let layout: WorkerLayout
    package let bundler: Bundler
    let loop: HostLoop
    let http: HTTPService

    package init(sandbox options: SandboxRuntime.Options, bundler: Bundler) {
        sandbox = SandboxRuntime(options)
        layout = options.layout
        self.bundler = bundler
        loop = HostLoop(name: "pb-host-loop")
        http = HTTPService(loop: loop)
    }

    package func stop() async {
        await sandbox.stop()
        loop.stop()
    }
}
