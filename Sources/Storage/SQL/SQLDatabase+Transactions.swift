import PluginModel

extension SQLDatabase {
    /// Runs `body` in a transaction of its own, again when the database asks for it. Blocks.
    func transaction<Value>(_ kind: SQLTransactionKind, _ body: (any SQLSession) throws(Fault) -> Value) throws(Fault) -> Value {
        var attempt = 1
        while true {
            var isTriedAgain = false
            do throws(Fault) {
                return try lend(for: kind) { (session) throws(Fault) in
                    do throws(Fault) {
                        try session.begin(kind)
                        let value = try body(session)
                        try session.commit()
                        return value
                    } catch {
                        isTriedAgain = session.mayRunAgain
                        session.rollback()
                        throw error
                    }
                }
            } catch {
                guard isTriedAgain, attempt < StorageLimits.attemptsMax else { throw error }
                attempt += 1
            }
        }
    }

    /// Runs a body that reads by one statement, which is a consistent view of its own; again on another connection when this one is gone.
    func single<Value>(_ body: (any SQLSession) throws(Fault) -> Value) throws(Fault) -> Value {
        var attempt = 1
        while true {
            var isTriedAgain = false
            do throws(Fault) {
                return try lend(for: .reading) { (session) throws(Fault) in
                    do throws(Fault) { return try body(session) } catch {
                        isTriedAgain = session.mayRunAgain
                        throw error
                    }
                }
            } catch {
                guard isTriedAgain, attempt < StorageLimits.attemptsMax else { throw error }
                attempt += 1
            }
        }
    }

    /// Runs many works in one transaction, so that all of them wait for one `fsync`; each is kept or left out by itself.
    ///
    /// Where the transaction as a whole fails, and it is certain that nothing was kept, each work runs again alone.
    func perform(_ works: [WriteWork]) {
        guard works.count > 1 else { return performEach(works[...]) }
        var outcomes: [Fault?] = []
        do throws(Fault) {
            try lend(for: .writing) { (session) throws(Fault) in
                do throws(Fault) {
                    try session.begin(.writing)
                    for work in works { outcomes.append(try Self.attempt(work, in: session)) }
                    try session.commit()
                } catch {
                    session.rollback()
                    throw error
                }
            }
        } catch {
            guard error.code == StorageFault.outcomeUnknown else { return performEach(works[...]) }
            for work in works { work.done(error) }
            return
        }
        for (work, outcome) in zip(works, outcomes) { work.done(outcome) }
    }

    /// One after another. When one cannot even begin, because the server is away for example, the others are not made to wait for the same.
    private func performEach(_ works: ArraySlice<WriteWork>) {
        var works = works
        while let work = works.popFirst() {
            var hasBegun = false
            do throws(Fault) {
                try transaction(.writing) { (session) throws(Fault) in
                    hasBegun = true
                    if let fault = work.run(session) { throw fault }
                }
                work.done(nil)
            } catch {
                work.done(error)
                if hasBegun { continue }
                for work in works { work.done(error) }
                return
            }
        }
    }

    /// The work's own failure is its outcome; the transaction's is thrown.
    private static func attempt(_ work: WriteWork, in session: any SQLSession) throws(Fault) -> Fault? {
        try session.run("savepoint work")
        let outcome = work.run(session)
        if let outcome {
            guard session.isInTransaction, !session.mayRunAgain else { throw outcome }
            try session.run("rollback to savepoint work")
        }
        try session.run("release savepoint work")
        return outcome
    }
}

/// Something to be written, with its value kept where only it knows.
struct WriteWork: Sendable {
    /// May run more than once; nil when it may be kept.
    let run: @Sendable (any SQLSession) -> Fault?
    /// Called once, with nil when it is on disk.
    let done: @Sendable (Fault?) -> Void
}
