import JSON

/// Puts events together into one value.
///
/// What is refused is told by its kind and place, never by its text: what stands in the wrong place of a configuration may be a password, and a
/// password may begin with the signs of an alias or a tag.
struct YAMLComposer {
    struct Node {
        var value: JSONValue
        var placed: PlacedNode
        /// How much it counts towards `nodesMax`.
        var weight: Int
        /// 0 for a scalar.
        var height: Int
    }

    private enum Anchor {
        /// Its value is still being read: an alias to it would never end.
        case open
        case done(Node)
    }

    private let events: YAMLEvents
    private let limits: YAMLLimits
    private let depthMax: Int
    private var anchors: [String: Anchor] = [:]
    private var weight = 0

    private static let tagPrefix = "tag:yaml.org,2002:"

    init(_ events: YAMLEvents, limits: YAMLLimits) {
        (self.events, self.limits) = (events, limits)
        depthMax = min(limits.depthMax, YAMLLimits.depthCeiling)
    }

    mutating func document() throws(YAMLError) -> Node {
        let start = try events.next()
        guard case .documentStart = start.kind else {
            return Node(value: .null, placed: PlacedNode(position: start.position), weight: 0, height: 0)
        }
        let root = try node(try events.next(), depth: 0)
        _ = try events.next()  // the document's end
        let after = try events.next()
        guard case .streamEnd = after.kind else {
            throw error("A second document begins here; a file holds one.", after)
        }
        return root
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        if let anchor = event.anchor { anchors[anchor] = .open }
        var node: Node
        switch event.kind {
        case .alias(let name): return try alias(name, event, depth: depth)
        case .scalar(let text, let isPlain): node = try scalar(text, isPlain: isPlain, event)
        case .listStart: node = try list(event, depth: depth)
        case .mappingStart: node = try mapping(event, depth: depth)
        default: throw error("The document ends in the middle of a value.", event)
        }
        node.placed.position = event.position
        if let anchor = event.anchor { anchors[anchor] = .done(node) }
        return node
    }

    private mutating func alias(_ name: String, _ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        switch anchors[name] {
        case nil: throw error("This alias stands for an anchor that is not written above. A text that begins with '*' needs quotes.", event)
        case .open: throw error("This alias stands inside the value it stands for.", event)
        case .done(var node):
            guard depth + node.height <= depthMax else { throw tooDeep(event) }
            try count(node.weight, event)
            node.placed.position = event.position
            return node
        }
    }

    private mutating func scalar(_ text: String, isPlain: Bool, _ event: YAMLEvent) throws(YAMLError) -> Node {
        let value: JSONValue
        let core = isPlain ? CoreSchema.resolve(text) : .value(.string(text))
        switch event.tag {
        case nil: value = try taken(core, event)
        case "!", Self.tagPrefix + "str": value = .string(text)
        case Self.tagPrefix + "null", Self.tagPrefix + "bool", Self.tagPrefix + "int", Self.tagPrefix + "float":
            value = try tagged(text, event)
        default: throw foreignTag(event)
        }
        let weight = 1 + text.utf8.count / 64
        try count(weight, event)
        return Node(value: value, placed: PlacedNode(position: event.position), weight: weight, height: 0)
    }

    /// A scalar whose tag says what it has to be.
    private func tagged(_ text: String, _ event: YAMLEvent) throws(YAMLError) -> JSONValue {
        let value = try taken(CoreSchema.resolve(text), event)
        let wanted = event.tag.map { $0.dropFirst(Self.tagPrefix.count) } ?? ""
        switch (wanted, value) {
        case ("null", .null), ("bool", .bool), ("int", .int), ("float", .double): return value
        case ("float", .int(let number)): return .double(Double(number))
        default: throw error("This value is not what its tag '!!\(wanted)' says.", event)
        }
    }

    private func taken(_ outcome: CoreSchema.Outcome, _ event: YAMLEvent) throws(YAMLError) -> JSONValue {
        switch outcome {
        case .value(let value): return value
        case .refused(let reason): throw error("This value \(reason).", event)
        }
    }

    private mutating func list(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        try open(event, tag: "seq", depth: depth)
        var node = Node(value: .null, placed: PlacedNode(position: event.position), weight: 1, height: 1)
        var entries: [JSONValue] = []
        while true {
            let next = try events.next()
            if case .listEnd = next.kind { break }
            let entry = try self.node(next, depth: depth + 1)
            entries.append(entry.value)
            node.placed.entries.append(entry.placed)
            node.weight += entry.weight
            node.height = max(node.height, entry.height + 1)
        }
        node.value = .array(entries)
        return node
    }

    private mutating func mapping(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        try open(event, tag: "map", depth: depth)
        var node = Node(value: .null, placed: PlacedNode(position: event.position), weight: 1, height: 1)
        var members = JSONObject()
        var merges: [Node] = []
        while true {
            let keyEvent = try events.next()
            if case .mappingEnd = keyEvent.kind { break }
            let (key, isMerge) = try key(keyEvent)
            guard !members.contains(key), !(isMerge && !merges.isEmpty) else {
                throw error(isMerge ? "'<<' stands twice in this mapping." : "This key stands twice in this mapping.", keyEvent)
            }
            let valueEvent = try events.next()
            var member = try self.node(valueEvent, depth: depth + 1)
            node.weight += member.weight
            node.height = max(node.height, member.height + 1)
            if isMerge {
                merges += try mergeSources(member, valueEvent)
            } else {
                members[key] = member.value
                member.placed.position = keyEvent.position
                node.placed.members[key] = member.placed
            }
        }
        for source in merges {
            for (key, value) in source.value.objectValue ?? JSONObject() where !members.contains(key) {
                members[key] = value
                node.placed.members[key] = source.placed.members[key]
            }
        }
        node.value = .object(members)
        return node
    }

    /// Any scalar may be a key; it counts as it is written. Only an unquoted `<<` merges.
    private mutating func key(_ event: YAMLEvent) throws(YAMLError) -> (String, isMerge: Bool) {
        let text: String
        var isPlain = false
        switch event.kind {
        case .scalar(let written, let plain): (text, isPlain) = (written, plain)
        case .alias(let name):
            guard case .done(let node) = anchors[name], case .string(let written) = node.value else {
                throw error("This alias stands for no text, and only texts are keys.", event)
            }
            text = written
        default: throw error("A key is a text; this one is a list or a mapping.", event)
        }
        if let tag = event.tag, tag != "!", tag != Self.tagPrefix + "str" { throw foreignTag(event) }
        guard !(isPlain && text.isEmpty) else { throw error("A key is missing before the colon.", event) }
        try count(1 + text.utf8.count / 64, event)
        if let anchor = event.anchor {
            anchors[anchor] = .done(Node(value: .string(text), placed: PlacedNode(position: event.position), weight: 1, height: 0))
        }
        return (text, isPlain && text == "<<" && event.tag == nil)
    }

    /// The mappings behind `<<`, the strongest first (yaml.org/type/merge).
    private func mergeSources(_ node: Node, _ event: YAMLEvent) throws(YAMLError) -> [Node] {
        switch node.value {
        case .object: return [node]
        case .array(let list) where list.allSatisfy({ $0.objectValue != nil }):
            return zip(list, node.placed.entries).map { Node(value: $0, placed: $1, weight: 0, height: 0) }
        default: throw error("'<<' merges a mapping or a list of mappings, and this is neither.", event)
        }
    }

    private mutating func open(_ event: YAMLEvent, tag: String, depth: Int) throws(YAMLError) {
        if let written = event.tag, written != "!", written != Self.tagPrefix + tag { throw foreignTag(event) }
        guard depth < depthMax else { throw tooDeep(event) }
        try count(1, event)
    }

    private mutating func count(_ more: Int, _ event: YAMLEvent) throws(YAMLError) {
        weight += more
        guard weight <= limits.nodesMax else {
            throw error("The document holds more than \(limits.nodesMax) values once its aliases are written out.", event)
        }
    }

    private func tooDeep(_ event: YAMLEvent) -> YAMLError { error("Values are nested more than \(depthMax) deep here.", event) }

    /// Tags with a meaning of their own in YAML; any other may be somebody's text.
    private static let namedTags: Set<String> = [
        "str", "int", "float", "bool", "null", "seq", "map", "set", "omap", "pairs", "binary", "timestamp", "merge", "value",
    ]

    private func foreignTag(_ event: YAMLEvent) -> YAMLError {
        let name = event.tag.flatMap { $0.hasPrefix(Self.tagPrefix) ? String($0.dropFirst(Self.tagPrefix.count)) : nil }
        let shown = name.flatMap { Self.namedTags.contains($0) ? "The tag '!!\($0)'" : nil } ?? "The tag that stands here"
        return error(
            "\(shown) is not read here; only !!str, !!int, !!float, !!bool, !!null, !!seq and !!map are. A text that begins with '!' needs quotes.",
            event)
    }

    private func error(_ message: String, _ event: YAMLEvent) -> YAMLError {
        YAMLError(message: message, line: event.position.line, column: event.position.column)
    }
}
