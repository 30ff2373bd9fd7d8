extension ItemEvaluation {
    /// Why a decided rule came out as it did: walked once more, in the same order, with the answers that are there.
    ///
    /// Nothing is asked, and leaves that were not needed are not evaluated now either.
    package func trace(of rule: Int) -> TraceNode {
        beginTelling()
        return trace(node: Int(program.roots[rule]), of: .set(program.rules[rule].conditions))
    }

    private func trace(node: Int, of condition: Condition) -> TraceNode {
        let code = program.nodes[node]
        switch condition {
        case .leaf(let leaf): return .leaf(leaf, cost: code.cost, trace(leaf: Int(code.leaf)))
        case .set(let set):
            var decision = SetDecision(set.conjunction)
            var children: [TraceNode?] = Array(repeating: nil, count: set.conditions.count)
            for (offset, place) in code.range.enumerated() {
                let written = Int(code.written[offset])
                let child = trace(node: Int(program.children[place]), of: set.conditions[written])
                children[written] = child
                guard let outcome = child.outcome else { break }
                if decision.add(outcome.truth) { break }
            }
            let made = children.enumerated().map { written, child in child ?? Self.skipped(set.conditions[written], program, code, written)
            }
            return .set(set.conjunction, made, cost: code.cost, decision.truth.outcome)
        }
    }

    private static func skipped(_ condition: Condition, _ program: RuleProgram, _ parent: NodeCode, _ written: Int) -> TraceNode {
        guard let offset = parent.written.firstIndex(of: Int32(written)) else { preconditionFailure("every child has a node") }
        let code = program.nodes[Int(program.children[parent.range.lowerBound + offset])]
        switch condition {
        case .leaf(let leaf): return .leaf(leaf, cost: code.cost, nil)
        case .set(let set):
            let children = set.conditions.enumerated().map { skipped($1, program, code, $0) }
            return .set(set.conjunction, children, cost: code.cost, nil)
        }
    }

    private func trace(leaf: Int) -> LeafTrace? {
        let telling = LeafTelling(room)
        let clock = ContinuousClock()
        let start = clock.now
        let known = known(leaf)
        if let known, cut.contains(leaf) {
            let error = LeafTrace.Failure(code: SignalRun.Reason.tooLong.rawValue, sentence: EvaluationWatch.sentence)
            return LeafTrace(outcome: known, values: [], error: error, time: .zero, isTruncated: false)
        }
        guard let outcome = evaluate(leaf, telling: telling) else { return nil }
        // Writing it down may take longer than deciding did; what was decided stays.
        if let known, known != outcome {
            return LeafTrace(
                outcome: known, values: telling.values.filter { $0.outcome == known }, error: nil, time: .zero, isTruncated: true)
        }
        let took = clock.now - start
        let isAsked = program.leaves[leaf].kind == .ask
        return LeafTrace(
            outcome: outcome, values: telling.values,
            error: telling.problem.map { LeafTrace.Failure(code: $0.reason.rawValue, sentence: $0.sentence) },
            time: isAsked ? telling.longest : took, isTruncated: telling.isTruncated)
    }
}
