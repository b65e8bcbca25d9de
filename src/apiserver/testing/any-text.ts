import fc from 'fast-check'

/** Any code point but half of a pair. fast-check's own `binary` makes a table of them all first, which takes a second. */
const character = fc
  .integer({ min: 0, max: 0x10_ff_ff })
  .filter((code) => code < 0xd8_00 || code > 0xdf_ff)
  .map((code) => String.fromCodePoint(code))

/** Texts of up to so many characters, whatever they are. */
export const anyText = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: character, maxLength })
