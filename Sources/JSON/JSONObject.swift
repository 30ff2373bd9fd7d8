/// The members of a JSON object, in the order they were first written; a key stands once.
///
/// Equality ignores the order, as JSON does. Up to `scannedCountMax` members are found by looking through them, which beats hashing for
/// the small objects that plugins send; larger objects carry an index. Setting a member to nil removes it.
public struct JSONObject: Sendable {
    struct Member: Sendable {
        let key: String
        var value: JSONValue
    }

    /// Objects with more members than this keep an index of their keys.
    static let scannedCountMax = 16

    private(set) var members: [Member] = []
    private var index: [ExactText: Int]?

    public init() {}

    /// Takes pairs in order; of several values for one key the last one wins, at the place of the first.
    public init(_ pairs: [(String, JSONValue)]) {
        members.reserveCapacity(pairs.count)
        for (key, value) in pairs { self[key] = value }
    }

    /// Takes members whose keys are known to differ, at most `scannedCountMax` of them.
    init(distinct members: [Member]) {
        assert(members.count <= Self.scannedCountMax)
        self.members = members
    }

    mutating func reserveCapacity(_ count: Int) {
        members.reserveCapacity(count)
        if count > Self.scannedCountMax {
            if index == nil { buildIndex() }
            index?.reserveCapacity(count)
        }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.map(\.key) }
    public var values: [JSONValue] { members.map(\.value) }

    public subscript(_ key: String) -> JSONValue? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let place?, let value?): members[place].value = value
            case (nil, let value?): append(key, value)
            case (let place?, nil): remove(at: place)
            case (nil, nil): break
            }
        }
    }

    public func contains(_ key: String) -> Bool { position(of: key) != nil }

    func position(of key: String) -> Int? {
        if let index { return index[ExactText(key)] }
        return members.firstIndex { sameCodePoints($0.key, key) }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        members.append(Member(key: key, value: value))
        if index != nil {
            index?[ExactText(key)] = members.count - 1
        } else if members.count > Self.scannedCountMax {
            buildIndex()
        }
    }

    private mutating func remove(at place: Int) {
        members.remove(at: place)
        if index != nil { buildIndex() }  // every later place has moved
    }

    private mutating func buildIndex() {
        var built: [ExactText: Int] = [:]
        built.reserveCapacity(members.count)
        for (place, member) in members.enumerated() { built[ExactText(member.key)] = place }
        index = built
    }
}

extension JSONObject: Sequence {
    public struct Iterator: IteratorProtocol, Sendable {
        var members: IndexingIterator<[Member]>

        public mutating func next() -> (key: String, value: JSONValue)? {
            members.next().map { ($0.key, $0.value) }
        }
    }

    public func makeIterator() -> Iterator { Iterator(members: members.makeIterator()) }
    public var underestimatedCount: Int { count }
}

extension JSONObject: Hashable {
    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.count == b.count && a.members.allSatisfy { b[$0.key] == $0.value }
    }

    /// Members are combined by addition, because equal objects may list them in different orders.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members {
            var each = Hasher()
            each.combine(ExactText(member.key))
            each.combine(member.value)
            sum &+= each.finalize()
        }
        hasher.combine(count)
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension JSONObject: CustomStringConvertible {
    public var description: String { JSONValue.object(self).serialized() }
}
