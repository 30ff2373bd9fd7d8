import Testing

/// What somebody does with the pages; a script of `stories/` does it in a real Chromium.
struct Story: Sendable, CustomTestStringConvertible {
    /// The script, without its ending.
    let name: String
    let testDescription: String
    /// Whether the hub begins with the example plugins.
    var isSeeded = false

    static let all = [
        Story(name: "first_run", testDescription: "the link that the hub printed makes the first account, who signs out and in"),
        Story(
            name: "install",
            testDescription: "a package is sent, looked at, granted, called, switched off and on, and its log comes by itself"),
        Story(name: "settings_form", testDescription: "a form checks while one types, and a secret never comes back"),
        Story(name: "update", testDescription: "an update waits while the old version answers, and a failing one is taken back"),
        Story(name: "remove", testDescription: "removing shows what will go"),
        Story(name: "plugin_page", testDescription: "a plugin's page lives in a frame that cannot reach the hub"),
        Story(
            name: "rules",
            testDescription: "a moderator installs signals, builds a rule by keyboard, tests it, puts it live, and sees why a decision fell"
        ),
        Story(
            name: "catalog",
            testDescription: "signals an integration makes for an organisation, a condition with arguments, a webhook with words of its own"
        ),
        Story(name: "users", testDescription: "a user is struck, looked at, forgiven; an integration sees what an organisation shows it"),
        Story(
            name: "authoring",
            testDescription: "a signal becomes a rule; notes, copies and JSON; items as people read them; settings nobody declared"),
        Story(name: "review", testDescription: "what is to be looked at is routed to a queue, and somebody looks, acts and takes back"),
        Story(name: "many", testDescription: "a list of some hundred plugins stays quick"),
        Story(name: "keyboard", testDescription: "everything goes without a mouse"),
        Story(name: "organisations", testDescription: "a plugin is on for one organisation and off for another, by whoever may"),
        Story(name: "not_here", testDescription: "an unknown address and a failed sign-in at a provider are told in words"),
        Story(name: "member", testDescription: "somebody without rights sees no operator's button"),
        Story(name: "narrow", testDescription: "nothing sticks out on a phone, and the chosen theme stays", isSeeded: true),
        Story(name: "every_page", testDescription: "axe finds nothing on any page, in light and dark", isSeeded: true),
        Story(name: "tour", testDescription: "the README's tour goes as it says", isSeeded: true),
    ]
}
