import JSON
import Patterns

/// One value being judged by one schema. Belongs to one thread and one run.
///
/// Without collecting it stops at the first violation and keeps no paths. What cannot be decided within the limits (`halt`) ends the run as
/// a violation: inside of `not` or `anyOf` it must not pass for an answer.
final class Evaluation {
    let program: SchemaProgram
    private(set) var isCollecting: Bool
    private(set) var violations: [SchemaViolation] = []
    private var halted: SchemaViolation?
    private let stepsMax: Int
    private var steps = 0
    private var depth = 0
    private var instancePath: [PathToken] = []
    private var schemaPath: [PathToken] = []
    /// The resources entered on the way here, outermost first.
    private var scope: [Int] = []
    private var matcher: PatternMatcher?
    private var gauge: StackGauge?
    /// Up to here any stack suffices: 64 times about a kilobyte, five in a debug build.
    private let shallowDepth = 64

    /// A token of a path, made into text only where a violation is told.
    enum PathToken {
        case name(String)
        case index(Int)

        var text: String {
            switch self {
            case .name(let name): name
            case .index(let index): String(index)
            }
        }
    }

    init(_ program: SchemaProgram, isCollecting: Bool, stepsMax: Int = SchemaLimits.stepsMax) {
        self.program = program
        self.isCollecting = isCollecting
        self.stepsMax = stepsMax
    }

    func run(_ instance: JSONValue) -> Bool {
        var marks = Marks.none
        let fits = evaluate(0, instance, &marks)
        if let halted {
            violations.append(halted)
            return false
        }
        return fits
    }

    /// Applies a subschema to a value. The verdict means nothing once the run has been halted.
    func evaluate(_ number: Int, _ value: JSONValue, _ marks: inout Marks) -> Bool {
        let node = program.nodes[number]
        if let verdict = node.verdict {
            return verdict || fail("false", [], "Nothing is allowed here.")
        }
        guard charge(1), depth < shallowDepth || hasRoom() else { return false }
        depth += 1
        let entersResource = program.usesDynamicScope && scope.last != node.resource
        if entersResource { scope.append(node.resource) }
        defer {
            depth -= 1
            if entersResource { scope.removeLast() }
        }
        guard node.tracks else { return apply(node, value, &marks) }
        // What neighbours of this subschema have seen is not its business; what it has seen is theirs.
        var own = Marks(isTracking: true)
        var fits = apply(node, value, &own)
        if fits || isCollecting { fits = applyUnevaluated(node, value, &own) && fits }
        marks.merge(own)
        return fits
    }

    /// Whether one may go deeper; ends the run where not.
    private func hasRoom() -> Bool {
        if gauge == nil { gauge = StackGauge() }
        if depth < SchemaLimits.evaluationDepthMax, gauge?.hasRoom == true { return true }
        return halt("depth", "It could not be decided: more than \(depth) subschemas lie in each other here.")
    }

    private func apply(_ node: SchemaNode, _ value: JSONValue, _ marks: inout Marks) -> Bool {
        var fits = true
        if let kinds = node.kinds, kinds.allowed.isDisjoint(with: Kinds(of: value)) {
            fits = fail(
                "type", ["type"], "This is \(value.kindWithArticle) and has to be of type \(kinds.names.joined(separator: " or ")).")
            if !isCollecting { return false }
        }
        if !node.values.isEmpty {
            fits = applyValues(node.values, value) && fits
            if !fits, !isCollecting { return false }
        }
        switch value {
        case .string(let text): if let rules = node.string { fits = applyString(rules, text) && fits }
        case .int, .double: if let rules = node.number { fits = applyNumber(rules, value) && fits }
        case .array(let list): if let rules = node.array { fits = applyArray(rules, list, &marks) && fits }
        case .object(let object): if let rules = node.object { fits = applyObject(rules, object, value, &marks) && fits }
        case .null, .bool: break
        }
        if !fits, !isCollecting { return false }
        if !node.applicators.isEmpty { fits = applyApplicators(node.applicators, value, &marks) && fits }
        return fits
    }

    // MARK: - Moving

    /// Applies a subschema below a keyword to the same value.
    func within(_ keyword: String, _ place: PathToken? = nil, _ number: Int, _ value: JSONValue, _ marks: inout Marks) -> Bool {
        guard isCollecting else { return evaluate(number, value, &marks) }
        schemaPath.append(.name(keyword))
        if let place { schemaPath.append(place) }
        defer { schemaPath.removeLast(place == nil ? 1 : 2) }
        return evaluate(number, value, &marks)
    }

    /// Applies a subschema below a keyword to a part of the value.
    func descend(
        _ keyword: String, _ place: PathToken? = nil, to token: @autoclosure () -> PathToken, _ number: Int, _ part: JSONValue
    ) -> Bool {
        var marks = Marks.none
        guard isCollecting else { return evaluate(number, part, &marks) }
        instancePath.append(token())
        defer { instancePath.removeLast() }
        return within(keyword, place, number, part, &marks)
    }

    /// Whether a subschema holds, without telling anything.
    func probe(_ number: Int, _ value: JSONValue, _ marks: inout Marks) -> Bool {
        let before = isCollecting
        isCollecting = false
        defer { isCollecting = before }
        return evaluate(number, value, &marks)
    }

    /// What a subschema would have to say, without saying it.
    func hearing(_ body: () -> Void) -> [SchemaViolation] {
        let before = violations
        violations = []
        defer { violations = before }
        body()
        return violations
    }

    /// The subschema a dynamic name means: the one of the outermost resource on the way here that has it.
    func dynamicTarget(_ name: String) -> Int? {
        guard let byResource = program.dynamicAnchors[name] else { return nil }
        for resource in scope { if let found = byResource[resource] { return found } }
        return nil
    }

    // MARK: - Telling

    /// Notes a violation where violations are collected; always false.
    /// - Parameter path: The keyword's path from the current subschema.
    @discardableResult
    func fail(
        _ keyword: String, _ path: @autoclosure () -> [String], at token: @autoclosure () -> PathToken? = nil,
        _ message: @autoclosure () -> String
    ) -> Bool {
        guard isCollecting, halted == nil, violations.count < SchemaLimits.violationsMax else { return false }
        violations.append(violation(keyword, path(), at: token(), message()))
        return false
    }

    private func violation(_ keyword: String, _ path: [String], at token: PathToken?, _ message: String) -> SchemaViolation {
        SchemaViolation(
            instancePath: JSONPointer(instancePath.map(\.text) + (token.map { [$0.text] } ?? [])),
            schemaPath: JSONPointer(schemaPath.map(\.text) + path), keyword: keyword, message: message)
    }

    /// Ends the run as undecided; always false. Without collecting, paths are not known and the second run finds them.
    func halt(_ keyword: String, _ message: String, _ path: [String] = [], at token: PathToken? = nil) -> Bool {
        if halted == nil { halted = violation(keyword, path, at: token, message) }
        return false
    }

    var isHalted: Bool { halted != nil }

    /// Counts work; false once the run is over.
    func charge(_ count: Int) -> Bool {
        steps += count
        if steps > stepsMax, halted == nil {
            _ = halt("steps", "It could not be decided: the schema asks for more than \(stepsMax) steps.")
        }
        return halted == nil
    }

    func match(_ pattern: Pattern, _ text: String, _ path: @autoclosure () -> [String], at token: @autoclosure () -> PathToken? = nil)
        -> Bool
    {
        if matcher == nil { matcher = PatternMatcher() }
        switch matcher?.match(pattern, text) ?? .undecided {
        case .matches: return true
        case .differs: return false
        case .undecided:
            let reason =
                text.utf8.count > SchemaLimits.patternTextBytesMax
                ? "the text has more than \(SchemaLimits.patternTextBytesMax) bytes"
                : "the pattern '\(shortened(pattern.source))' took too long on this text"
            let path = path()
            return halt(path.first ?? "pattern", "It could not be decided: \(reason).", path, at: token())
        }
    }
}
