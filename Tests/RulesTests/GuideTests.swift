import Glibc
import JSON
import Rules
import Testing

/// The examples of docs/rules.md: each block of rules is followed by items that say what they expect.
struct GuideTests {
    private static func page() throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(fopen("/\(root)/docs/rules.md", "re"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes.append(contentsOf: buffer[..<count]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `every example of the guide comes out as it says`() async throws {
        let blocks = try Self.page().split(separator: "```", omittingEmptySubsequences: false)
        var checked = 0
        for (index, block) in blocks.enumerated() where block.hasPrefix("json\n") {
            let reading = RuleDocument.read(try JSONValue(parsing: String(block.dropFirst(5))), name: "example")
            let document = try #require(reading.value, "\(reading.findings)")
            #expect(reading.findings.isEmpty)
            let items = try #require(blocks[index + 2].hasPrefix("jsonl\n") ? blocks[index + 2].dropFirst(6) : nil)
            let values = try items.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            let typeID = values.first?["typeId"]?.stringValue ?? ""
            let types =
                document.types.isEmpty
                ? [ItemType.inferred(id: typeID, from: values.compactMap { $0["data"]?.objectValue })] : document.types
            let program = RuleProgram(document.rules, types: types, banks: document.banks)
            #expect(program.findings.isEmpty)
            for value in values {
                let read = ItemReading(types).read(value)
                let decision = await RuleEvaluator(program).decide([try #require(read.value, "\(read.findings)")], orgID: "o")
                #expect(decision[0].results[0].passed == value["expect"]?.boolValue, "\(value)")
                checked += 1
            }
        }
        #expect(checked == 10)
    }

    @Test func `a document is a set, a rule or several, and everything wrong with it is told`() throws {
        let set: JSONValue = ["conjunction": "AND", "conditions": [["input": ["type": "USER_ID"], "comparator": "IS_NOT_PROVIDED"]]]
        #expect(RuleDocument.read(set, name: "a").value?.rules.map(\.id) == ["a"])
        #expect(RuleDocument.read(["conditionSet": set, "id": "b"], name: "a").value?.rules.map(\.id) == ["b"])
        #expect(
            RuleDocument.read(["rules": [["conditionSet": set], ["conditionSet": set]]], name: "a").value?.rules.map(\.id) == [
                "a-1", "a-2",
            ])
        let bad = RuleDocument.read(["rules": [["conditionSet": 1]], "itemTypes": [1], "banks": 1, "more": 1], name: "a")
        #expect(bad.findings.map(\.pointer.description) == ["/itemTypes/0", "/banks", "/rules/0/conditionSet", "/more"])
        #expect(RuleDocument.read(["rules": []], name: "a").value == nil)
        #expect(RuleDocument.read([], name: "a").value == nil)
    }

    @Test(arguments: [
        ("a set", #"{§}"#, "/conditions/0/signal"), ("a rule", #"{"conditionSet": {§}}"#, "/conditionSet/conditions/0/signal"),
        ("a list", #"{"rules": [{"conditionSet": {§}}]}"#, "/rules/0/conditionSet/conditions/0/signal"),
    ])
    func `what compiling finds lies where the document has it`(_ name: String, _ text: String, _ place: String) throws {
        let set = #""conjunction": "AND", "conditions": [{"input": {"type": "USER_ID"}, "signal": {"type": "NOWHERE"}}]"#
        let document = try #require(
            RuleDocument.read(try JSONValue(parsing: text.split(separator: "§").joined(separator: set)), name: "a").value)
        #expect(RuleProgram(document.rules).findings.map { document.place($0).pointer.description } == [place])
    }

    @Test func `a type is made from what items hold`() {
        let type = ItemType.inferred(
            id: "t",
            from: [
                ["a": .null, "b": 1, "c": [], "d": ["url": "https://a.test"], "e": ["x": 1.5]],
                ["a": "x", "b": "no number any more", "c": [true], "f": ["id": "1", "typeId": "u"]],
            ])
        #expect(
            type.fields == [
                .init("b", .scalar(.number)), .init("d", .scalar(.media)), .init("e", .map(key: .string, value: .number)),
                .init("a", .scalar(.string)), .init("c", .array(of: .boolean)), .init("f", .scalar(.relatedItem)),
            ])
    }
}
