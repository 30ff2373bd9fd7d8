import HubCore
import PluginModel
import Synchronization

extension ItemDesk {
    /// Writes what an organisation hands in, where there is room for its bytes. Room is made by its oldest items that wait for nothing, a little in each
    /// transaction; what cannot be taken all the same is `item.storage-full`, and then nothing is.
    nonisolated func withRoom<Value: Sendable>(
        in organisation: Organisation.ID, _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        let max = parts.limits.keptBytesMax
        let missing = MissingRoom()
        while true {
            do throws(Fault) {
                return try await parts.store.write { (records) throws(Fault) in
                    let value = try body(records)
                    let kept = try records.itemBytes(in: organisation)
                    // Thrown behind the writing, which is undone: sizes are known then.
                    guard kept <= max else {
                        missing.bytes.withLock { $0 = kept - max }
                        throw ItemFault.storageFull(kept, max: max)
                    }
                    return value
                }
            } catch {
                guard error.code == ItemFault.storageFullCode else { throw error }
                // More than is needed now, so that the next submissions find room.
                let bytes = missing.bytes.withLock(\.self) + max / ItemLimits.roomShare
                guard try await makeRoom(freeing: bytes, in: organisation) else { throw error }
            }
        }
    }

    /// Brings an organisation under its bound that is over it: by traces, by looks at users, or because the bound came down.
    nonisolated func trim(_ organisation: Organisation.ID) async throws(Fault) {
        let kept = try await parts.store.read { (records) throws(Fault) in try records.itemBytes(in: organisation) }
        guard kept > parts.limits.keptBytesMax else { return }
        _ = try await makeRoom(freeing: kept - parts.limits.keptBytesMax, in: organisation)
    }

    /// Removes the oldest items that wait for nothing, until so many bytes are free, or there are none.
    /// - Returns: Whether any went.
    private nonisolated func makeRoom(freeing bytes: Int, in organisation: Organisation.ID) async throws(Fault) -> Bool {
        let limit = parts.limits.sweptAtOnce
        var freed = 0
        while freed < bytes, !Task.isCancelled {
            let wanted = bytes - freed
            let removed = try await parts.store.write { (records) throws(Fault) in
                try records.removeOldestItems(in: organisation, freeing: wanted, limit: limit)
            }
            guard removed.items > 0 else { break }
            freed += removed.bytes
        }
        return freed > 0
    }
}

/// How many bytes a submission went beyond what may be kept.
private final class MissingRoom: Sendable {
    let bytes = Mutex(0)
}
