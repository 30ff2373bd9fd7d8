/// Every name a plugin of ForgePortal goes by, made from its package's name and its routes.
///
/// The stock rule gives first-party packages ids like `plugin-argocd`, while their documentation, tabs and variables say `argocd`; so both
/// lead to the plugin, and the shorter is shown.
package struct ForgePortalIDs: Sendable, Hashable {
    /// By ForgePortal's own rule: without `@scope/`, then without a leading `forge-plugin-`.
    package let stock: String
    /// The stock id without a leading `plugin-`.
    package let shown: String
    /// From the routes; nil where they give none.
    package let routeAlias: String?

    /// First segments beneath `/api/v1` that are the host's own.
    static let coreRoutes: Set<String> = [
        "action-runs", "actions", "admin", "auth", "catalog", "config", "discovery", "docs", "entities", "health", "healthz",
        "integrations",
        "jobs", "me", "metrics", "permissions", "plugins", "scans", "scorecards", "search", "setup", "status", "templates", "users",
        "webhooks",
    ]

    package init(package name: String, routes: [String] = []) {
        var stock = name[...]
        if stock.hasPrefix("@"), let slash = stock.firstIndex(of: "/") { stock = stock[stock.index(after: slash)...] }
        if stock.hasPrefix("forge-plugin-"), stock.count > 13 { stock = stock.dropFirst(13) }
        self.stock = String(stock)
        shown = stock.hasPrefix("plugin-") && stock.count > 7 ? String(stock.dropFirst(7)) : String(stock)
        routeAlias = routes.lazy.compactMap(Self.alias).first
    }

    /// All ids, the shown one first, without repetitions.
    package var all: [String] {
        var ids: [String] = []
        for id in [shown, stock, routeAlias].compactMap({ $0 }) where !ids.contains(id) { ids.append(id) }
        return ids
    }

    /// The segment after `/api/v1/plugins/`, else after `/api/v1/`, where it looks like an id and is no route of the host.
    private static func alias(of route: String) -> String? {
        guard let (segment, _) = mounted(route) else { return nil }
        let fits =
            segment.utf8.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } == true
            && segment.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-")
            }
        return fits && !coreRoutes.contains(segment) ? segment : nil
    }

    /// Splits a declared route below the API's own prefix into the plugin's segment and the rest; nil for other routes.
    static func mounted(_ route: String) -> (segment: String, rest: String)? {
        let parts = route.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard route.hasPrefix("/"), parts.count >= 3, parts[0] == "api", parts[1] == "v1" else { return nil }
        let index = parts[2] == "plugins" && parts.count >= 4 ? 3 : 2
        return (parts[index], "/" + parts[(index + 1)...].joined(separator: "/"))
    }
}
