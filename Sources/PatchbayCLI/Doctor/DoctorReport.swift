package import JSON

/// What a machine offers to Patchbay, in the words of `patchbay doctor`.
package struct DoctorReport: Sendable, Equatable {
    package let sections: [Section]

    package init(sections: [Section]) { self.sections = sections }

    package struct Section: Sendable, Equatable {
        package let title: String
        package let lines: [Line]

        package init(_ title: String, _ lines: [Line]) {
            self.title = title
            self.lines = lines
        }
    }

    package enum State: String, Sendable, CaseIterable { case ok, degraded, missing }

    package struct Line: Sendable, Equatable {
        package let name: String
        package let state: State
        /// What was found, e.g. `ABI 7`.
        package let detail: String
        /// Whether plugins are refused without it; otherwise it is used where it is there.
        package let isRequired: Bool
        /// What to do about it; nil when there is nothing to do.
        package let remedy: String?
        /// Told for information: whatever it is like, plugins run as well as they can.
        package let isInformation: Bool

        package init(_ name: String, _ state: State, _ detail: String, isRequired: Bool, remedy: String? = nil, isInformation: Bool = false)
        {
            self.name = name
            self.state = state
            self.detail = detail
            self.isRequired = isRequired
            self.remedy = remedy
            self.isInformation = isInformation
        }
    }

    package enum Verdict: String, Sendable { case ready, degraded, refused }

    /// `refused` when something required is missing; `degraded` when anything else is not as it should be.
    package var verdict: Verdict {
        let lines = sections.flatMap(\.lines)
        if lines.contains(where: { $0.isRequired && $0.state == .missing }) { return .refused }
        return lines.allSatisfy { $0.state == .ok || $0.isInformation } ? .ready : .degraded
    }

    package var json: JSONValue {
        let sections = sections.map { section -> JSONValue in
            let lines = section.lines.map { line -> JSONValue in
                var object = JSONObject([
                    ("name", .string(line.name)), ("state", .string(line.state.rawValue)), ("detail", .string(line.detail)),
                    ("required", .bool(line.isRequired)),
                ])
                if let remedy = line.remedy { object["remedy"] = .string(remedy) }
                return .object(object)
            }
            return .object(JSONObject([("title", .string(section.title)), ("lines", .array(lines))]))
        }
        return .object(JSONObject([("verdict", .string(verdict.rawValue)), ("sections", .array(sections))]))
    }
}
