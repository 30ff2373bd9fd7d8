// Percent-encode sets by their numbers in CNatives/percent.c, and conversions that the URL Standard's classes share.
const { StringPrototypeToWellFormed } = core.primordials;

export const { percentEncode, percentDecode } = core.native;
export const controlSet = 0;
export const fragmentSet = 1;
export const querySet = 2;
export const specialQuerySet = 3;
export const pathSet = 4;
export const userinfoSet = 5;
export const formSet = 6;

/// Web IDL's USVString: lone surrogates become U+FFFD.
export function toUSVString(value) {
  return StringPrototypeToWellFormed(`${value}`);
}
