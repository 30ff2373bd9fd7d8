import JSON

extension Evaluation {
    func applyApplicators(_ applicators: [Applicator], _ value: JSONValue, _ marks: inout Marks) -> Bool {
        var fits = true
        for applicator in applicators {
            fits = apply(applicator, value, &marks) && fits
            if isHalted || (!fits && !isCollecting) { return false }
        }
        return fits
    }

    private func apply(_ applicator: Applicator, _ value: JSONValue, _ marks: inout Marks) -> Bool {
        switch applicator {
        case .reference(let target): return within("$ref", nil, target, value, &marks)
        case .dynamicReference(let target, let name):
            return within("$dynamicRef", nil, name.flatMap(dynamicTarget) ?? target, value, &marks)
        case .allOf(let all):
            var fits = true
            for (place, each) in all.enumerated() {
                fits = within("allOf", .index(place), each, value, &marks) && fits
                if isHalted || (!fits && !isCollecting) { return false }
            }
            return fits
        case .anyOf(let all): return applyAny(all, value, &marks)
        case .oneOf(let all): return applyOne(all, value, &marks)
        case .not(let number):
            var inner = marks.fresh
            return !probe(number, value, &inner) && !isHalted || fail("not", ["not"], "This is what 'not' forbids.")
        case .condition(let condition, let then, let otherwise):
            var inner = marks.fresh
            if probe(condition, value, &inner) {
                marks.merge(inner)
                return then.map { within("then", nil, $0, value, &marks) } ?? true
            }
            return isHalted ? false : otherwise.map { within("else", nil, $0, value, &marks) } ?? true
        }
    }

    private func applyAny(_ all: [Int], _ value: JSONValue, _ marks: inout Marks) -> Bool {
        var fits = false
        for each in all {
            var inner = marks.fresh
            if probe(each, value, &inner) {
                marks.merge(inner)
                fits = true
                // The others matter only for what they mark.
                if !marks.isTracking { return true }
            }
            if isHalted { return false }
        }
        return fits || fail("anyOf", ["anyOf"], "This fits none of \(all.count) alternatives. \(closest("anyOf", all, value))")
    }

    private func applyOne(_ all: [Int], _ value: JSONValue, _ marks: inout Marks) -> Bool {
        var found: [Int] = []
        for (place, each) in all.enumerated() {
            var inner = marks.fresh
            if probe(each, value, &inner) {
                if found.isEmpty { marks.merge(inner) }
                found.append(place)
                if found.count > 1, !isCollecting { return false }
            }
            if isHalted { return false }
        }
        if found.isEmpty {
            return fail("oneOf", ["oneOf"], "This fits none of \(all.count) alternatives. \(closest("oneOf", all, value))")
        }
        let places = found.prefix(6).map(String.init).joined(separator: ", ")
        return found.count == 1 || fail("oneOf", ["oneOf"], "This fits \(found.count) alternatives (\(places)) and has to fit exactly one.")
    }

    /// The first fault of the alternative that comes nearest: the one whose first fault lies deepest, and among those the one with fewest.
    private func closest(_ keyword: String, _ all: [Int], _ value: JSONValue) -> String {
        var best: (place: Int, faults: [SchemaViolation])?
        for (place, each) in all.prefix(Self.comparedMax).enumerated() {
            let faults = hearing {
                var marks = Marks(isTracking: false)
                _ = within(keyword, .index(place), each, value, &marks)
            }
            guard let first = faults.first else { continue }
            if let known = best?.faults {
                let (depth, knownDepth) = (first.instancePath.tokens.count, known[0].instancePath.tokens.count)
                if depth < knownDepth || (depth == knownDepth && faults.count >= known.count) { continue }
            }
            best = (place, faults)
        }
        guard let best else { return "" }
        return "The closest is number \(best.place), where \(best.faults[0].instancePath.described) does not fit: \(best.faults[0].message)"
    }

    /// Alternatives looked at to find the closest.
    private static var comparedMax: Int { 50 }
}

extension JSONPointer {
    fileprivate var described: String { tokens.isEmpty ? "the whole" : "'\(shortened(description))'" }
}
