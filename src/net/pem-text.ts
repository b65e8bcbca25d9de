/** A block of a text in PEM. */
interface PemText {
  readonly label: string
  /** Between its first line and its last, as it is written. */
  readonly body: string
  /** All of it. */
  readonly text: string
}

const BEGIN = /-----BEGIN ([^\n-]+)-----/g
const END = /-----END ([^\n-]+)-----/g

/**
 * The blocks of a text in PEM (RFC 7468) that have an end, in their order, in time that goes with the text's length; what is
 * between them is passed over.
 */
export const pemTexts = (text: string): readonly PemText[] => {
  const ends = Map.groupBy(text.matchAll(END), ([, label]) => label)
  // Of each label's ends those that may be ahead.
  const next = new Map<string, number>()
  const blocks: PemText[] = []
  let after = 0
  for (const { 0: first, 1: label = '', index } of text.matchAll(BEGIN)) {
    if (index < after) continue
    const begins = index + first.length
    const own = ends.get(label) ?? []
    let at = next.get(label) ?? 0
    while (at < own.length && own[at]!.index < begins) at++
    next.set(label, at)
    const end = own[at]
    if (end === undefined) continue
    after = end.index + end[0].length
    blocks.push({ label, body: text.slice(begins, end.index), text: text.slice(index, after) })
  }
  return blocks
}
