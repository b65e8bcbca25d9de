import { familyBits, type IpFamily } from './ip-address.ts'

/**
 * Addresses or ranges as text, one of each family that a cluster has: IPv4 before IPv6 where it has both. All such lists
 * of a cluster are of the same families.
 */
export type PerFamily = readonly [first: string, ...more: string[]]

/** A list of one or more texts as what it is; undefined of an empty one. */
export const perFamilyOf = (texts: readonly string[]): PerFamily | undefined => {
  const [first, ...more] = texts
  return first === undefined ? undefined : [first, ...more]
}

/** All addresses of a family. */
export const EVERYWHERE: Readonly<Record<IpFamily, string>> = { IPv4: '0.0.0.0/0', IPv6: '::/0' }

/** The family of a text that is known to be an address or a range. */
export const familyOfText = (text: string): IpFamily => (text.includes(':') ? 'IPv6' : 'IPv4')

/** The families of a list, in its order. */
export const familiesOf = (texts: readonly string[]): readonly IpFamily[] => texts.map(familyOfText)

/** The one of a family. Throws RangeError where the list has none: lists of one cluster never differ. */
export const ofFamily = (texts: readonly string[], family: IpFamily): string => {
  const found = texts.find((text) => familyOfText(text) === family)
  if (found === undefined) throw new RangeError(`${texts.join(',')} has no ${family}`)
  return found
}

/** A list made of each text of a list, of the same families. */
export const perFamily = (texts: PerFamily, make: (text: string, family: IpFamily) => string): PerFamily => {
  return perFamilyOf(texts.map((text) => make(text, familyOfText(text))))!
}

/** The range of one address: /32 or /128. */
export const rangeOfOne = (address: string): string => `${address}/${familyBits(familyOfText(address))}`
