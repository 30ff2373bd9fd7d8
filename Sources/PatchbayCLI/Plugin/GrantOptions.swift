import PluginModel

extension ParsedArguments {
    /// The permissions of every `--grant`, in their order.
    func grants() throws(UsageError) -> [Permission] {
        var grants: [Permission] = []
        for text in values("grant") {
            do {
                grants.append(try Permission(parsing: text))
            } catch {
                throw .invalidValue(
                    of: "--grant", value: text, why: "it \(error.reason)",
                    hint: error.suggestion.map { "Did you mean '\($0)'?" } ?? "See: patchbay help permissions")
            }
        }
        return grants
    }
}
