import PatchbayCLI
import Testing

struct TextCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let expected: String
    init(_ name: String, _ text: String, _ expected: String) { (testDescription, self.text, self.expected) = (name, text, expected) }
}

struct QuantityTests {
    @Test(
        "a duration is read from a number with its unit",
        arguments: [
            ("250ms", Duration.milliseconds(250)), ("5s", .seconds(5)), ("1.5s", .milliseconds(1500)), ("2m", .seconds(120)),
            ("2min", .seconds(120)), ("3 s", .seconds(3)), ("10S", .seconds(10)),
        ])
    func durations(_ text: String, _ expected: Duration) { #expect(Duration(quantity: text) == expected) }

    @Test(
        "what is no duration is refused", arguments: ["", "5", "s", "-5s", "5 h", "5ss", "1.2.3s", "1e3s", "٣s", "99999999999999s", "5s "])
    func noDurations(_ text: String) { #expect(Duration(quantity: text) == nil) }

    @Test(
        "a size is read from a whole number with its unit",
        arguments: [("1024", 1024), ("1KB", 1024), ("64MB", 64 << 20), ("64 mb", 64 << 20), ("64m", 64 << 20), ("1GB", 1 << 30), ("0", 0)])
    func sizes(_ text: String, _ expected: Int) { #expect(Quantity.parseBytes(text) == expected) }

    @Test(
        "what is no size is refused",
        arguments: ["", "MB", "-1MB", "1.5GB", "64MiB", "9223372036854775807KB", "99999999999999999999", "1TB"])
    func noSizes(_ text: String) { #expect(Quantity.parseBytes(text) == nil) }

    @Test(
        "a duration is told in one or two units",
        arguments: [
            (Duration.microseconds(850), "850 µs"), (.milliseconds(1), "1 ms"), (.microseconds(4250), "4.3 ms"),
            (.milliseconds(12), "12 ms"),
            (.microseconds(999_900), "1 s"), (.milliseconds(4200), "4.2 s"), (.seconds(5), "5 s"), (.milliseconds(59_400), "59 s"),
            (.milliseconds(59_600), "1 min"), (.seconds(200), "3 min 20 s"), (.seconds(7500), "2 h 5 min"), (.seconds(3600), "1 h"),
            (.zero, "0 µs"),
        ])
    func briefly(_ duration: Duration, _ expected: String) { #expect(duration.brief == expected) }

    @Test(
        "numbers are told as people write them",
        arguments: [
            (Quantity.grouped(0), "0"), (Quantity.grouped(999), "999"), (Quantity.grouped(15209), "15,209"),
            (Quantity.grouped(-1_234_567), "-1,234,567"), (Quantity.grouped(Int.min), "-9,223,372,036,854,775,808"),
            (Quantity.fixed(0.5, 0), "1"), (Quantity.fixed(-0.04, 1), "0.0"), (Quantity.fixed(1234.567, 2), "1,234.57"),
            (Quantity.fixed(0.005, 2), "0.01"), (Quantity.fixed(.nan, 1), "-"), (Quantity.fixed(.infinity, 1), "-"),
            (Quantity.score(0.0341), "0.034"), (Quantity.score(7.25), "7.25"), (Quantity.score(1204), "1,204"),
            (Quantity.score(1204.55), "1,204.6"), (Quantity.score(-0.5), "-0.500"),
            (Quantity.percent(0, of: 0), "0 %"), (Quantity.percent(0, of: 9), "0 %"), (Quantity.percent(1, of: 15209), "<0.1 %"),
            (Quantity.percent(312, of: 15209), "2.1 %"), (Quantity.percent(9, of: 9), "100 %"),
            (Quantity.percent(9999, of: 10000), "100 %"),
            (Quantity.bytes(0), "0 B"), (Quantity.bytes(1023), "1,023 B"), (Quantity.bytes(64 << 20), "64 MB"),
            (Quantity.bytes(1_887_437), "1.8 MB"), (Quantity.bytes(5 << 30), "5 GB"),
        ])
    func numbers(_ text: String, _ expected: String) { #expect(text == expected) }
}

struct LayoutTests {
    @Test(
        "columns are counted as a terminal draws them",
        arguments: [
            ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("ﾊﾝｶｸ", 4), ("한국", 4), ("😀", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("…", 1),
            ("█▏", 2), ("\u{1B}[31mred\u{1B}[0m", 3), ("a\u{200B}b", 2), ("→", 1),
        ])
    func columns(_ text: String, _ expected: Int) { #expect(text.columns == expected) }

    @Test("a text is cut to its room, never within a letter")
    func fitted() {
        #expect("hello".fitted(to: 5) == "hello")
        #expect("hello".fitted(to: 4) == "hel…")
        #expect("漢字漢字".fitted(to: 6) == "漢字…")
        #expect("漢字漢字".fitted(to: 7) == "漢字漢…")
        #expect("e\u{301}e\u{301}e\u{301}".fitted(to: 2) == "e\u{301}…")
        #expect("hello".fitted(to: 1) == "…")
        #expect("hello".fitted(to: 0) == "")
    }

    @Test("words wrap at the width, a long word stands alone, units stay with their number")
    func wrap() {
        #expect(TextWrap.lines("one two three", width: 7) == ["one two", "three"])
        #expect(TextWrap.lines("one two three", width: 7, indent: "  ") == ["one two", "  three"])
        #expect(TextWrap.lines("see https://example.com/long/path ok", width: 10) == ["see", "https://example.com/long/path", "ok"])
        #expect(TextWrap.lines("at most 4 GB.", width: 9) == ["at most", "4 GB."])
        #expect(TextWrap.lines("a\n\nb", width: 10) == ["a", "", "b"])
        #expect(TextWrap.lines("", width: 10) == [""])
        #expect(TextWrap.lines("  margin stays", width: 20) == ["  margin stays"])
    }

    @Test(
        "what a terminal would act on becomes visible",
        arguments: [
            TextCase("escape sequence", "a\u{1B}[2Jb", "a␛[2Jb"), TextCase("one-byte sequence start", "a\u{9B}2Jb", "a\u{FFFD}2Jb"),
            TextCase("line breaks and tabs", "a\r\nb\tc", "a  b c"), TextCase("backspace", "a\u{8}b", "a␈b"),
            TextCase("delete", "a\u{7F}", "a␡"),
            TextCase("direction override", "a\u{202E}b", "a\u{FFFD}b"), TextCase("isolate", "\u{2066}a", "\u{FFFD}a"),
            TextCase("bell", "\u{7}", "␇"), TextCase("plain text", "Grüße, 漢字 😀", "Grüße, 漢字 😀"),
        ])
    func safe(_ c: TextCase) { #expect(SafeText.line(c.text) == c.expected) }

    @Test("JSON for a terminal keeps its value and loses its teeth")
    func safeJSON() {
        #expect(SafeText.json("{\"a\":\"\u{9B}31m\u{202E}\"}") == "{\"a\":\"\\u009b31m\\u202e\"}")
        #expect(SafeText.json("{\"a\":\"ü\"}") == "{\"a\":\"ü\"}")
    }

    @Test("a table aligns, and its flexible column gives way")
    func table() {
        var table = Table([.init("Name"), .init("Count", isNumeric: true), .init("Text", isFlexible: true, least: 6)])
        table.add(["one", "5", "short"])
        table.add(["漢字", "1,234", "a rather long text that does not fit"])
        table.add(["three"])
        #expect(
            table.lines(width: 30, style: .plain) == [
                "Name   Count  Text",
                "one        5  short",
                "漢字   1,234  a rather long t…",
                "three",
            ])
        #expect(table.lines(width: 5, style: .plain)[2] == "漢字   1,234  a rat…", "no narrower than its least width")
        #expect(table.lines(width: 30, style: .plain, indent: 2, showsTitles: false)[0] == "  one        5  short")
        for line in table.lines(width: 30, style: .coloured) { #expect(line.columns <= 30) }
    }

    @Test("columns that may be missing leave, last one first, only when nothing else helps")
    func optionalColumns() {
        var table = Table([
            .init("A"), .init("B", isNumeric: true, isOptional: true), .init("C", isFlexible: true, least: 4), .init("D", isOptional: true),
        ])
        table.add(["aaaa", "1234", "cccccccc", "dddd"])
        let lines = [26, 22, 21, 20, 15, 5].map { table.lines(width: $0, style: .plain)[1] }
        #expect(
            lines == [
                "aaaa  1234  cccccccc  dddd", "aaaa  1234  ccc…  dddd", "aaaa  1234  cccccccc", "aaaa  1234  cccccccc", "aaaa  cccccccc",
                "aaaa  ccc…",
            ])
    }
}
