// How much of what a plugin says crosses to the hub, which checks all of it again.

export const limits = {
  depth: 32, values: 50_000, keyCharacters: 200, stringCharacters: 100_000, charactersInAll: 1_000_000, signals: 500, notices: 200,
  messageCharacters: 2000, matchedValueCharacters: 4000, enumValues: 1000, organisations: 256, batch: 10_000,
  answerCharacters: 2_000_000, hops: 32, pauseMs: 50, catalogValues: 400_000, catalogCharacters: 4_000_000,
};
