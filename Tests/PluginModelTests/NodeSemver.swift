import Glibc
import JSON
import Testing

/// Debian's node-semver, asked in one process about many ranges and versions.
enum NodeSemver {
    static var isInstalled: Bool {
        system("NODE_PATH=/usr/share/nodejs node -e 'require(\"semver\")' >/dev/null 2>&1") == 0
    }

    /// For each range a `1` or `0` for each version, or `-` where the range cannot be read.
    static func judge(_ ranges: [String], _ versions: [String]) throws -> [String] {
        var template = Array("/tmp/patchbay-semver-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer { unlink(path) }
        let question: JSONValue = ["ranges": .array(ranges.map(JSONValue.string)), "versions": .array(versions.map(JSONValue.string))]
        let bytes = question.serializedBytes()
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        let script = """
            const semver = require("semver"), q = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
            console.log(JSON.stringify(q.ranges.map((text) => {
              let range;
              try { range = new semver.Range(text); } catch { return "-"; }
              return q.versions.map((v) => range.test(v) ? "1" : "0").join("");
            })));
            """
        let pipe = try #require(popen("NODE_PATH=/usr/share/nodejs node -e '\(script)' \(path)", "r"))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { answer += buffer[..<count] }
        try #require(pclose(pipe) == 0)
        return try #require(try JSONValue(parsing: answer).arrayValue).compactMap(\.stringValue)
    }
}

/// Makes versions, and ranges that are mostly right and sometimes nearly so, from a seed.
struct RangeMaker {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &self)] }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    private mutating func number() -> String { pick(["0", "0", "1", "1", "2", "3", "10"]) }

    private mutating func prerelease() -> String { pick(["a", "0", "a.1", "a.2", "a.10", "beta", "1.2", "rc-1", "-"]) }

    mutating func version() -> String {
        "\(number()).\(number()).\(number())" + (chance(40) ? "-\(prerelease())" : "") + (chance(10) ? "+b.1" : "")
    }

    private mutating func place() -> String { chance(12) ? pick(["x", "X", "*"]) : number() }

    private mutating func partial() -> String {
        var text = chance(6) ? pick(["v", "=", "v=", "= ", "vv", "v "]) : ""
        text += place()
        if chance(80) {
            text += "." + place()
            if chance(80) {
                text += "." + place()
                if chance(30) { text += "-" + prerelease() }
                if chance(8) { text += pick(["+b", "+01.x", "+"]) }
            }
        }
        if chance(3) { text += pick(["*", ".", "-", ".0", "x", "=", " ="]) }
        return text
    }

    private mutating func blanks() -> String { chance(80) ? "" : pick([" ", "  ", "\t", "\n"]) }

    private mutating func word() -> String {
        let relation = chance(60) ? pick(["^", "~", "~>", ">", "<", ">=", "<=", "=", "^", "~"]) : ""
        let odd = chance(3) ? pick(["=", ">", "<", "^", "~", "*", "v", "!"]) : ""
        return odd + relation + blanks() + partial()
    }

    private mutating func alternative() -> String {
        if chance(15) { return partial() + pick([" - ", "  -  ", " -", "- ", " - ", " - "]) + partial() }
        return (0..<pick([1, 1, 1, 2, 2, 3])).map { _ in word() }.joined(separator: pick([" ", "  ", "\t", " "]))
    }

    mutating func range() -> String {
        let parts = (0..<pick([1, 1, 1, 2, 3])).map { _ in chance(3) ? "" : alternative() }
        return blanks() + parts.joined(separator: pick(["||", " || ", "||", " ||", chance(5) ? "|" : "||"])) + blanks()
    }
}

extension RangeMaker: RandomNumberGenerator {
    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
