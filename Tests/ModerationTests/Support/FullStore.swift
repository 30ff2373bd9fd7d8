import HubCore
import PluginModel
import Synchronization

/// A store whose disk is full while a test says so: it is read, and not written.
struct FullStore: HubStore {
    final class Switch: Sendable {
        private let state = Mutex((isOn: false, refused: 0))

        var isOn: Bool {
            get { state.withLock(\.isOn) }
            set { state.withLock { $0.isOn = newValue } }
        }
        /// How often a transaction was refused.
        var refused: Int { state.withLock(\.refused) }
        fileprivate func refuses() -> Bool {
            state.withLock { state in
                if state.isOn { state.refused += 1 }
                return state.isOn
            }
        }
    }

    private let store: any HubStore
    private let isFull: Switch

    init(behind store: any HubStore, _ isFull: Switch) { (self.store, self.isFull) = (store, isFull) }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value) async throws(Fault) -> Value {
        guard !isFull.refuses() else { throw Fault(code: "storage.full", message: "The disk is full.", turn: .operator) }
        return try await store.write(body)
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value) async throws(Fault) -> Value {
        try await store.read(body)
    }

    func close() async { await store.close() }
}
