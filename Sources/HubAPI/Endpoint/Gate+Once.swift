import HTTPServer
import HubCore
import JSON
import PluginModel
import Synchronization

extension Gate {
    /// Answers a request with a key from what is kept, or does it and keeps the answer.
    func once(_ key: String, _ call: APICall, _ endpoint: Endpoint) async throws -> HTTPResponse {
        guard (1...255).contains(key.utf8.count) else {
            throw ProblemDocument.about(
                Fault(
                    code: "request.bad-idempotency-key", message: "An idempotency key has 1 to 255 characters.", remedy: "Use a UUID.",
                    turn: .caller), status: .badRequest)
        }
        let owner = call.requester.auditName
        let hash = RequestHash.of(call.request, organisation: call.organisation?.id.rawValue ?? "")
        guard hub.inFlight.begin(owner, key) else {
            throw ProblemDocument.about(
                Fault(
                    code: "request.in-flight", message: "A request with this key is at work.", remedy: "Wait 1 s and send it again.",
                    turn: .caller), status: .conflict)
        }
        defer { hub.inFlight.end(owner, key) }
        // Looked for only now: another one with this key may have ended between a look and the beginning.
        if let kept = try await hub.store.read({ (records) throws(Fault) in try records.answer(to: key, of: owner) }) {
            return try replay(kept, hash)
        }
        var call = call
        let once = OnceKey(owner: owner, key: key, hash: hash, at: hub.now())
        call.once = once
        let response = try await endpoint.handler(call)
        guard let answer = once.kept(response) else { return response }
        // Where it was kept with what was done, that stays.
        _ = try await hub.store.write { (records) throws(Fault) in try records.keep(answer, for: key, of: owner) }
        return response
    }

    private func replay(_ kept: KeptAnswer, _ hash: [UInt8]) throws -> HTTPResponse {
        guard kept.requestHash == hash else {
            throw ProblemDocument.about(
                Fault(
                    code: "request.idempotency-key-reused", message: "This key was used for another request.", remedy: "Use a new key.",
                    turn: .caller))
        }
        var response = HTTPResponse(status: HTTPStatus(rawValue: kept.status), body: .bytes(kept.body))
        for (name, value) in kept.headers { response.headers[name] = value }
        response.headers["Idempotent-Replayed"] = "true"
        return response
    }
}

/// The key of a request that is to be done once.
struct OnceKey: Sendable {
    let owner: String
    let key: String
    let hash: [UInt8]
    let at: Timestamp

    /// Of an answer, in bytes.
    static let keptMax = 256 << 10

    /// What the same request is answered from now on; nil for an answer that is no text. A longer one is not kept, but that it was given is.
    func kept(_ response: HTTPResponse) -> KeptAnswer? {
        guard case .bytes(let bytes) = response.body else { return nil }
        guard bytes.count > Self.keptMax else {
            return KeptAnswer(
                requestHash: hash, status: response.status.rawValue, headers: ["content-type": response.headers["content-type"] ?? ""],
                body: bytes, at: at)
        }
        let told = ProblemDocument.about(
            Fault(
                code: "request.done-already", message: "A request with this key was done at \(at). Its answer was too long to be kept.",
                remedy: "Nothing needs to be sent again: read what it made.", turn: .caller), status: .conflict)
        let problem = told.response
        guard case .bytes(let words) = problem.body else { return nil }
        return KeptAnswer(
            requestHash: hash, status: problem.status.rawValue, headers: ["content-type": problem.headers["content-type"] ?? ""],
            body: words,
            at: at)
    }

    /// For whoever does it in a transaction and can keep the answer there.
    func note<Done>(_ response: @escaping @Sendable (Done) -> HTTPResponse) -> OnceNote<Done> {
        OnceNote(owner: owner, key: key) { done in
            kept(response(done)) ?? KeptAnswer(requestHash: hash, status: 204, headers: [:], body: [], at: at)
        }
    }
}

/// Requests with a key that are at work, so that the same one twice at once is done once.
final class KeysInFlight: Sendable {
    private let keys = Mutex<Set<[String]>>([])

    func begin(_ owner: String, _ key: String) -> Bool { keys.withLock { $0.insert([owner, key]).inserted } }
    func end(_ owner: String, _ key: String) { keys.withLock { _ = $0.remove([owner, key]) } }
}
