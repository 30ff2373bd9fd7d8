import HostCalls
package import PluginModel

/// Private networks that webhooks may reach, as the hub's operator says it; without a word: none.
///
/// Whoever writes rules names the address of a webhook, and the hub goes there from inside its own network. So the addresses of that network are the operator's
/// to allow, host by host, and nobody else's.
package struct WebhookNetworks: Sendable {
    package static let variable = "PATCHBAY_WEBHOOK_PRIVATE_NETWORK"
    static let entriesMax = 64

    package let permissions: [Permission]
    private let hosts: Set<String>

    /// None.
    package init() { (permissions, hosts) = ([], []) }

    /// Reads `RANGE@HOST,RANGE@HOST …`.
    package init(reading text: String) throws(Fault) {
        var permissions: [Permission] = []
        var hosts: Set<String> = []
        for entry in text.split(whereSeparator: { ", ".contains($0) }) {
            let parts = entry.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, permissions.count < Self.entriesMax,
                let permission = try? Permission(parsing: "network:private:\(entry)"),
                let host = (try? HTTPTarget(parsing: "http://\(parts[1])/"))?.host
            else { throw ActionFault.badNetworks(String(entry)) }
            permissions.append(permission)
            hosts.insert(host)
        }
        (self.permissions, self.hosts) = (permissions, hosts)
    }

    /// Reads where a webhook goes.
    func target(_ url: String) throws(Fault) -> HTTPTarget {
        let target: HTTPTarget
        do throws(Fault) { target = try HTTPTarget(parsing: url) } catch {
            throw ActionFault.bad("url", error.message, "Write an address: https://HOST/PATH")
        }
        if hosts.contains(target.host) { return target }
        guard target.scheme == .https else { throw ActionFault.insecure(target.host) }
        let bare = target.host.hasPrefix("[") ? String(target.host.dropFirst().dropLast()) : target.host
        if let address = IPAddress(bare), AddressRules.classify(address) != nil { throw ActionFault.privateAddress(target.host) }
        return target
    }
}
