import { assertModelCardHasRequiredSections } from '@roostorg/types';

const modelCard = {
  modelName: 'Phrase signals',
  version: '1.0.0',
  releaseDate: '2026-11-21',
  sections: [
    {
      id: 'trainingData',
      title: 'Training data',
      fields: [{ label: 'Data', value: 'None. Nothing was trained: the scores are formulas over letters, words and punctuation.' }],
    },
    {
      id: 'policyAndTaxonomy',
      title: 'Policy and taxonomy',
      fields: [
        { label: 'SHOUTING_SCORE', value: 'How much of a text stands in capitals, and how many exclamation marks it has beyond the usual.' },
        { label: 'READING_EASE', value: "Flesch's reading ease for English, 0 (hard) to 100 (easy)." },
        { label: 'QUESTION_PRESENT', value: 'Whether the text asks something: two words or more up to a question mark.' },
      ],
    },
    {
      id: 'annotationMethodology',
      title: 'Annotation methodology',
      fields: [{ label: 'Annotation', value: 'None. The expected scores of the test texts were worked out by hand from the formulas.' }],
    },
    {
      id: 'performanceBenchmarks',
      title: 'Performance benchmarks',
      subsections: [
        {
          title: 'Speed',
          fields: [{ label: 'Cost', value: 'Linear in the length of the text; a fraction of a millisecond for a paragraph, without a just-in-time compiler.' }],
        },
        {
          title: 'Quality',
          fields: [
            { label: 'Shouting, questions', value: 'Exact by definition; whether the definition fits is for each community to judge.' },
            { label: 'Syllables', value: 'Counted by groups of vowels, which is right for about nine English words in ten.' },
          ],
        },
      ],
    },
    {
      id: 'biasAndLimitations',
      title: 'Bias and limitations',
      fields: [
        { label: 'Capitals', value: 'Scripts without capitals never shout. Abbreviations count as shouting unless an organisation lists them.' },
        { label: 'Reading ease', value: 'Made for English prose; other languages, verse, lists and code get numbers that mean little.' },
        { label: 'Questions', value: 'Questions without a question mark are missed; rhetorical ones are found.' },
        { label: 'Not for', value: 'Deciding about people on its own. How a thing is said is weak evidence of what is meant.' },
      ],
    },
    {
      id: 'implementationGuidance',
      title: 'Implementation guidance',
      fields: [
        { label: 'Thresholds', value: 'SHOUTING_SCORE 0.8 finds texts that are shouted nearly throughout, 0.5 those that are in part. READING_EASE 80 and 60 find easy texts.' },
        { label: 'Configuration', value: 'Optional: words that may stand in capitals, per organisation.' },
      ],
    },
    {
      id: 'relevantLinks',
      title: 'Relevant links',
      fields: [
        { label: 'Sources', value: 'In this package, under src/; texts with their expected scores in examples.json.' },
        { label: 'Reading ease', value: 'R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948).' },
      ],
    },
  ],
};

assertModelCardHasRequiredSections(modelCard);

export const manifest = {
  id: 'PATCHBAY_EXAMPLE_TEXT',
  name: 'Phrase signals',
  version: '1.0.0',
  description: 'How a text is said: shouted, hard to read, asking.',
  requiresConfig: false,
  configurationFields: [
    {
      key: 'exemptWords',
      label: 'Words that may be in capitals',
      required: false,
      inputType: 'array',
      placeholder: 'NASA',
      description: 'Abbreviations that are not shouting, one a line.',
    },
  ],
  signalTypeIds: ['SHOUTING_SCORE', 'READING_EASE', 'QUESTION_PRESENT'],
  modelCard,
  logoPath: 'assets/logo.svg',
};
