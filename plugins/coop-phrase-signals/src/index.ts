// An integration in Coop's published format (generation 2): a manifest, and a function that makes the signals. It judges how a text is
// said, by formulas anyone can check; there is no model and no network behind it.
import { manifest } from './manifest';
import { firstQuestion } from './questions';
import { readingEase } from './reading';
import { shouting } from './shouting';

interface SignalContext {
  integrationId: string;
  getCredential(orgId: string): Promise<{ exemptWords?: unknown } | undefined>;
}

interface RunInput {
  value: { type: string; value: string };
  orgId: string;
}

/** What the three signals have in common. */
function signal(type: string, rest: Record<string, unknown>) {
  return {
    signalTypeId: type,
    signal: {
      id: { type },
      docsUrl: null,
      recommendedThresholds: null,
      supportedLanguages: 'ALL',
      pricingStructure: { type: 'FREE' },
      eligibleInputs: ['STRING'],
      getDisabledInfo: async () => ({ disabled: false }),
      needsMatchingValues: false,
      eligibleSubcategories: [],
      needsActionPenalties: false,
      integration: manifest.id,
      allowedInAutomatedRules: true,
      ...rest,
    },
  };
}

function createSignals({ getCredential }: SignalContext) {
  async function exemptWords(orgId: string): Promise<Set<string>> {
    const words = (await getCredential(orgId))?.exemptWords;
    return new Set(Array.isArray(words) ? words.map((word) => String(word).trim().toUpperCase()) : []);
  }

  return [
    signal('SHOUTING_SCORE', {
      displayName: 'Shouting',
      description: 'Share of a text that is shouted: words in capitals, and exclamation marks beyond the usual. 0 to 1.',
      recommendedThresholds: { highPrecisionThreshold: 0.8, highRecallThreshold: 0.5 },
      outputType: { scalarType: 'NUMBER' },
      getCost: () => 1,
      run: async ({ value, orgId }: RunInput) => {
        const { score, loudest } = shouting(value.value, await exemptWords(orgId));
        return { outputType: { scalarType: 'NUMBER' }, score, matchedValue: loudest };
      },
    }),
    signal('READING_EASE', {
      displayName: 'Reading ease',
      description: "Flesch's reading ease for English: 0 is hard, 100 is easy. Texts of fewer than five words have none.",
      recommendedThresholds: { highPrecisionThreshold: 80, highRecallThreshold: 60 },
      supportedLanguages: ['ENGLISH'],
      outputType: { scalarType: 'NUMBER' },
      getCost: () => 2,
      run: async ({ value }: RunInput) => ({ outputType: { scalarType: 'NUMBER' }, score: readingEase(value.value) }),
    }),
    signal('QUESTION_PRESENT', {
      displayName: 'Asks something',
      description: 'Whether the text holds a question: two words or more up to a question mark.',
      outputType: { scalarType: 'BOOLEAN' },
      getCost: () => 1,
      run: async ({ value }: RunInput) => {
        const question = firstQuestion(value.value);
        return { outputType: { scalarType: 'BOOLEAN' }, score: question !== undefined, matchedValue: question };
      },
    }),
  ];
}

export { createSignals, manifest };
export default { manifest, createSignals };
