package import JSON

extension Contribution {
    package var json: JSONValue {
        let common: [(String, JSONValue?)] = [
            ("kind", .string(kind.rawValue)), ("id", .string(id)), ("title", .string(title)), ("description", .text(description)),
            ("icon", icon?.json), ("platforms", platforms?.json), ("group", .text(group)),
            ("groupInSearch", groupCountsInSearch ? true : nil), ("initialState", initialState.json),
        ]
        return JSONObject.of(common + detail.json + [("origin", .string(origin.description))])
    }
}

extension Contribution.Detail {
    fileprivate var json: [(String, JSONValue?)] {
        switch self {
        case .none: []
        case .command(let command):
            [
                ("program", .string(command.program)), ("arguments", .strings(command.arguments)),
                ("hidesBeforeOpening", .bool(command.hidesBeforeOpening)),
            ]
        case .view(let view):
            [
                ("source", view.source.json),
                ("size", view.size.map { ["width": .int(Int64($0.width)), "height": .int(Int64($0.height))] }),
                ("resizable", .bool(view.isResizable)), ("detachable", .bool(view.isDetachable)), ("searchBar", .bool(view.showsSearchBar)),
                ("filterBar", .bool(view.showsFilterBar)), ("footer", .bool(view.showsFooter)),
                ("hidesScrollbar", .bool(view.hidesScrollbar)), ("hidesBeforeOpening", view.hidesBeforeOpening ? true : nil),
            ]
        case .quicklink(let link):
            [
                ("link", .string(link.link)), ("opensWith", .text(link.opensWith)),
                ("arguments", .array(link.parts.compactMap(\.argument))), ("hidesBeforeOpening", link.hidesBeforeOpening ? true : nil),
            ]
        case .signal(let signal): signal.json
        case .action(let action): [("version", .text(action.version)), ("input", action.input), ("output", action.output)]
        case .entityPart(let part):
            [("kinds", .strings(part.kinds)), ("lifecycles", .strings(part.lifecycles)), ("source", .text(part.source?.text))]
        case .page(let page):
            [("path", .string(page.path)), ("navigationLabel", .text(page.navigationLabel)), ("source", .text(page.source?.text))]
        case .route(let route):
            [("methods", .strings(route.methods)), ("path", .string(route.path)), ("requires", .strings(route.requires))]
        case .connector(let connector):
            [("schedule", .text(connector.schedule)), ("receivesWebhooks", .bool(connector.receivesWebhooks))]
        case .channel(let channel): [("medium", .text(channel.medium)), ("receivesWebhooks", .bool(channel.receivesWebhooks))]
        }
    }
}

extension Contribution.View.Source {
    fileprivate var json: JSONValue {
        switch self {
        case .file(let path): ["file": .string(path.text)]
        case .url(let url): ["url": .string(url)]
        }
    }
}

extension Contribution.Quicklink.Part {
    fileprivate var argument: JSONValue? {
        guard case .argument(let name, let defaultValue) = self else { return nil }
        return JSONObject.of(("name", .string(name)), ("default", .text(defaultValue)))
    }
}

extension Set<Platform> {
    var json: JSONValue { .strings(sorted().map(\.rawValue)) }
}

extension JSONObject {
    /// An object of those members that have a value.
    static func of(_ members: (String, JSONValue?)...) -> JSONValue { of(members) }

    static func of(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(JSONObject(members.compactMap { key, value in value.map { (key, $0) } }))
    }
}

extension JSONValue {
    static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}

extension JSONValue? {
    static func text(_ text: String?) -> JSONValue? { text.map(JSONValue.string) }
}
