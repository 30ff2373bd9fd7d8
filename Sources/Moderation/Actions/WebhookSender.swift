package import HostCalls
package import HubCore
import JSON
import PluginModel

/// Sends the webhooks that wait, and tries again what was not taken, with growing waits.
///
/// One is written down as sent after its receiver has taken it: a hub that is killed between the two sends it again, under the same number (`X-Patchbay-Delivery`).
package actor WebhookSender {
    package struct Parts: Sendable {
        package var store: any HubStore
        package var vault: Vault
        package var service: HTTPService
        package var options = HTTPClientOptions()
        package var networks = WebhookNetworks()
        package var limits = ActionLimits()
        package var now: @Sendable () -> Timestamp = Timestamp.system

        package init(store: any HubStore, vault: Vault, service: HTTPService) {
            (self.store, self.vault, self.service) = (store, vault, service)
        }
    }

    nonisolated let parts: Parts
    private let client: HTTPClient
    private var isStopped = false
    private var polling: Task<Void, Never>?
    /// Runs on their way, by organisation.
    private var sending: [Organisation.ID: [Int64: Task<Void, Never>]] = [:]
    /// Waiting until what became of a run can be written down, by the run's place.
    private var resting: [Int64: Task<Void, Never>] = [:]
    private var isLooking = false
    private var isAskedAgain = false

    package init(_ parts: Parts) {
        self.parts = parts
        client = HTTPClient(
            service: parts.service,
            limits: HTTPLimits(
                requestsMax: parts.limits.atOnce, waitingMax: parts.limits.atOnce, responseBytesMax: parts.limits.answerBytesMax,
                idleConnectionsMax: parts.limits.atOnce, idleSecondsMax: 10),
            options: parts.options)
    }

    // MARK: Life

    package func start() {
        guard polling == nil, !isStopped else { return }
        let wait = parts.limits.pollTime
        polling = Task { [weak self] in
            while !Task.isCancelled {
                await self?.wake()
                try? await Task.sleep(for: wait)
            }
        }
    }

    /// Waits for what is on its way, which is not long: a receiver has its time to answer.
    package func stop() async {
        isStopped = true
        polling?.cancel()
        for task in resting.values { task.cancel() }
        for tasks in sending.values { for task in tasks.values { await task.value } }
        client.close()
    }

    /// Something may be due. Returns when it was looked for; nothing is sent before ``start()``.
    package func wake() async {
        guard polling != nil, !isStopped else { return }
        guard !isLooking else { return isAskedAgain = true }
        isLooking = true
        repeat {
            isAskedAgain = false
            // A database that does not answer now loses nothing: the next look finds the same.
            try? await look()
        } while isAskedAgain && !isStopped
        isLooking = false
    }

    // MARK: Looking

    private func look() async throws(Fault) {
        let now = parts.now()
        let organisations = try await parts.store.read { (records) throws(Fault) in try records.organisationsWithDueRuns(at: now) }
        // Whoever has least on the way comes first, so that nobody's slow receivers hold up the others.
        let order = organisations.sorted { sending[$0, default: [:]].count < sending[$1, default: [:]].count }
        for organisation in order {
            let mine = sending[organisation, default: [:]]
            let room = min(parts.limits.atOnceForOne - mine.count, parts.limits.atOnce - sending.values.reduce(0) { $0 + $1.count })
            guard room > 0, !isStopped else { continue }
            let limit = room + mine.count
            let due = try await parts.store.read { (records) throws(Fault) in
                try records.dueRuns(in: organisation, at: now, limit: limit)
            }
            for run in due.filter({ mine[$0.sequence] == nil }).prefix(room) { begin(run) }
        }
    }

    private func begin(_ run: ActionRun) {
        guard !isStopped, sending[run.organisation]?[run.sequence] == nil else { return }
        sending[run.organisation, default: [:]][run.sequence] = Task {
            let problem = await self.send(run)
            await self.end(run, problem)
        }
    }

    private func end(_ run: ActionRun, _ problem: SubmittedItem.Problem?) async {
        var run = run
        run.attempts += 1
        run.problem = problem
        if problem == nil {
            run.state = .done
        } else if run.attempts > parts.limits.waits.count || problem?.code == ActionFault.missing(run.action).code {
            run.state = .failed
        } else {
            run.nextAt = parts.now().advanced(by: parts.limits.waits[run.attempts - 1])
        }
        await writeDown(run)
        sending[run.organisation]?[run.sequence] = nil
        if sending[run.organisation]?.isEmpty == true { sending[run.organisation] = nil }
        if !isStopped { await wake() }
    }

    /// What became of one is written down before it may go again, however long that takes: a receiver is not told over and over because a disk is full.
    private func writeDown(_ run: ActionRun) async {
        var wait = parts.limits.writingWait
        while true {
            do throws(Fault) {
                _ = try await parts.store.write { (records) throws(Fault) in try records.settle(run) }
                return
            } catch {
                // Not written down when the hub ends, it is still due, and goes out again from the next one.
                guard !isStopped else { return }
            }
            let rest = Task { [wait] in _ = try? await Task.sleep(for: wait) }
            resting[run.sequence] = rest
            await rest.value
            resting[run.sequence] = nil
            wait = min(wait * 2, parts.limits.writingWaitMax)
        }
    }

    // MARK: Sending

    /// - Returns: Why it was not taken; nil when it was.
    private func send(_ run: ActionRun) async -> SubmittedItem.Problem? {
        do throws(Fault) {
            let found = try await parts.store.read { (records) throws(Fault) -> (RuleAction, SealedSecret?)? in
                guard let action = try records.ruleAction(run.action, in: run.organisation) else { return nil }
                return (action, try records.secret(at: action.secretPlace))
            }
            guard let (action, sealed) = found, action.kind == .webhook, let url = action.url else {
                return ActionFault.missing(run.action)
            }
            let body = (run.payload ?? .null).serialized()
            var headers = [
                ("content-type", "application/json"), ("x-patchbay-delivery", "\(run.sequence)"),
                ("x-patchbay-attempt", "\(run.attempts + 1)"),
            ]
            if let sealed {
                let signature = WebhookSignature.make(Array(body.utf8), secret: try parts.vault.open(sealed), at: parts.now())
                headers.append((WebhookSignature.header.lowercased(), signature))
            }
            let status = try await post(body, headers, to: url)
            return (200...299).contains(status) ? nil : ActionFault.refused(status)
        } catch {
            return SubmittedItem.Problem(code: error.code, message: error.message)
        }
    }

    private static let name: PluginID = {
        do { return try PluginID("hub.webhooks") } catch { preconditionFailure("A name of ours is one.") }
    }()

    /// By the guard that plugins' requests go through: public addresses only, but for what the operator named. Redirects are not followed.
    private func post(_ body: String, _ headers: [(String, String)], to url: String) async throws(Fault) -> Int {
        let target = try parts.networks.target(url)
        let outbound: Permission
        do { outbound = try Permission(parsing: "network:outbound:\(target.scheme.rawValue)://\(target.host):\(target.port)") } catch {
            throw ActionFault.bad("url", "No request can go to '\(visible(target.host))'.", "Name another host.")
        }
        let broker = Broker(
            plugin: PluginIdentity(id: Self.name, version: "1"), declared: [outbound],
            granted: GrantSet([outbound] + parts.networks.permissions), capabilities: [HTTPCapability(client: client)])
        let (seconds, attoseconds) = parts.limits.time.components
        let arguments: JSONObject = [
            "url": .string(url), "method": "POST", "redirect": "manual", "body": .string(body),
            "headers": .array(headers.map { [.string($0.0), .string($0.1)] }),
            "timeoutMs": .int(seconds * 1000 + attoseconds / 1_000_000_000_000_000),
        ]
        let request = HostCallRequest(callID: 0, operation: "http.fetch", arguments: JSONValue.object(arguments).serializedBytes())
        let reply = await withCheckedContinuation { continuation in
            broker.handle(request) { continuation.resume(returning: $0) }
        }
        switch reply {
        case .failure(let fault): throw fault
        case .success(let bytes): return (try? JSONValue(parsing: bytes))?["status"]?.intValue ?? 0
        }
    }
}
