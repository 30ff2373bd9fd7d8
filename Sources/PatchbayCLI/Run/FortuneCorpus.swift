import PluginModel

/// One text and where it stands.
package struct CorpusText: Sendable, Equatable {
    /// The file's name within the corpus.
    package let file: String
    /// Counted from 1 within the file, empty items left out.
    package let number: Int
    package let text: String

    package init(file: String, number: Int, text: String) {
        self.file = file
        self.number = number
        self.text = text
    }
}

/// A folder of texts in the format of fortune(6): items separated by a line that holds a single `%`.
///
/// Files are read in the order of their names. Index files (`.dat`), links (the `.u8` names are links to the same text), hidden files and anything
/// with an extension are passed over; folders inside are not entered. An item that is empty or white space alone does not count.
package struct FortuneCorpus: Sendable, Equatable {
    package let folder: String
    package let texts: [CorpusText]
    package let fileCount: Int
    package let byteCount: Int

    /// Debian's collection, from the packages `fortunes` and `fortunes-min`.
    package static let defaultFolder = "/usr/share/games/fortunes"
    /// A larger file is refused rather than read half.
    static let fileBytesMax = 64 << 20
    /// Reading stops with an error beyond this many bytes in all.
    static let totalBytesMax = 512 << 20

    /// - Parameter limit: Reads no more than this many texts; later files are not opened.
    package init(folder: String, limit: Int? = nil) throws(CommandFailure) {
        guard Files.kind(folder) != .missing else { throw Self.failure(folder, why: "there is no such folder") }
        var (texts, files, bytes): ([CorpusText], Int, Int) = ([], 0, 0)
        for name in try Files.names(in: folder) where Self.isCollection(name) && Files.kind(folder + "/" + name) == .file {
            if let limit, texts.count >= limit { break }
            let content = try Files.read(folder + "/" + name, limit: min(Self.fileBytesMax, Self.totalBytesMax - bytes))
            let found = Self.texts(of: content, file: name)
            if found.isEmpty { continue }
            texts += found
            files += 1
            bytes += content.count
        }
        if let limit, texts.count > limit { texts.removeLast(texts.count - limit) }
        guard !texts.isEmpty else { throw Self.failure(folder, why: "no file in it holds a text") }
        (self.folder, self.texts, fileCount, byteCount) = (folder, texts, files, bytes)
    }

    /// The items of one file's bytes, in order.
    package static func texts(of content: [UInt8], file: String) -> [CorpusText] {
        var items: [CorpusText] = []
        func add(_ bytes: ArraySlice<UInt8>) {
            let isBlank = bytes.allSatisfy { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 || $0 == 0x09 }
            if isBlank { return }
            var body = bytes
            while let last = body.last, last == 0x0A || last == 0x0D { body.removeLast() }
            items.append(CorpusText(file: file, number: items.count + 1, text: TextDecoding.tolerant(body)))
        }
        var itemStart = content.startIndex
        var lineStart = content.startIndex
        while lineStart < content.endIndex {
            let lineEnd = content[lineStart...].firstIndex(of: 0x0A) ?? content.endIndex
            if isSeparator(content[lineStart..<lineEnd]) {
                add(content[itemStart..<lineStart])
                itemStart = min(lineEnd + 1, content.endIndex)
            }
            lineStart = lineEnd + 1
        }
        add(content[itemStart...])
        return items
    }

    /// A lone `%`, with the line end of another system allowed behind it.
    private static func isSeparator(_ line: ArraySlice<UInt8>) -> Bool {
        let percent = UInt8(ascii: "%")
        return line.elementsEqual([percent]) || line.elementsEqual([percent, 0x0D])
    }

    private static func isCollection(_ name: String) -> Bool { !name.contains(".") }

    private static func failure(_ folder: String, why: String) -> CommandFailure {
        let isDefault = folder == defaultFolder
        return CommandFailure(
            Fault(
                code: "corpus.empty", message: "there are no texts to judge", place: folder,
                remedy: isDefault ? "Install them: apt-get install fortunes" : "Name a folder of fortune files: --corpus DIR",
                turn: .operator, details: why),
            exitCode: .usage)
    }
}
