import CYAML

/// One step of the document as libyaml tells it.
struct YAMLEvent {
    enum Kind {
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(text: String, isPlain: Bool)
        case listStart
        case listEnd
        case mappingStart
        case mappingEnd
    }

    var kind: Kind
    var anchor: String?
    /// As resolved: `tag:yaml.org,2002:str`; nil where none was written.
    var tag: String?
    var position: YAMLDocument.Position
}

/// The events of a text, one after another. The text must outlive it.
final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Whether the library could set itself up; it cannot without memory.
    private let isReady: Bool

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        parser = .allocate(capacity: 1)
        isReady = yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        if isReady { yaml_parser_delete(parser) }
        parser.deallocate()
    }

    func next() throws(YAMLError) -> YAMLEvent {
        guard isReady else { throw YAMLError(message: "There is no memory left to read the file.", line: 1, column: 1) }
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let position = Self.position(event.start_mark)
        func made(_ kind: YAMLEvent.Kind, _ anchor: UnsafeMutablePointer<yaml_char_t>?, _ tag: UnsafeMutablePointer<yaml_char_t>?)
            -> YAMLEvent
        {
            YAMLEvent(kind: kind, anchor: anchor.map(Self.text), tag: tag.map(Self.text), position: position)
        }
        switch event.type {
        case YAML_STREAM_START_EVENT: return try next()
        case YAML_DOCUMENT_START_EVENT: return made(.documentStart, nil, nil)
        case YAML_DOCUMENT_END_EVENT: return made(.documentEnd, nil, nil)
        case YAML_ALIAS_EVENT: return made(.alias(event.data.alias.anchor.map(Self.text) ?? ""), nil, nil)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return made(.scalar(text: text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), scalar.anchor, scalar.tag)
        case YAML_SEQUENCE_START_EVENT: return made(.listStart, event.data.sequence_start.anchor, event.data.sequence_start.tag)
        case YAML_SEQUENCE_END_EVENT: return made(.listEnd, nil, nil)
        case YAML_MAPPING_START_EVENT: return made(.mappingStart, event.data.mapping_start.anchor, event.data.mapping_start.tag)
        case YAML_MAPPING_END_EVENT: return made(.mappingEnd, nil, nil)
        default: return made(.streamEnd, nil, nil)
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>) -> String { String(cString: pointer) }

    private static func position(_ mark: yaml_mark_t) -> YAMLDocument.Position {
        YAMLDocument.Position(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    /// The library's words, with a full stop and the place.
    private func failure() -> YAMLError {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "the library ran out of memory"
        if state.error == YAML_READER_ERROR {
            let place = place(ofByte: state.problem_offset)
            return YAMLError(message: "The file is not readable text: \(problem).", line: place.line, column: place.column)
        }
        let context = state.context.map { ", " + String(cString: $0) } ?? ""
        let place = Self.position(state.problem_mark)
        return YAMLError(message: "This is not YAML: \(problem)\(context).", line: place.line, column: place.column)
    }

    private func place(ofByte offset: Int) -> YAMLDocument.Position {
        let before = bytes.prefix(max(0, offset))
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        // Continuation bytes of UTF-8 are no code points of their own.
        let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count { $0 & 0xC0 != 0x80 } + 1
        return YAMLDocument.Position(line: line, column: column)
    }
}
