import JSON
import Testing

@testable import JSONSchema

/// Every required test of both drafts, against a list of those known to fail.
@Suite(.enabled(if: PublishedSuite.folder != nil, PublishedSuite.absence))
struct ConformanceTests {
    /// By the names `PublishedSuite` gives them, at most fifteen in all; docs/json-schema.md lists the same.
    static let knownGaps: [Draft: Set<String>] = [.draft2020: [], .draft7: []]

    @Test(arguments: [(Draft.draft2020, 1_200), (.draft7, 900)])
    func `the published suite is there in full`(_ draft: Draft, _ least: Int) throws {
        var count = 0
        for file in PublishedSuite.files(draft) {
            let outcome = try PublishedSuite.run(draft, file)
            count += outcome.passed + outcome.failed.count
        }
        #expect(count >= least)
    }

    @Test(arguments: Draft.allCases.flatMap { draft in PublishedSuite.files(draft).map { (draft, $0) } })
    func `a file of the published suite is judged as published, known gaps aside`(_ draft: Draft, _ file: String) throws {
        let outcome = try PublishedSuite.run(draft, file)
        let known = try #require(Self.knownGaps[draft]).filter { $0.hasPrefix("\(file): ") }
        #expect(outcome.failed.sorted() == known.sorted())
    }
}
