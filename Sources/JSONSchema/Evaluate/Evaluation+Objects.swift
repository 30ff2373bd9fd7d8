import JSON
import Patterns

extension Evaluation {
    func applyObject(_ rules: ObjectRules, _ object: JSONObject, _ value: JSONValue, _ marks: inout Marks) -> Bool {
        var fits = true
        if let limit = rules.minProperties, object.count < limit {
            fits = fail("minProperties", ["minProperties"], "The object has \(object.count) members and needs at least \(limit).")
        }
        if let limit = rules.maxProperties, object.count > limit {
            fits = fail("maxProperties", ["maxProperties"], "The object has \(object.count) members and may have at most \(limit).")
        }
        for name in rules.required where !object.contains(name) {
            fits = fail("required", ["required"], "The member '\(shortened(name))' is missing.")
            if !isCollecting { return false }
        }
        if !fits, !isCollecting { return false }
        if rules.looksAtMembers { fits = applyMembers(rules, object, &marks) && fits }
        if !fits, !isCollecting { return false }
        for (keyword, name, required) in rules.dependentRequired where object.contains(name) {
            for other in required where !object.contains(other) {
                fits = fail(
                    keyword, [keyword, name], "The member '\(shortened(other))' is missing, which '\(shortened(name))' needs beside it.")
                if !isCollecting { return false }
            }
        }
        for (keyword, name, schema) in rules.dependentSchemas where object.contains(name) {
            fits = within(keyword, .name(name), schema, value, &marks) && fits
            if !fits, !isCollecting || isHalted { return false }
        }
        return fits
    }

    /// `properties`, `patternProperties`, `additionalProperties` and `propertyNames`, in one walk over the members.
    private func applyMembers(_ rules: ObjectRules, _ object: JSONObject, _ marks: inout Marks) -> Bool {
        var fits = true
        for (place, member) in object.enumerated() {
            let (key, value) = member
            var isKnown = false
            if let position = rules.names.position(of: key) {
                isKnown = true
                fits = descend("properties", .name(key), to: .name(key), rules.properties[position], value) && fits
            }
            for (pattern, schema) in rules.patterns where match(pattern, key, ["patternProperties", pattern.source], at: .name(key)) {
                isKnown = true
                fits = descend("patternProperties", .name(pattern.source), to: .name(key), schema, value) && fits
            }
            if isKnown {
                marks.markProperty(place)
            } else if let additional = rules.additional {
                if program.nodes[additional].verdict == false {
                    fits = fail(
                        "additionalProperties", ["additionalProperties"], at: .name(key), "The member '\(shortened(key))' is not allowed.")
                } else {
                    fits = descend("additionalProperties", to: .name(key), additional, value) && fits
                }
            }
            if let names = rules.propertyNames {
                fits = descend("propertyNames", to: .name(key), names, .string(key)) && fits
            }
            if isHalted || (!fits && !isCollecting) { return false }
        }
        if rules.additional != nil { marks.markAllProperties() }
        return fits
    }
}
