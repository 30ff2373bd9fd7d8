internal import Glibc

/// Exit statuses of a worker, so that the hub can tell why one left by itself. See docs/protocol.md § Exit statuses.
package enum WorkerExit: Int32, Sendable, CaseIterable {
    case ordinary = 0
    /// The hub closed its end.
    case hubGone = 80
    /// A message could not be read.
    case protocolBroken = 81
    /// A required sandbox layer could not be put up.
    case lockdownRefused = 82
    /// The engine lacks something we depend on, or the prelude does not evaluate.
    case engineUnusable = 83
    /// The command line or the inherited descriptors are wrong: somebody ran the worker by hand.
    case misused = 84

    func leave() -> Never { _exit(rawValue) }
}
