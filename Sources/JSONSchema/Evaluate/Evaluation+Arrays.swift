import JSON

extension Evaluation {
    func applyArray(_ rules: ArrayRules, _ list: [JSONValue], _ marks: inout Marks) -> Bool {
        var fits = true
        if let limit = rules.minItems, list.count < limit {
            fits = fail("minItems", ["minItems"], "The list has \(list.count) elements and needs at least \(limit).")
        }
        if let limit = rules.maxItems, list.count > limit {
            fits = fail("maxItems", ["maxItems"], "The list has \(list.count) elements and may have at most \(limit).")
        }
        if !fits, !isCollecting { return false }
        if rules.isUnique, charge(list.count / 8), !SameValue.areDistinct(list) {
            fits = fail("uniqueItems", ["uniqueItems"], "Two elements of the list are the same.")
            if !isCollecting { return false }
        }
        let prefixed = min(rules.prefix.count, list.count)
        for place in 0..<prefixed {
            guard descend(rules.prefixKeyword, .index(place), to: .index(place), rules.prefix[place], list[place]) else {
                fits = false
                if !isCollecting || isHalted { return false }
                continue
            }
        }
        marks.markItems(below: prefixed)
        if let rest = rules.rest {
            if list.count > prefixed, program.nodes[rest].verdict == false {
                fits = fail(rules.restKeyword, [rules.restKeyword], at: .index(prefixed), "The list may have at most \(prefixed) elements.")
            } else if program.nodes[rest].verdict != true {
                for place in prefixed..<max(prefixed, list.count) where !descend(rules.restKeyword, to: .index(place), rest, list[place]) {
                    fits = false
                    if !isCollecting || isHalted { return false }
                }
            }
            marks.markAllItems()
        }
        if let contains = rules.contains, fits || isCollecting { fits = applyContains(contains, rules, list, &marks) && fits }
        return fits
    }

    private func applyContains(_ contains: Int, _ rules: ArrayRules, _ list: [JSONValue], _ marks: inout Marks) -> Bool {
        let least = rules.minContains ?? 1
        let most = rules.maxContains ?? .max
        var found = 0
        for (place, element) in list.enumerated() {
            var inner = Marks.none
            guard probe(contains, element, &inner) else {
                if isHalted { return false }
                continue
            }
            found += 1
            if rules.containsMarks { marks.markItem(place) }
            // Nobody wants to know the others.
            if found >= least, most == .max, !marks.isTracking { return true }
        }
        var fits = true
        if found < least {
            let keyword = rules.minContains == nil ? "contains" : "minContains"
            fits = fail(keyword, [keyword], "\(found) elements of the list are what 'contains' asks for; at least \(least) have to be.")
        }
        if found > most {
            fits = fail(
                "maxContains", ["maxContains"], "\(found) elements of the list are what 'contains' asks for; at most \(most) may be.")
        }
        return fits
    }

    func applyUnevaluated(_ node: SchemaNode, _ value: JSONValue, _ marks: inout Marks) -> Bool {
        switch value {
        case .array(let list): node.unevaluatedItems.map { applyUnevaluatedItems($0, list, &marks) } ?? true
        case .object(let object): node.unevaluatedProperties.map { applyUnevaluatedProperties($0, object, &marks) } ?? true
        default: true
        }
    }

    private func applyUnevaluatedItems(_ number: Int, _ list: [JSONValue], _ marks: inout Marks) -> Bool {
        var fits = true
        let isForbidden = program.nodes[number].verdict == false
        for (place, element) in list.enumerated() where !marks.hasItem(place) {
            if isForbidden {
                fits = fail("unevaluatedItems", ["unevaluatedItems"], at: .index(place), "No keyword allows this element of the list.")
            } else {
                fits = descend("unevaluatedItems", to: .index(place), number, element) && fits
            }
            if !fits, !isCollecting || isHalted { return false }
        }
        marks.markAllItems()
        return fits
    }

    private func applyUnevaluatedProperties(_ number: Int, _ object: JSONObject, _ marks: inout Marks) -> Bool {
        var fits = true
        let isForbidden = program.nodes[number].verdict == false
        for (place, member) in object.enumerated() where !marks.hasProperty(place) {
            if isForbidden {
                fits = fail(
                    "unevaluatedProperties", ["unevaluatedProperties"], at: .name(member.key),
                    "No keyword allows the member '\(shortened(member.key))'.")
            } else {
                fits = descend("unevaluatedProperties", to: .name(member.key), number, member.value) && fits
            }
            if !fits, !isCollecting || isHalted { return false }
        }
        marks.markAllProperties()
        return fits
    }
}
