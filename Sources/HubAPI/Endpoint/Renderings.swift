import Hub
import HubCore
import PluginModel
import Synchronization

/// Plugins as they were written last, each good for as long as its view has the same stamp.
final class Renderings: Sendable {
    enum Form: Sendable, Hashable {
        /// As one of a list.
        case listed
        /// With its contributions and versions.
        case detailed
    }

    private struct Key: Hashable {
        let plugin: PluginID
        let organisation: Organisation.ID?
        let form: Form
    }

    private struct State {
        var kept: [Key: (stamp: PluginView.Stamp, bytes: [UInt8])] = [:]
        var byteCount = 0
    }

    /// Of all that is kept; beyond it all is forgotten.
    static let bytesMax = 16 << 20

    private let state = Mutex(State())

    func known(_ form: Form, of view: PluginView, for organisation: Organisation.ID?) -> [UInt8]? {
        let key = Key(plugin: view.id, organisation: organisation, form: form)
        let kept = state.withLock { $0.kept[key] }
        guard let kept, kept.stamp == view.stamp else { return nil }
        return kept.bytes
    }

    func keep(_ bytes: [UInt8], _ form: Form, of view: PluginView, for organisation: Organisation.ID?) {
        let key = Key(plugin: view.id, organisation: organisation, form: form)
        state.withLock { state in
            if state.byteCount + bytes.count > Self.bytesMax { state = State() }
            let old = state.kept.updateValue((view.stamp, bytes), forKey: key)
            state.byteCount += bytes.count - (old?.bytes.count ?? 0)
        }
    }

    func bytes(_ form: Form, of view: PluginView, for organisation: Organisation.ID?, _ make: () -> [UInt8]) -> [UInt8] {
        if let known = known(form, of: view, for: organisation) { return known }
        let bytes = make()
        keep(bytes, form, of: view, for: organisation)
        return bytes
    }
}
