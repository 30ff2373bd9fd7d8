package import HubCore
import JSON
import PluginModel
package import Rules

/// Signals of an organisation's integrations, and beside them those that the hub answers from what it knows of users.
package struct HubSignals: SignalSource {
    private let others: any SignalSource
    private let store: any HubStore
    private let now: @Sendable () -> HubCore.Timestamp

    package init(
        beside others: any SignalSource, store: any HubStore, now: @escaping @Sendable () -> HubCore.Timestamp = HubCore.Timestamp.system
    ) {
        (self.others, self.store, self.now) = (others, store, now)
    }

    package func signals(for organisation: Organisation.ID) async -> [SignalDescriptor] {
        await others.signals(for: organisation) + HubSignal.allCases.map(\.descriptor)
    }

    package func signalsWithoutActions(for organisation: Organisation.ID) async -> Set<String> {
        await others.signalsWithoutActions(for: organisation)
    }

    package func runner(for organisation: Organisation.ID) -> any SignalRunning {
        Runner(others: others.runner(for: organisation), store: store, organisation: organisation, now: now)
    }

    private struct Runner: SignalRunning {
        let others: any SignalRunning
        let store: any HubStore
        let organisation: Organisation.ID
        let now: @Sendable () -> HubCore.Timestamp

        func run(_ batch: SignalBatch) async -> [SignalRun] {
            guard let signal = HubSignal(rawValue: batch.signal.type) else { return await others.run(batch) }
            func all(_ reason: SignalRun.Reason, _ sentence: String) -> [SignalRun] {
                Array(repeating: .unavailable(reason, sentence), count: batch.inputs.count)
            }
            guard batch.orgID == organisation.rawValue else {
                return all(.notLoaded, "The signal '\(batch.signal.type)' is not this organisation's.")
            }
            let users = batch.inputs.map { input -> ItemUser? in
                let value = input["value"]?["value"]
                return ItemUser(id: value?["id"]?.stringValue ?? "", typeID: value?["typeId"]?.stringValue ?? "")
            }
            do throws(Fault) {
                let scores = try await scores(signal, of: Array(Set(users.compactMap(\.self))))
                // A name that cannot be kept is a user nobody knows.
                return users.map { user in
                    .scored(.number(Double(user.flatMap { scores[$0] } ?? signal.unknown)), output: nil, matchedValue: nil)
                }
            } catch { return all(.failed, "\(error.message) [\(error.code)]") }
        }

        /// One look into the database for all of them.
        private func scores(_ signal: HubSignal, of users: [ItemUser]) async throws(Fault) -> [ItemUser: Int] {
            let (organisation, since) = (organisation, PeopleLimits.start(at: now()))
            return try await store.read { (records) throws(Fault) in
                switch signal {
                case .userStrikeValue: try records.strikeSums(of: users, in: organisation, since: since)
                case .userScore:
                    try records.tallies(of: users, in: organisation, sinceDay: PeopleLimits.day(of: since)).mapValues(\.score)
                }
            }
        }
    }
}

extension HubSignal {
    /// Of a user nobody knows.
    fileprivate var unknown: Int {
        switch self {
        case .userStrikeValue: 0
        case .userScore: UserTally().score
        }
    }
}
