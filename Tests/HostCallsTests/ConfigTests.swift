import HostCalls
import JSON
import PluginModel
import Testing

@Suite struct TheConfiguration {
    private let broker = Broker(
        plugin: identity(), declared: [], granted: .none,
        capabilities: [ConfigCapability(values: ["apiKey": "k", "threshold": 0.5, "nested": ["a": [1, 2]], "off": .null, "e\u{301}": 1])])

    @Test func comesWhole() throws {
        #expect(try broker.callNow("config.get")["nested"] == ["a": [1, 2]])
        #expect(try broker.callNow("config.get", ["key": .null])["threshold"] == 0.5)
    }

    @Test func comesByKey() throws {
        #expect(try broker.callNow("config.get", ["key": "apiKey"]) == "k")
        #expect(try broker.callNow("config.get", ["key": "nested"]) == ["a": [1, 2]])
        #expect(try broker.callNow("config.get", ["key": "off"]) == .null)
        #expect(try broker.callNow("config.get", ["key": "absent"]) == .null)
        #expect(try broker.callNow("config.get", ["key": ""]) == .null)
    }

    @Test func refusesAKeyThatIsNoText() async {
        #expect(await broker.call("config.get", ["key": 1]).code == "hostcall.bad-arguments")
    }
}
