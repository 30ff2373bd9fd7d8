import PluginModel
import PluginPackages

/// `patchbay serve`: starts a hub, and ends it with Ctrl-C or SIGTERM.
package struct ServeCommand: Command {
    package static let spec = CommandSpec(
        name: "serve", summary: "Start a hub",
        discussion: [
            "Starts the hub of a data folder, which is made where it is missing: packages, a database, and the key of the vault. The first start prints a link with a one-time code; whoever opens it makes the first account.",
            "The hub listens on this machine only. Another address is refused until somebody has set a password, because until then whoever comes first owns the hub. TLS belongs in front of it: see docs/operating.md.",
        ],
        examples: [
            .init("a hub on http://127.0.0.1:8420", "patchbay serve --data /srv/patchbay"),
            .init("with the example plugins, to look around", "patchbay serve --data ./data --seed plugins"),
            .init("with the plugins and settings of a file", "patchbay serve --data /srv/patchbay --config patchbay.yaml"),
            .init(
                "on PostgreSQL, behind a proxy",
                "patchbay serve --data /srv/patchbay --database postgres://patchbay@db/patchbay --public-url https://plugins.example.org"),
        ],
        options: [
            .data,
            .init("host", value: "ADDRESS", help: "Where to listen", fallback: "127.0.0.1"),
            .init("port", value: "N", help: "The port; 0 takes a free one", fallback: "\(ServeOptions.portDefault)"),
            .init(
                "database", value: "URL", help: "postgres://USER:PASSWORD@HOST/NAME",
                fallback: "PATCHBAY_DATABASE, or SQLite in the data folder"),
            .init("public-url", value: "URL", help: "Where people reach the hub, behind a proxy"),
            .init(
                "trust-proxy", value: "ADDRESS", repeats: true,
                help: "Believe what the proxy at this address says about where requests come from"),
            .init("page-suffix", value: "DOMAIN", help: "Plugins' pages live at PLUGIN.DOMAIN", fallback: "localhost"),
            .init("store", value: "DIR", repeats: true, help: "A folder of packages that the store page offers", completion: .directory),
            .init(
                "config", value: "FILE",
                help: "Take plugins and settings from a patchbay.yaml, forgeportal.yaml or integrations.config.json",
                completion: .file),
            .configurationFormat,
            .init("seed", value: "DIR", help: "Install the packages of this folder when there are no plugins yet", completion: .directory),
            .init("allow-degraded", help: "Start even if a required layer of the sandbox is missing"),
            .init("no-backup", help: "Change the schema of PostgreSQL without a dump before"),
            .init("log-json", help: "Write the log as JSON, a line each"),
        ],
        topics: ["sandbox", "exit-codes"])

    package static let runsUntilStopped = true

    let arguments: StoreArguments
    let host: String
    let port: UInt16
    let database: String?
    let publicURL: String?
    let trustedProxies: [String]
    let pageSuffix: String
    let stores: [String]
    let seed: String?
    let configuration: (path: String, format: ConfigurationFormat)?
    let allowsDegraded: Bool
    let waivesBackup: Bool
    let logsAsJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        self.arguments = StoreArguments(arguments)
        host = arguments.value("host") ?? "127.0.0.1"
        let port = try arguments.count("port", in: 0...65_535) ?? Int(ServeOptions.portDefault)
        self.port = UInt16(port)
        database = arguments.value("database")
        publicURL = arguments.value("public-url")
        if let publicURL, !publicURL.hasPrefix("http://"), !publicURL.hasPrefix("https://") {
            throw .invalidValue(
                of: "--public-url", value: publicURL, why: "it begins with neither http:// nor https://",
                hint: "Write --public-url https://plugins.example.org")
        }
        trustedProxies = arguments.values("trust-proxy")
        pageSuffix = arguments.value("page-suffix") ?? "localhost"
        stores = arguments.values("store")
        seed = arguments.value("seed")
        let format = try arguments.configurationFormat()
        configuration = try arguments.value("config").map { (path) throws(UsageError) in
            (path, try ConfigurationFormat.of(path, as: format, name: "--config"))
        }
        allowsDegraded = arguments.has("allow-degraded")
        waivesBackup = arguments.has("no-backup")
        logsAsJSON = arguments.has("log-json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        func absolute(_ path: String) -> String { Files.absolute(path, from: context.workingDirectory) }
        let named = context.environment["PATCHBAY_DATABASE"].flatMap { $0.isEmpty ? nil : $0 }
        var options = ServeOptions(
            data: try arguments.folder(in: context), host: host, port: port, database: database ?? named, publicURL: publicURL,
            trustedProxies: trustedProxies, pageSuffix: pageSuffix, stores: stores.map(absolute), seed: seed.map(absolute),
            waivedLayers: [],
            allowsDegraded: allowsDegraded,
            waivesBackup: waivesBackup, logsAsJSON: logsAsJSON, environment: context.environment)
        let output = context.terminal.output
        let errors = context.terminal.error
        if let (path, format) = configuration {
            options.configuration = try await ServedConfiguration.read(path, as: format, arguments, in: context) { errors.line($0) }
        } else {
            options.integrations =
                ConfigurationFile(environment: context.environment, workingDirectory: context.workingDirectory).path
        }
        do throws(Fault) {
            let hub = try await RunningHub.start(options) { line in errors.line(line) }
            for line in hub.greeting { output.line(line) }
            await hub.run()
            await hub.stop()
        } catch { throw CommandFailure(error) }
        return .ok
    }
}
