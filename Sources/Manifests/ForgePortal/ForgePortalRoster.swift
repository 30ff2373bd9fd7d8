import PluginModel

/// Which of several ForgePortal plugins gets which id: a stock id beats another plugin's alias, and of equal claims the first in load order.
package enum ForgePortalRoster {
    package struct Member: Sendable, Hashable {
        package let package: String
        package let ids: ForgePortalIDs
        package init(package name: String, ids: ForgePortalIDs) { (self.package, self.ids) = (name, ids) }
    }

    package enum Outcome: Sendable, Hashable {
        /// The shown id first; `dropped` are aliases that belong to another plugin.
        case kept(ids: [String], dropped: [String])
        /// ForgePortal's status `error` with this message.
        case refused(message: String)
    }

    /// One outcome a member, in the same order.
    package static func settle(_ members: [Member]) -> [Outcome] {
        var stock: [String: Int] = [:]
        var isRefused: [Int: String] = [:]
        for (index, member) in members.enumerated() {
            if let first = stock[member.ids.stock] {
                isRefused[index] = "id \(visible(member.ids.stock)) already used by \(visible(members[first].package))"
            } else {
                stock[member.ids.stock] = index
            }
        }
        var owners = stock
        return members.enumerated().map { index, member in
            if let message = isRefused[index] { return .refused(message: message) }
            var kept: [String] = []
            var dropped: [String] = []
            for id in member.ids.all {
                if owners[id, default: index] == index {
                    owners[id] = index
                    kept.append(id)
                } else {
                    dropped.append(id)
                }
            }
            return .kept(ids: kept, dropped: dropped)
        }
    }

    /// For a package that the configuration lists and nobody finds, in ForgePortal's words.
    package static func notInstalled(_ package: String, file: String = ForgePortalConfiguration.fileName) -> Finding {
        Finding(
            .error, code: "forgeportal.not-installed", place: .file(file),
            "Plugin package \"\(visible(package))\" not found in node_modules. Run \"pnpm forge sync\" and restart the server.",
            remedy: "Install the package, or take it off the list; the hub needs no restart.")
    }
}
