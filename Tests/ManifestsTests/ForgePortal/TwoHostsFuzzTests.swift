import JSON
import Manifests
import PluginModel
import Testing

/// SplitMix64: the same numbers for the same seed on every machine.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private let madeOpen: JSONValue = [
    "id": "org.example.contacts", "name": "Example", "version": "0.1.0", "type": "connector", "entrypoint": "./index.ts",
    "permissions": ["network:outbound:api.example.org", "event:publish:connector.*", "data:write:persons", "network:inbound"],
    "configSchema": [
        "type": "object", "required": ["apiKey"],
        "properties": ["apiKey": ["type": "string", "minLength": 3], "n": ["type": "integer", "default": 1, "enum": [1, 2]]],
    ],
]

private let madeOpenTwo: JSONValue = [
    "id": "org.example.contacts", "name": "Example", "version": "0.1.0", "type": "channel", "entrypoint": "index.ts",
    "permissions": ["network": ["a.example"], "data": ["read": ["persons"], "write": ["messages"]]],
    "config": [["key": "a", "type": "password", "label": "A", "required": true], ["key": "b"]],
]

private let forgePortal: JSONValue = [
    "name": "forge-plugin-demo", "version": "1.0.0",
    "forgeportal": [
        "engineVersion": "^1.0.0", "type": "fullstack",
        "capabilities": [
            "ui": ["entityTabs": ["a"], "entityCards": ["b"], "routes": ["/c"]],
            "backend": ["routes": ["/api/v1/plugins/demo"], "actionProviders": ["d@v1"], "catalogProviders": ["e"]],
        ],
        "permissions": ["action:run"], "config": ["k": ["type": "string", "required": true, "secret": true, "default": "x"]],
    ],
]

private let odd: [JSONValue] = [
    nil, true, false, 0, -1, 1e300, .int(.max), "", " ", "x", "..", "/", "../../etc/passwd", "\u{0}", "\u{202E}abc", [], [nil], [[]], [:],
    ["": ""], ["type": "object"], ["a": ["a": ["a": 1]]], .string(String(repeating: "é", count: 5000)), "@v1", "data:read:*",
    "network:outbound:",
]

private func mutated(_ value: JSONValue, _ dice: inout Dice) -> JSONValue {
    switch value {
    case .object(let object) where !object.isEmpty && Int.random(in: 0..<6, using: &dice) > 0:
        var changed = object
        let key = object.keys[Int.random(in: 0..<object.count, using: &dice)]
        switch Int.random(in: 0..<8, using: &dice) {
        case 0: changed[key] = nil
        case 1:
            changed[key + "s"] = changed[key]
            changed[key] = nil
        default: changed[key] = mutated(object[key] ?? nil, &dice)
        }
        return .object(changed)
    case .array(let list) where !list.isEmpty && Int.random(in: 0..<4, using: &dice) > 0:
        var changed = list
        let index = Int.random(in: 0..<list.count, using: &dice)
        switch Int.random(in: 0..<4, using: &dice) {
        case 0: changed.remove(at: index)
        case 1: changed.append(changed[index])
        default: changed[index] = mutated(list[index], &dice)
        }
        return .array(changed)
    default: return odd[Int.random(in: 0..<odd.count, using: &dice)]
    }
}

@Suite("Spoiled manifests of Made Open and ForgePortal") struct TwoHostsFuzzTests {
    @Test("are answered with findings at places that exist, never with a crash", arguments: 1...8)
    func values(seed: UInt64) throws {
        var dice = Dice(state: seed)
        for _ in 0..<400 {
            let kind = Int.random(in: 0..<3, using: &dice)
            var manifest = [madeOpen, madeOpenTwo, forgePortal][kind]
            for _ in 0...Int.random(in: 0...2, using: &dice) { manifest = mutated(manifest, &dice) }
            check(Array(manifest.serialized().utf8), isForgePortal: kind == 2, manifest)
        }
    }

    @Test("of spoiled bytes are answered too", arguments: 1...4)
    func bytes(seed: UInt64) {
        var dice = Dice(state: seed &+ 1000)
        for _ in 0..<300 {
            let kind = Int.random(in: 0..<3, using: &dice)
            var bytes = [madeOpen, madeOpenTwo, forgePortal][kind].serializedBytes()
            for _ in 0...Int.random(in: 0...3, using: &dice) {
                let index = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: bytes[index] = .random(in: 0...255, using: &dice)
                case 1: bytes.remove(at: index)
                default: bytes.insert(.random(in: 0...255, using: &dice), at: index)
                }
            }
            check(bytes, isForgePortal: kind == 2, try? JSONValue(parsing: bytes))
        }
    }

    private func check(_ bytes: [UInt8], isForgePortal: Bool, _ manifest: JSONValue?) {
        let name = isForgePortal ? ForgePortalReader.fileName : MadeOpenReader.fileName
        var files = MemoryPackage(bytes: [name: bytes])
        files["index.ts"] = ""
        if isForgePortal { files["package.json"] = #"{"name": "forge-plugin-demo", "version": "1.0.0", "main": "index.ts"}"# }
        let reading =
            isForgePortal ? ForgePortalReader.read(files, options: ReadingOptions()) : MadeOpenReader.read(files, options: ReadingOptions())
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(reading.isValid == reading.findings.errors.isEmpty, "\(text)")
        for finding in reading.findings {
            guard case .document(name, let pointer) = finding.place else { continue }
            #expect(manifest?.value(at: pointer) != nil, "\(finding) in \(text)")
            #expect(!finding.sentence.unicodeScalars.contains { $0.properties.generalCategory == .control }, "\(text)")
        }
    }
}
