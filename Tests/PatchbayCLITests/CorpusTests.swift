import Glibc
import JSON
import PatchbayCLI
import PluginModel
import Testing

struct ItemsCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let content: [UInt8]
    let expected: [String]
    init(_ name: String, _ content: String, _ expected: [String]) { self.init(name, Array(content.utf8), expected) }
    init(_ name: String, _ content: [UInt8], _ expected: [String]) {
        (testDescription, self.content, self.expected) = (name, content, expected)
    }
}

struct CorpusTests {
    @Test(
        "a file's bytes become its texts",
        arguments: [
            ItemsCase("two items and a separator at the end", "one\n%\ntwo\n%\n", ["one", "two"]),
            ItemsCase("no separator at the end", "one\n%\ntwo\n", ["one", "two"]),
            ItemsCase("no line end at the end", "one\n%\ntwo", ["one", "two"]),
            ItemsCase("separator without a line end at the end", "one\n%", ["one"]),
            ItemsCase("several lines", "a\nb\n\nc\n%\nd\n", ["a\nb\n\nc", "d"]),
            ItemsCase(
                "a percent sign within a line separates nothing", "100 %\n%DCL-MEM-BAD\n %\n% \n%%\n", ["100 %\n%DCL-MEM-BAD\n %\n% \n%%"]),
            ItemsCase("empty items are left out", "%\n%\n\n%\none\n%\n  \t\n%\n", ["one"]),
            ItemsCase("lines of another system", "one\r\n%\r\ntwo\r\n", ["one", "two"]),
            ItemsCase("an empty file", "", []), ItemsCase("only a separator", "%", []), ItemsCase("only line ends", "\n\n\n", []),
            ItemsCase("leading spaces stay", "   indented\n%\n", ["   indented"]),
            ItemsCase("UTF-8", "Grüße\n%\n漢字\n", ["Grüße", "漢字"]),
            ItemsCase("Latin-1", [0x47, 0x72, 0xFC, 0xDF, 0x65, 0x0A], ["Grüße"]),
            ItemsCase("both in one file", [0xFC, 0x0A, 0x25, 0x0A, 0xC3, 0xBC, 0x0A], ["ü", "ü"]),
            ItemsCase("NUL and control bytes are kept", [0x61, 0x00, 0x08, 0x62], ["a\u{0}\u{8}b"]),
            ItemsCase(
                "every byte there is", Array(0x0B...0xFF).filter { $0 != 0x25 },
                [String(String.UnicodeScalarView((0x0B...0xFF).filter { $0 != 0x25 }.map { Unicode.Scalar(UInt8($0)) }))]),
        ])
    func items(_ c: ItemsCase) {
        let texts = FortuneCorpus.texts(of: c.content, file: "f")
        #expect(texts.map(\.text) == c.expected)
        #expect(texts.map(\.number) == Array(1..<(c.expected.count + 1)))
    }

    @Test("a folder gives its collections in the order of their names, and passes over everything else")
    func folder() throws {
        let scratch = try ScratchFolder()
        try write("b1\n%\nb2\n", to: scratch.path + "/beta")
        try write("a1\n", to: scratch.path + "/alpha")
        try write("index", to: scratch.path + "/alpha.dat")
        try write("notes", to: scratch.path + "/README.txt")
        try write("hidden", to: scratch.path + "/.hidden")
        try write("%\n", to: scratch.path + "/empty")
        #expect(symlink("alpha", scratch.path + "/alpha.u8") == 0)
        #expect(symlink("/etc/passwd", scratch.path + "/link") == 0)
        #expect(mkdir(scratch.path + "/folder", 0o755) == 0)
        let corpus = try FortuneCorpus(folder: scratch.path)
        #expect(corpus.texts.map { "\($0.file) \($0.number) \($0.text)" } == ["alpha 1 a1", "beta 1 b1", "beta 2 b2"])
        #expect(corpus.fileCount == 2 && corpus.byteCount == 11)
        #expect(try FortuneCorpus(folder: scratch.path, limit: 2).texts.count == 2)
        #expect(try FortuneCorpus(folder: scratch.path, limit: 1).fileCount == 1)
    }

    @Test("a folder without texts says so")
    func noTexts() throws {
        let scratch = try ScratchFolder()
        try write("index", to: scratch.path + "/alpha.dat")
        for folder in [scratch.path, scratch.path + "/missing"] {
            let failure = #expect(throws: CommandFailure.self) { try FortuneCorpus(folder: folder) }
            #expect(failure?.fault.code == "corpus.empty" && failure?.exitCode == .usage)
        }
        #expect(throws: CommandFailure.self) { try FortuneCorpus(folder: scratch.path + "/alpha.dat") }
    }

    @Test(
        "Debian's collection is read whole",
        .enabled(if: Files.kind(FortuneCorpus.defaultFolder) == .folder, "the package fortunes is not installed"))
    func debian() throws {
        let corpus = try FortuneCorpus(folder: FortuneCorpus.defaultFolder)
        // Counted once with a separate script over the files of fortunes 1:1.99.1-7.3; later versions only grew.
        #expect(corpus.texts.count > 15_000)
        #expect(corpus.fileCount > 40)
        #expect(corpus.texts.allSatisfy { !$0.text.isEmpty && $0.text.last != "\n" })
        #expect(corpus.texts.allSatisfy { !$0.text.unicodeScalars.contains("\u{FFFD}") })
        #expect(Set(corpus.texts.map { "\($0.file)/\($0.number)" }).count == corpus.texts.count)
        #expect(!corpus.texts.contains { $0.file.contains(".") })
    }
}
