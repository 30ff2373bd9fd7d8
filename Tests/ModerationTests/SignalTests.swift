import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Testing

extension LiveSignals {
    /// Signals of integrations, from their packages to decisions.
    struct OrganisationTests {
        /// Behaves as the published example does: a coin that falls as often as the organisation says, and a score that asks for nothing.
        static let coin = SignalLab.module(
            "COIN",
            manifest:
                "requiresConfig: true, configurationFields: [{ key: 'truePercentage', label: 'True percentage', required: true, inputType: 'text' }]",
            """
            const percentage = async (orgId) => {
              if (typeof orgId !== 'string') return 50;
              const raw = (await getCredential(orgId))?.truePercentage;
              const number = typeof raw === 'number' ? raw : typeof raw === 'string' ? Number(raw.trim()) : NaN;
              return Number.isNaN(number) ? 50 : Math.min(100, Math.max(0, number));
            };
            const getDisabledInfo = async (orgId) => {
              const raw = (await getCredential(orgId))?.truePercentage;
              return raw === undefined || String(raw).trim() === ''
                ? { disabled: true, disabledMessage: 'Say how often the coin falls on true.' } : { disabled: false };
            };
            return [
              signal('COIN_FLIP', async (input) => score(Math.random() * 100 < await percentage(input.orgId), { scalarType: 'BOOLEAN' }),
                { outputType: { scalarType: 'BOOLEAN' }, eligibleInputs: ['STRING', 'IMAGE', 'FULL_ITEM'], getCost: () => 0, getDisabledInfo }),
              signal('COIN_SCORE', async () => score(Math.random() * 100), { getCost: () => 0,
                recommendedThresholds: { highPrecisionThreshold: 50, highRecallThreshold: 50 } }),
            ];
            """)

        @Test(.timeLimit(.minutes(1))) func `a coin that is to fall on true seven times of ten does, for who has said so`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install("coin", Self.coin)
            let (red, blue) = (SignalLab.red, SignalLab.blue)
            let flip = SignalLab.asking("COIN_FLIP", .equals, .text("true"))
            // Nobody has set anything: disabled in the signal's own words, and the other one works.
            let before = await lab.decide(["a"], by: [flip, SignalLab.asking("COIN_SCORE", .lessThan, .number(100))], for: red)[0]
            #expect(before.results.map(\.truth) == [Truth.unknown, .true], "\(before.results.map(\.result))")
            #expect(
                before.results[0].result?["error"] == [
                    "code": "condition.signal-disabled", "message": "Say how often the coin falls on true.",
                ])
            #expect(await lab.signals.gallery("COIN_FLIP", for: red)?.disabled == "Say how often the coin falls on true.")

            try await lab.configure(id, red, ["truePercentage": "70"])
            let texts = (0..<5_000).map { "item \($0)" }
            let passed = await lab.decide(texts, by: [flip], for: red).count { $0.results[0].passed }
            // Three in a hundred are more than four standard deviations.
            #expect((3_350...3_650).contains(passed), "\(passed) of 5,000")
            let scored = await lab.decide(texts, by: [SignalLab.asking("COIN_SCORE", .greaterThanOrEquals, .number(80))], for: red)
            #expect((850...1_150).contains(scored.count { $0.results[0].passed }))
            #expect(await lab.signals.gallery("COIN_FLIP", for: red)?.disabled == nil)
            let health = try #require(await lab.signals.gallery("COIN_FLIP", for: red)?.health)
            #expect(health.calls == 5_000 && health.errors == 0 && health.p95Milliseconds != nil && health.costMilliseconds != nil)

            // The other organisation has said nothing, and sees nothing of it.
            #expect(await lab.signals.gallery("COIN_FLIP", for: blue)?.disabled != nil)
            #expect(await lab.signals.gallery("COIN_FLIP", for: blue)?.health == nil)
            #expect(await lab.decide(["a"], by: [flip], for: blue)[0].results[0].errorCode == "condition.signal-disabled")
            try await lab.configure(id, blue, ["truePercentage": "0"])
            #expect(await lab.decide(Array(texts.prefix(200)), by: [flip], for: blue).allSatisfy { $0.results[0].truth == .false })
            try await lab.configure(id, red, ["truePercentage": "100"])
            #expect(await lab.decide(Array(texts.prefix(200)), by: [flip], for: red).allSatisfy { $0.results[0].truth == .true })
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `a runner asks for its own organisation and no other`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install("coin", Self.coin)
            try await lab.configure(id, SignalLab.red, ["truePercentage": "100"])
            let program = RuleProgram(
                [SignalLab.asking("COIN_FLIP")], types: [SignalLab.post], signals: await lab.signals.signals(for: SignalLab.red))
            let decision = await RuleEvaluator(program, runner: lab.signals.runner(for: SignalLab.red)).decide(
                SignalLab.items(["a"]), orgID: "blue", traces: .all)[0]
            #expect(decision.results[0].errorCode == "condition.signal-missing")
            // One that was switched off has no signals any more.
            try await lab.registry.setEnabled(id, false, in: SignalLab.red, by: SignalLab.admin)
            #expect(await lab.signals.signals(for: SignalLab.red).isEmpty)
            #expect(await lab.signals.signals(for: SignalLab.blue).map(\.type) == ["COIN_FLIP", "COIN_SCORE"])
            await lab.end()
        }

        static let catalog = SignalLab.module(
            "LABELS",
            manifest:
                "requiresConfig: false, configurationFields: [{ key: 'labels', label: 'Labels', required: false, inputType: 'text' }]",
            more: """
                refreshCatalog: async ({ orgId, getCredential }) => {
                  const labels = ((await getCredential())?.labels ?? '').split(' ').filter((label) => label);
                  return { version: 'v' + labels.length, signals: labels.map((label) => ({
                    signalTypeId: label, displayName: 'Label ' + label, description: '', supportedLanguages: ['ENGLISH'],
                    eligibleInputs: ['STRING'], outputType: { scalarType: 'NUMBER' }, metadata: { factor: label.length },
                    eligibleSubcategories: [{ id: 'a', label: 'A', childrenIds: ['b'] }, { id: 'b', label: 'B', childrenIds: [] }],
                  })) };
                },
                createCatalogSignal: (entry, { getCredential }) => ({ ...entry, id: { type: entry.signalTypeId }, integration: 'LABELS',
                  docsUrl: null, pricingStructure: { type: 'FREE' }, recommendedThresholds: null, needsMatchingValues: false,
                  needsActionPenalties: false, allowedInAutomatedRules: true, getCost: () => 7,
                  getDisabledInfo: async () => ({ disabled: false }),
                  run: async (input) => { await getCredential(input.orgId);
                    return { outputType: { scalarType: 'NUMBER' }, score: input.value.value.length * entry.metadata.factor }; } }),
                """, "return [signal('STATIC', async () => score(-1))];")

        @Test(.timeLimit(.minutes(1))) func `a catalog is one organisation's, and a bad one leaves the one before`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install("labels", Self.catalog)
            let (red, blue) = (SignalLab.red, SignalLab.blue)
            #expect(await lab.signals.signals(for: red).map(\.type) == ["STATIC"], "on first use it is empty")
            try await lab.configure(id, red, ["labels": "SPAM STATIC"])
            // Saving settings has it made anew.
            let deadline = ContinuousClock.now + .seconds(20)
            while await lab.signals.signals(for: red).count < 2, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(Set(await lab.signals.signals(for: red).map(\.type)) == ["STATIC", "SPAM"])
            #expect(await lab.signals.signals(for: blue).map(\.type) == ["STATIC"])
            let rules = [SignalLab.asking("SPAM", .equals, .number(8)), SignalLab.asking("STATIC", .equals, .number(12))]
            #expect(
                await lab.decide(["ab"], by: rules, for: red)[0].results.map(\.truth) == [Truth.true, .true], "'SPAM' has four letters")
            let other = await lab.decide(["ab"], by: rules, for: blue)[0]
            #expect(other.results[0].errorCode == "condition.signal-missing" && other.results[1].truth == .false)

            let shown = try #require(await lab.signals.gallery("SPAM", for: red))
            #expect(shown.signal.isOfCatalog && shown.signal.detail.cost == 7 && shown.signal.detail.languages == ["ENGLISH"])
            #expect(
                shown.signal.detail.subcategories.map(\.id) == ["a"] && shown.signal.detail.subcategories[0].children.map(\.id) == ["b"])

            // It was kept, and lives on in another worker; a refused one changes nothing.
            try await lab.configure(id, red, ["labels": "SPAM lowercase"])
            do throws(Fault) {
                _ = try await lab.registry.refreshCatalog(of: id, for: red)
                Issue.record("a bad entry was taken")
            } catch { #expect(error.code == "coop.catalog-refused" && error.message.contains("lowercase"), "\(error)") }
            #expect(Set(await lab.signals.signals(for: red).map(\.type)) == ["STATIC", "SPAM"])
            #expect(await lab.decide(["abc"], by: [SignalLab.asking("SPAM", .equals, .number(12))], for: red)[0].results[0].passed)
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `an item in a language that a signal does not understand is not asked about`() async throws {
            let lab = try await SignalLab()
            try await lab.install(
                "english",
                SignalLab.module(
                    "ENGLISH_ONLY", "return [signal('TONE', async () => score(1), { supportedLanguages: ['ENGLISH', 'GERMAN'] })];"))
            let items = ["de-AT", "FRENCH", "klingon"].map { language in
                Item(id: language, type: SignalLab.post, fields: [.one(.text("a")), .one(.text(language)), nil])
            }
            for comparator in [Comparator.equals, .isUnavailable] {
                let rule = SignalLab.asking("TONE", comparator, comparator == .equals ? .number(1) : nil)
                let decisions = await lab.decide([], by: [rule], for: SignalLab.red, items: items)
                #expect(decisions.map(\.signalRuns) == [1, 0, 1], "nobody knows what language the last is in")
                #expect(decisions[1].results[0].result?["outcome"] == "INAPPLICABLE")
                #expect(decisions[1].results[0].errorCode == "condition.other-language")
            }
            await lab.end()
        }
    }
}
