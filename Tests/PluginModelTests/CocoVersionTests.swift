import Testing

@testable import PluginModel

@Suite("Coco AI's versions") struct CocoVersionTests {
    @Test("are ordered by release, a snapshot before it by its number")
    func order() throws {
        let sorted = [
            "0.8.0-SNAPSHOT-9", "0.8.0-SNAPSHOT-19", "0.8.0", "0.9.0-SNAPSHOT-2500", "0.9.0-2", "0.10.0-SNAPSHOT-0", "0.10.0",
        ]
        for (a, b) in zip(sorted, sorted.dropFirst()) { #expect(try CocoVersion(a) < CocoVersion(b), "\(a) < \(b)") }
    }

    @Test("are the same whatever their build", arguments: ["0.8.0-2518", "0.8.0+linux", "0.8.0-1+x.y", "0.8.0-0"])
    func same(_ text: String) throws {
        #expect(try CocoVersion(text) == CocoVersion("0.8.0"))
        #expect(try CocoVersion(text).hashValue == CocoVersion("0.8.0").hashValue)
        #expect(try CocoVersion(text).description == text)
    }

    @Test(
        "are refused in any other form",
        arguments: [
            "", "0.9", "v0.9.0", "0.9.0-abc", "0.9.0-SNAPSHOT-xyz", "0.9.0-SNAPSHOT-", "0.9.0-SNAPSHOT", "0.9.0-snapshot-1", "0.9.0-1.2",
            "0.9.0-01",
            "0.9.0-SNAPSHOT-1.2", "0.9.0-SNAPSHOT-99999999999999999999999", " 0.9.0", "0.9.0-SNAPSHOT.1",
        ])
    func refused(_ text: String) { #expect(throws: InvalidVersion.self) { try CocoVersion(text) } }
}
