import Glibc
import HostCalls
import JSON
import PluginModel
import PluginPackages
import PluginRuntime
import Testing

/// A plugin of our own format that is trusted with a secret, and says it aloud.
@Suite struct SecretsInTheLog {
    private static let manifest = #"""
        {
          "id": "test.blabber", "name": "Blabber", "version": "1.0.0", "entry": "index.js", "permissions": [],
          "configuration": [
            { "key": "token", "secret": true },
            { "key": "pin", "type": "integer", "secret": true },
            { "key": "keys", "type": "list", "secret": true },
            { "key": "unset", "secret": true },
            { "key": "city" }
          ]
        }
        """#
    private static let script = """
        const { config, log } = require('@patchbay/plugin');
        exports.blab = () => {
          const { token, pin, keys, city } = config.get();
          log.info(`token ${token}, pin ${pin}, keys ${keys.join(' and ')}, city ${city}`);
          log.warn('as fields', { token, deep: [{ pin }], [keys[0]]: keys[1], city });
          log.error(new Error(`refused: Bearer ${token}`));
          console.log('in the console', token);
          return token.length;
        };
        """

    @Test func `values of secret fields are masked wherever a plugin writes them into its log`() async throws {
        let folder = try Self.folder()
        defer { for name in ["patchbay.json", "index.js", ""] { remove("\(folder)/\(name)") } }
        let log = MemoryLogSink()
        var settings = RunnablePlugin.Settings(log: log)
        let (token, pin, keys) = ("sk-live-0451", 90_210_4711, ["alpha-key", "omega-key"])
        settings.configuration = [
            "token": .string(token), "pin": .int(Int64(pin)), "keys": .array(keys.map(JSONValue.string)), "city": "Oslo",
        ]
        let plugin = try RunnablePlugin(
            PluginFolder(at: folder, bundler: Workshop.services.bundler), settings: settings, services: Workshop.services)
        #expect(try await plugin.json("blab", .null).intValue == token.count, "the plugin itself has it")
        #expect(try await plugin.json("blab", .null).intValue == token.count, "a call later all lines have come")
        await plugin.stop()
        let lines = log.lines
        #expect(lines.count >= 4)
        for secret in [token, "\(pin)"] + keys {
            for line in lines {
                #expect(!line.message.contains(secret))
                #expect(!JSONValue.object(line.fields).serialized().contains(secret))
            }
        }
        #expect(lines.first?.message == "token •••, pin •••, keys ••• and •••, city Oslo")
        #expect(lines.dropFirst().first?.fields["city"] == "Oslo")
        #expect(lines.contains { $0.message.contains("in the console") && $0.message.contains("•••") })
    }

    private static func folder() throws -> String {
        var template = Array("/tmp/patchbay-secrets-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        for (name, text) in [("patchbay.json", manifest), ("index.js", script)] {
            let file = try #require(fopen("\(folder)/\(name)", "we"))
            fputs(text, file)
            fclose(file)
        }
        return folder
    }
}
