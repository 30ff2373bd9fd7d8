import JSON
import PluginModel

/// What an extension asks for, as the hub's own requests. Contract of Coco, section 15.
enum CocoRights {
    /// The one function that Coco AI lends to pages.
    static let knownAPIs = ["fs:read_dir"]

    /// Everything asked for by these extensions, each thing once: files, hosts, functions of the page's API, programs.
    static func requests(of extensions: [CocoExtension]) -> [PermissionRequest] {
        var requests: [PermissionRequest] = []
        var seen: Set<String> = []
        func add(_ request: PermissionRequest) {
            if seen.insert(request.text).inserted { requests.append(request) }
        }
        for one in extensions {
            for path in one.permission?.paths ?? [] {
                for access in path.access.sorted() {
                    add(PermissionRequest(text: "file:\(access):\(PathText.cleaned(path.path))", origin: path.pointer))
                }
            }
            for host in one.permission?.hosts ?? [] { add(network(host.text, origin: host.pointer)) }
            for api in one.permission?.apis ?? [] { add(PermissionRequest(text: "page:call:\(api.text)", origin: api.pointer)) }
            if one.type == .view, let host = one.page.flatMap(CocoWeb.origin) {
                var request = network(host, origin: one.pointer.appending("page"))
                request.reason = "The view's page lies there."
                add(request)
            }
            if one.type == .command, let action = one.action {
                add(PermissionRequest(text: "process:run:\(action.program)", origin: one.pointer.appending("action").appending("exec")))
            }
        }
        return requests
    }

    /// A host as a real permission where the hub's grammar takes it, else as the text alone.
    static func network(_ host: String, origin: JSONPointer) -> PermissionRequest {
        let text = "network:outbound:\(host)"
        guard let permission = try? Permission(parsing: text) else { return PermissionRequest(text: text, origin: origin) }
        return PermissionRequest(permission, origin: origin)
    }
}

extension CocoTranslation {
    /// Nothing here is an error: upstream takes any text, and what means nothing grants nothing.
    mutating func notePermissions() {
        for one in [main] + main.subs {
            if let permission = one.permission { note(permission, of: one) }
            notePageHost(one)
        }
    }

    private mutating func note(_ permission: CocoPermission, of one: CocoExtension) {
        if !permission.isEmpty, let type = one.type, type != .view {
            let key = one.has("permission") ? "permission" : "permissions"
            notes.add(
                .warning, .permissionWithoutView, one.pointer.appending(key),
                "These rights are asked for by an extension of type '\(type.title)', and only the page of a view can use them.",
                remedy: "Move them to the view that needs them.")
        }
        for path in permission.paths where !path.path.hasPrefix("/") {
            notes.add(
                .warning, .relativePath, path.pointer.appending("path"),
                "The path '\(visible(path.path))' is not absolute, and '~' and variables stay as they are, so no request will match it.",
                remedy: "Write the whole path, beginning with a slash.")
        }
        for host in permission.hosts where CocoRights.network(host.text, origin: host.pointer).permission == nil {
            notes.add(
                .warning, .invalidHost, host.pointer, "'\(visible(host.text))' is no host that can be granted.",
                remedy: "Write a host, such as api.example.com, or *.example.com for those below it.")
        }
        for api in permission.apis where !CocoRights.knownAPIs.contains(api.text) {
            notes.add(
                .warning, .unknownAPI, api.pointer, "There is no function '\(visible(api.text))' for pages, so this grants nothing.",
                remedy: didYouMean(api.text, among: CocoRights.knownAPIs) ?? "There is \(CocoRights.knownAPIs.joined(separator: ", ")).")
        }
    }

    /// A page of the web is shown only if its host is granted, so it is asked for, declared or not.
    private mutating func notePageHost(_ one: CocoExtension) {
        guard one.type == .view, let page = one.page, CocoWeb.isAddress(page) else { return }
        let place = one.pointer.appending("page")
        guard let origin = CocoWeb.origin(of: page), let wanted = CocoRights.network(origin, origin: place).permission else {
            notes.add(
                .warning, .invalidHost, place, "The page '\(visible(page))' names no host that can be granted.",
                remedy: "Write an address such as https://app.example.com/.")
            return
        }
        let declared = (one.permission?.hosts ?? []).compactMap { CocoRights.network($0.text, origin: $0.pointer).permission }
        if !declared.contains(where: { $0.overlaps(wanted) }) {
            notes.add(
                .notice, .undeclaredPageHost, place,
                "The page lies outside the package on a host that \"permission\" does not name; it is asked for.",
                remedy: "Add its host to \"permission\" under \"http\".")
        }
    }
}
