package import JSON

/// Rules compiled for the item types, signals and banks of an organisation; evaluated over as many items as come.
///
/// A condition that stands in several rules is one leaf; an input that several conditions look at is one slot; a question that several
/// conditions ask of a signal is one ask. Each is worked out at most once an item.
package final class RuleProgram: Sendable {
    package let rules: [Rule]
    /// What compiling had to say: patterns that cannot be read, banks and signals that are not there. Such leaves are ERRORED, and the
    /// rules stand.
    package let findings: [RuleFinding]
    package let size: ProgramSize
    let roots: [Int32]
    let nodes: [NodeCode]
    let children: [Int32]
    let leaves: [LeafCode]
    let slots: [ConditionInput]
    let asks: [AskCode]
    let questions: [QuestionCode]
    let penalties: JSONValue?
    /// The most that any signal it asks wants to see around an item; nil where none does.
    let around: (parent: Bool, messagesMax: Int)?
    /// Whether each rule has a condition that asks a signal outside.
    let rulesAsking: [Bool]
    private let plans: [String: TypePlan]

    /// Compiles. Item types that are not among `types` can be judged too; no field of theirs is known.
    /// - Parameter penalties: The list that signals with `needsActionPenalties` are given.
    package convenience init(
        _ rules: [Rule], types: [ItemType] = [], signals: [SignalDescriptor] = [], banks: Banks = Banks(), penalties: [JSONValue]? = nil
    ) {
        var compiler = RuleCompiler(signals: signals, banks: banks, hasPenalties: penalties?.isEmpty == false)
        for (index, rule) in rules.enumerated() { compiler.add(rule, at: JSONPointer([String(index)])) }
        self.init(rules, compiler, types: types, penalties: penalties.map { .array($0) })
    }

    /// The same, given up between two rules once nobody wants it; then nil.
    package convenience init?(
        _ rules: [Rule], types: [ItemType], signals: [SignalDescriptor], banks: Banks, while isWanted: () -> Bool
    ) {
        var compiler = RuleCompiler(signals: signals, banks: banks, hasPenalties: false)
        for (index, rule) in rules.enumerated() {
            guard isWanted() else { return nil }
            compiler.add(rule, at: JSONPointer([String(index)]))
        }
        self.init(rules, compiler, types: types, penalties: nil)
    }

    /// Compiles each rule into a program of its own. What several compare with is made once, and all of them together are no larger than one
    /// program may be: `size` of each is that of itself and those before it. Pointers begin with the rule's place.
    package static func apart(
        _ rules: [Rule], types: [ItemType], signals: [SignalDescriptor], banks: Banks, while isWanted: () -> Bool = { true }
    ) -> [RuleProgram]? {
        var programs: [RuleProgram] = []
        var compiler = RuleCompiler(signals: signals, banks: banks, hasPenalties: false)
        for (index, rule) in rules.enumerated() {
            guard isWanted() else { return nil }
            if index > 0 { compiler = compiler.next() }
            compiler.add(rule, at: JSONPointer([String(index)]))
            programs.append(RuleProgram([rule], compiler, types: types, penalties: nil))
        }
        return programs
    }

    private init(_ rules: [Rule], _ compiler: RuleCompiler, types: [ItemType], penalties: JSONValue?) {
        self.rules = rules
        (roots, nodes, children, leaves) = (compiler.roots, compiler.nodes, compiler.children, compiler.leaves)
        (slots, asks, questions) = (compiler.slots, compiler.asks, compiler.questions)
        (findings, size) = (compiler.notes.findings, compiler.size)
        self.penalties = penalties
        var asking: [Bool] = []
        func isAsking(_ node: Int32) -> Bool {
            let code = compiler.nodes[Int(node)]
            if code.leaf >= 0 { return compiler.leaves[Int(code.leaf)].kind == .ask }
            return code.range.contains { isAsking(compiler.children[$0]) }
        }
        for root in compiler.roots { asking.append(isAsking(root)) }
        rulesAsking = asking
        let wishes = compiler.asks.compactMap(\.signal.context).filter(\.looksAround)
        around =
            wishes.isEmpty
            ? nil : (wishes.contains(where: \.showsParent), wishes.reduce(0) { max($0, $1.messagesMax) })
        var plans: [String: TypePlan] = [:]
        for type in types { plans[type.id] = TypePlan(type, rules: rules, slots: compiler.slots) }
        self.plans = plans
    }

    /// A plan is good for the very type it was made for: another version of it has its fields elsewhere.
    func plan(for type: ItemType) -> TypePlan {
        if let plan = plans[type.id], plan.type == type { return plan }
        return TypePlan(type, rules: rules, slots: slots)
    }

    /// The types of signals that conditions ask and nobody here has, by rule.
    package func missingSignals(of rule: Int) -> [String] {
        var found: [String] = []
        func look(_ node: Int32) {
            let code = nodes[Int(node)]
            if code.leaf >= 0 {
                let leaf = leaves[Int(code.leaf)]
                if let problem = leaf.problem, problem.reason == .notLoaded, let type = leaf.condition.signal?.type, !found.contains(type) {
                    found.append(type)
                }
            }
            for child in code.range { look(children[child]) }
        }
        look(roots[rule])
        return found
    }
}

/// A set or a leaf, as places in the program's lists.
struct NodeCode: Sendable {
    /// -1: it is a set.
    let leaf: Int32
    let conjunction: ConditionSet.Conjunction
    /// Its children among `children`, cheapest first.
    let range: Range<Int>
    /// Where each of those stands in the rule.
    let written: [Int32]
    let cost: Double
}

/// Why a leaf can only fail to tell.
struct LeafProblem: Sendable, Hashable {
    let reason: SignalRun.Reason
    let sentence: String
}

struct LeafCode: Sendable {
    enum Kind: UInt8, Sendable {
        case notProvided
        /// The value itself is compared.
        case plain
        case builtIn
        /// A built-in signal whose score is a number.
        case similar
        case ask
        /// It cannot be told, once there is something to look at.
        case broken
        /// What it looks at cannot be made.
        case underived
    }

    let kind: Kind
    let slot: Int
    let comparator: Comparator?
    /// A threshold that is a number, for the usual case of a number before it.
    let isNumeric: Bool
    let number: Double
    /// What a boolean score comes to.
    let whenTrue: Comparison.Result
    let whenFalse: Comparison.Result
    /// Text that has to be the same, or must not be.
    let text: String?
    let matcher: ValueMatcher?
    /// What `matcher` can look into.
    let takes: ScalarSet
    /// Which question it waits for; -1: none.
    let question: Int
    let condition: LeafCondition
    let cost: Double
    let problem: LeafProblem?
}

/// A question to a signal, but for the value.
struct AskCode: Sendable, Hashable {
    let signal: SignalDescriptor
    let subcategory: String?
    let arguments: JSONValue?
    let matchingValues: [JSONValue]
    /// Of the same values among those of the program: there may be many, and each of many conditions is looked up by its question.
    let valuesPlace: Int

    static func == (a: AskCode, b: AskCode) -> Bool {
        a.signal == b.signal && a.subcategory == b.subcategory && a.arguments == b.arguments && a.valuesPlace == b.valuesPlace
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(signal)
        hasher.combine(subcategory)
        hasher.combine(arguments)
        hasher.combine(valuesPlace)
    }
}

/// An ask about the values of a slot: several conditions may differ in nothing but their thresholds.
struct QuestionCode: Sendable, Hashable {
    let ask: Int
    let slot: Int
    /// What the signal takes, here rather than in `AskCode`: it is looked at for each condition of each item.
    let takes: ScalarSet
    let takesFullItem: Bool
    /// Whether it understands some languages only.
    let isForSomeLanguages: Bool
    /// Whether its scores are numbers where a run says nothing else.
    let isNumeric: Bool
}

/// What the slots of a program mean for one item type.
struct TypePlan: Sendable {
    enum Pick: Sendable {
        case nothing
        case field(Int)
        /// Joined by a space.
        case text([Int])
        case any([Int])
        case user, author, policies, source, fullItem
    }

    let type: ItemType
    let picks: [Pick]
    /// What each slot's values are; nil for a full item, or nothing.
    let scalars: [Scalar?]
    /// The rules that look at the type, by place.
    let rules: [Int]

    init(_ type: ItemType, rules: [Rule], slots: [ConditionInput]) {
        self.type = type
        self.rules = rules.indices.filter { rules[$0].looksAt(type) }
        var (picks, scalars): ([Pick], [Scalar?]) = ([], [])
        func fields(_ scalar: Scalar) -> [Int] { type.fields.indices.filter { type.fields[$0].type.scalar == scalar } }
        for slot in slots {
            switch slot {
            case .userID:
                picks.append(.user)
                scalars.append(.userID)
            case .fullItem(let typeIDs):
                picks.append(typeIDs?.contains(type.id) == false ? .nothing : .fullItem)
                scalars.append(nil)
            case .field(let name, let typeID):
                let place = typeID == type.id ? type.place(of: name) : nil
                picks.append(place.map { .field($0) } ?? .nothing)
                scalars.append(place.map { type.fields[$0].type.scalar })
            case .gathered(let input):
                scalars.append(input.scalar)
                switch input {
                case .allText: picks.append(.text(fields(.string)))
                case .anyImage, .anyVideo, .anyGeohash: picks.append(.any(fields(input.scalar)))
                case .author: picks.append(.author)
                case .policy: picks.append(.policies)
                case .source: picks.append(.source)
                }
            case .derived:
                picks.append(.nothing)
                scalars.append(nil)
            }
        }
        (self.picks, self.scalars) = (picks, scalars)
    }
}
