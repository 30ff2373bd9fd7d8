/// A page about an idea that several commands share.
package struct HelpTopic: Sendable {
    package let name: String
    package let summary: String
    package let blocks: [Block]

    package enum Block: Sendable {
        case heading(String)
        case paragraph(String)
        case entries([(String, String)])
        case code([String])
    }

    package static let all: [HelpTopic] = [formats, permissions, sandbox, exitCodes]

    package static func named(_ name: String) -> HelpTopic? { all.first { $0.name == name } }
}

extension HelpTopic {
    static let formats = HelpTopic(
        name: "formats", summary: "the five formats a package can come in, and how they are told apart",
        blocks: [
            .code(["patchbay plugin validate plugins/"]),
            .entries([
                ("patchbay", "Our own: patchbay.json. It can say everything the others can, in one plugin."),
                (
                    "coop",
                    "An npm package that exports a Coop integration. Its manifest is code: it is evaluated in the sandbox without rights."
                ),
                ("coco", "A Coco AI extension: plugin.json with commands, views or quicklinks; a folder, or a zip of the store."),
                ("made-open", "A Made Open plugin: plugin.json whose type is connector, channel or operator."),
                ("forgeportal", "An npm package with forgeportal-plugin.json."),
            ]),
            .paragraph(
                "The format is recognised from the files in the folder; --format says it where they do not. Packages load unmodified: what their own host accepts is valid here, and every finding says where it is and what to do."
            ),
        ])

    static let permissions = HelpTopic(
        name: "permissions", summary: "what a plugin may do, who asks for it and who grants it",
        blocks: [
            .code(["patchbay plugin call ./weather forecast '\"Oslo\"' --grant network:outbound:api.weather.test"]),
            .paragraph(
                "A plugin can compute and send messages. Anything else is a request to the hub, and the hub answers only what is both asked for and granted: the plugin's manifest lists a permission under \"permissions\", and you grant it. A permission that only one side names is refused, and the refusal says which side is missing."
            ),
            .heading("What there is, written capability:direction:resource"),
            .entries(permissionForms.map { ($0.form, $0.meaning) }),
            .heading("Rules"),
            .entries([
                ("both sides", "The manifest asks, the operator grants. Neither alone is enough."),
                ("per call", "With 'plugin call' a grant holds for that one call. Nothing is kept."),
                (
                    "refusals",
                    "A refused request is an error inside the plugin, which may catch it. If it does not, the call ends with exit code 3."
                ),
                ("free", "Logging, reading its own configuration and keeping its own state need no permission."),
            ]),
        ])

    /// One line for every permission of `Permission.heads`; a test holds the two lists together.
    package static let permissionForms: [(form: String, meaning: String)] = [
        ("network:outbound:HOST[:PORT]", "Send https requests to that host; *.example.com for those below it; http://HOST for plain http."),
        ("network:inbound", "Receive webhooks."),
        ("network:private:RANGE@HOST", "Let that one host have an address of a private range, as in 10.0.0.0/8@nas.example."),
        ("event:publish:SUBJECT", "Publish events; * stands for one part of the subject, a last > for one or more."),
        ("data:read:TABLE", "Read one table of the hub's data, such as persons."),
        ("data:write:TABLE", "Write to one table; reading is asked for by itself."),
        ("engine:jit", "Compile to machine code: faster loops, thinner walls."),
        ("engine:wasm", "Run WebAssembly: likewise."),
    ]

    static let sandbox = HelpTopic(
        name: "sandbox", summary: "the walls around a plugin, and what happens without one of them",
        blocks: [
            .code(["patchbay doctor"]),
            .paragraph(
                "Every plugin runs in a process of its own, closed before any of its code is read. A crash, an endless loop or a memory bomb costs that plugin only."
            ),
            .heading("Required layers"),
            .entries([
                ("seccomp", "The process may make only the system calls an engine needs: no sockets, no new programs."),
                ("Landlock", "No file can be opened."),
                ("limits", "Memory, CPU, open files and wall time are bounded by the kernel and by a deadline of the hub."),
                ("no new privileges", "No set-uid program can raise it again; it dies when its parent dies."),
            ]),
            .heading("Best effort"),
            .entries([
                (
                    "namespaces",
                    "User, mount, network, IPC and process namespaces, where the kernel gives them to us. Containers often do not."
                )
            ]),
            .paragraph(
                "If a required layer is missing, plugins are refused with exit code 6. --allow-degraded runs them anyway; use it only for code you wrote yourself. JIT compilation and WebAssembly are off unless granted (engine:jit, engine:wasm), because without them no memory of the process is ever executable and writable."
            ),
        ])

    static let exitCodes = HelpTopic(
        name: "exit-codes", summary: "what patchbay tells the shell",
        blocks: [
            .entries(ExitCode.allCases.map { (String($0.rawValue), $0.meaning) }),
            .paragraph("With --json the same number stands in the error object, under \"exit\"."),
        ])
}
