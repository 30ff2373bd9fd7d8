import JSON
import Rules

extension HubSignal {
    /// As the gallery shows it, like those of the engine.
    var json: JSONValue {
        let (name, description) = words
        return descriptor.builtInJSON(name, description)
    }

    private var words: (name: String, description: String) {
        switch self {
        case .userScore:
            (
                "User score",
                "From 5 for users on whose items rules seldom acted in the last 90 days, and for unknown ones, to 1 for the worst."
            )
        case .userStrikeValue: ("Strikes of the user", "How many strikes policies gave the user in the last 90 days that nobody forgave.")
        }
    }
}
