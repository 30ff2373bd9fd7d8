import CBeast

/// Header fields in their order, repeated ones included. Names are compared without regard to case.
///
/// A request's fields are read from its bytes when they are asked for; changing them makes texts of all.
package struct HTTPHeaders: Sendable, Sequence, ExpressibleByDictionaryLiteral {
    package typealias Element = (name: String, value: String)

    private enum Storage: Sendable {
        case received(ReceivedHead)
        case list([Element])
    }
    private var storage: Storage

    package init() { storage = .list([]) }
    package init(_ fields: [Element]) { storage = .list(fields) }
    package init(dictionaryLiteral fields: (String, String)...) { storage = .list(fields.map { (name: $0, value: $1) }) }
    init(_ head: ReceivedHead) { storage = .received(head) }

    package var count: Int {
        switch storage {
        case .received(let head): head.fieldCount
        case .list(let fields): fields.count
        }
    }

    private var fields: [Element] {
        get {
            switch storage {
            case .received(let head): (0..<head.fieldCount).map { (head.text(head.field($0).name), head.text(head.field($0).value)) }
            case .list(let fields): fields
            }
        }
        set { storage = .list(newValue) }
    }

    package func makeIterator() -> IndexingIterator<[Element]> { fields.makeIterator() }

    /// The first value of this name. Setting replaces every one; nil removes them.
    package subscript(_ name: String) -> String? {
        get {
            switch storage {
            case .received(let head):
                (0..<head.fieldCount).first { head.name($0, is: name) }.map { head.text(head.field($0).value) }
            case .list(let fields): fields.first { $0.name.equalsIgnoringCase(name) }?.value
            }
        }
        set {
            var kept = fields
            kept.removeAll { $0.name.equalsIgnoringCase(name) }
            if let newValue { kept.append((name, newValue)) }
            fields = kept
        }
    }

    /// Every value of this name, in order.
    package func values(_ name: String) -> [String] {
        switch storage {
        case .received(let head): (0..<head.fieldCount).filter { head.name($0, is: name) }.map { head.text(head.field($0).value) }
        case .list(let fields): fields.filter { $0.name.equalsIgnoringCase(name) }.map(\.value)
        }
    }

    /// Adds a field after those of the same name.
    package mutating func add(_ name: String, _ value: String) {
        if case .list(var list) = storage {
            storage = .list([])
            list.append((name, value))
            storage = .list(list)
        } else {
            fields += [(name, value)]
        }
    }
}
