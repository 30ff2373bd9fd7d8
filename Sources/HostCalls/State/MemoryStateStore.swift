package import PluginModel
import Synchronization

/// State that ends with the process: for `patchbay plugin call` without a database, and for tests.
package final class MemoryStateStore: StateStore {
    /// A key by its bytes: Swift's own equality would take two spellings of "é" for one.
    private struct Key: Hashable {
        let text: String

        init(_ text: String) {
            var text = text
            text.makeContiguousUTF8()
            self.text = text
        }

        static func == (a: Key, b: Key) -> Bool { a.text.utf8.count == b.text.utf8.count && a.text.utf8.elementsEqual(b.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private struct Drawer {
        var values: [Key: [UInt8]] = [:]
        var bytes = 0
    }

    private let drawers = Mutex<[PluginID: Drawer]>([:])

    package init() {}

    package func value(of plugin: PluginID, key: String) throws(Fault) -> [UInt8]? {
        let key = Key(key)
        return drawers.withLock { $0[plugin]?.values[key] }
    }

    package func set(_ value: [UInt8], of plugin: PluginID, key: String, limits: StateLimits) throws(Fault) {
        let place = Key(key)
        let refusal = drawers.withLock { drawers -> Fault? in
            let old = drawers[plugin]?.values[place]
            let (keys, bytes) = (drawers[plugin]?.values.count ?? 0, drawers[plugin]?.bytes ?? 0)
            let next = StateUsage(
                keys: keys + (old == nil ? 1 : 0),
                bytes: bytes + value.count + (old.map { -$0.count } ?? key.utf8.count))
            do throws(Fault) {
                try StateFault.check(next, key: key, limits: limits)
            } catch {
                return error
            }
            drawers[plugin, default: Drawer()].values[place] = value
            drawers[plugin, default: Drawer()].bytes = next.bytes
            return nil
        }
        if let refusal { throw refusal }
    }

    package func remove(of plugin: PluginID, key: String) throws(Fault) -> Bool {
        drawers.withLock { drawers in
            guard let old = drawers[plugin]?.values.removeValue(forKey: Key(key)) else { return false }
            drawers[plugin]?.bytes -= key.utf8.count + old.count
            return true
        }
    }

    package func keys(of plugin: PluginID, prefix: String, after: String?, limit: Int) throws(Fault) -> [String] {
        let all = drawers.withLock { $0[plugin]?.values.keys.map(\.text) ?? [] }
        let matching = all.filter { key in
            key.utf8.starts(with: prefix.utf8) && (after.map { $0.utf8.lexicographicallyPrecedes(key.utf8) } ?? true)
        }
        return Array(matching.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.prefix(limit))
    }

    package func usage(of plugin: PluginID) throws(Fault) -> StateUsage {
        drawers.withLock { drawers in
            drawers[plugin].map { StateUsage(keys: $0.values.count, bytes: $0.bytes) } ?? StateUsage()
        }
    }

    package func removeAll(of plugin: PluginID) throws(Fault) {
        drawers.withLock { $0[plugin] = nil }
    }
}
