/// One line of a machine report: a layer of the sandbox, a property of the machine, or a tool, and how it stands here.
package struct LayerStatus: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// It is there and works as it should.
        case active
        /// It works in part; `detail` says what is lacking.
        case degraded
        /// It is not there, or does not work.
        case missing
    }

    /// Stable, for programs and documents: `landlock`, `user-namespace`, `esbuild`.
    package let name: String
    package let state: State
    /// What was found, as a phrase: `ABI 7`, `refused: Operation not permitted`.
    package let detail: String
    /// Whether plugins are refused without it, unless the operator waives it.
    package let required: Bool
    /// What to do about it, as a sentence; nil when there is nothing to do.
    package let remedy: String?

    package init(_ name: String, _ state: State, _ detail: String, required: Bool = false, remedy: String? = nil) {
        self.name = name
        self.state = state
        self.detail = detail
        self.required = required
        self.remedy = remedy
    }
}
