package import Manifests
package import PluginModel

/// Why a package was not taken, or the store could not do what it was asked.
package enum StoreError: Error, Sendable {
    /// The package itself is at fault; at least one finding is an error. `reading` is there when its manifest was read.
    case rejected(findings: [Finding], reading: PackageReading?)
    case refused(Fault)

    package var findings: [Finding] {
        if case .rejected(let findings, _) = self { findings } else { [] }
    }

    /// The error as a person sees it: the first finding that is an error, the others in `details`.
    package var fault: Fault {
        switch self {
        case .refused(let fault): return fault
        case .rejected(let findings, _):
            guard let first = findings.errors.first ?? findings.first else {
                return Fault(code: "package.rejected", message: "This package cannot be used.", turn: .plugin)
            }
            return Fault(
                code: first.code, message: first.sentence, place: first.place.description, remedy: first.remedy, turn: .plugin,
                details: Finding.details(of: findings, told: [first]))
        }
    }

    static func rejected(_ finding: Finding) -> StoreError { .rejected(findings: [finding], reading: nil) }

    static func refused(
        _ code: String, _ message: String, place: String? = nil, remedy: String? = nil, turn: Fault.Turn = .operator
    ) -> StoreError {
        .refused(Fault(code: code, message: message, place: place, remedy: remedy, turn: turn))
    }

    /// The store's own folder failed us: no room, no right, a bad disk. `path` stays in the log.
    static func unusable(_ doing: String, _ path: String, errno number: Int32) -> StoreError {
        .refused(
            Fault(
                code: "package.store-unusable", message: "The store could not \(doing): \(systemErrorText(number)).",
                remedy: "Check the data folder: who may write there, and how much room is left.", turn: .operator, details: path))
    }

    static func unusable(_ doing: String, _ failure: FileFailure) -> StoreError {
        .refused(
            Fault(
                code: "package.store-unusable", message: "The store could not \(doing).",
                remedy: "Check the data folder: who may write there, and how much room is left.", turn: .operator,
                details: failure.sentence))
    }
}
