package import PluginModel

extension PluginRegistry {
    /// What configuration files say from now on, in the place of all they said before.
    ///
    /// Plugins of which something else is said now are switched on or off, and begin anew with other settings or limits; what somebody decided in the hub
    /// goes before it as ever.
    package func setFiles(_ said: [FileEntry]) async throws(Fault) {
        files = said
        for id in entries.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            try await enter(id)
            defer { leave(id) }
            // It may be gone, or another version, after the wait.
            guard let entry = entries[id] else { continue }
            let said = fileEntry(of: id)
            guard said != entry.file else { continue }
            entries[id]?.file = said
            renew(id)
            refresh(id)
        }
    }
}
