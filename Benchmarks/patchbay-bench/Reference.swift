internal import Glibc
internal import JSON

/// Node's `worker_threads`, the reference of every ratio. It stays for the whole run and measures one round whenever asked, so that
/// each round of ours is compared with the rounds of the reference just before and just after it: a busy minute of the machine
/// falls on both.
final class Reference {
    enum Series: String { case one, many, batch }
    /// What of a round is compared.
    enum Figure { case p50, rate }

    private let questions: Int32
    private let answers: UnsafeMutablePointer<FILE>
    /// All rounds so far, for the table.
    private(set) var rounds: [Series: [Sample]] = [:]

    /// Nil when Node is not on this machine.
    init?(folder: String) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        guard let answers = popen("exec node --no-warnings '\(folder)/worker-threads.js' rounds <&\(ends[0])", "re") else { return nil }
        close(ends[0])
        (questions, self.answers) = (ends[1], answers)
        guard ask("one") != nil else { return nil }
    }

    deinit {
        close(questions)
        pclose(answers)
    }

    /// Runs one round.
    func round(_ series: Series) throws -> Sample {
        guard let sample = ask(series.rawValue) else { throw Peer.Missing("Node stopped answering") }
        rounds[series, default: []].append(sample)
        return sample
    }

    func middle(_ series: Series) -> Sample { .middle(rounds[series] ?? []) }

    private func ask(_ question: String) -> Sample? {
        let line = question + "\n"
        guard line.withCString({ write(questions, $0, strlen($0)) }) == line.utf8.count else { return nil }
        var buffer = [CChar](repeating: 0, count: 1_024)
        guard fgets(&buffer, Int32(buffer.count), answers) != nil else { return nil }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        guard let value = try? JSONValue(parsing: bytes), let rate = value["rate"]?.doubleValue else { return nil }
        func number(_ key: String) -> Double { value[key]?.doubleValue ?? 0 }
        return Sample(p50: number("p50"), p95: number("p95"), p99: number("p99"), rate: rate)
    }
}

/// A series of ours, its middle round, and the middle of its rounds' ratios to the reference.
struct Paired {
    var sample = Sample(p50: 0, p95: 0, p99: 0, rate: 0)
    var ratio = 0.0

    static let rounds = 7

    /// Rounds of ours between rounds of the reference.
    static func measure(
        _ reference: Reference, _ series: Reference.Series, by figure: Reference.Figure, _ body: () async throws -> Sample
    ) async throws -> Paired {
        func of(_ sample: Sample) -> Double { figure == .p50 ? sample.p50 : sample.rate }
        var (samples, ratios): ([Sample], [Double]) = ([], [])
        var before = try reference.round(series)
        for _ in 0..<rounds {
            let ours = try await body()
            let after = try reference.round(series)
            samples.append(ours)
            ratios.append(of(ours) / ((of(before) + of(after)) / 2))
            before = after
        }
        return Paired(sample: .middle(samples), ratio: ratios.sorted()[rounds / 2])
    }
}
