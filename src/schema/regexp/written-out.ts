/** What stands in an expression of RE2. */
const TOKEN = new RegExp(
  [
    String.raw`\\Q(?<quoted>.*?)(?:\\E|$)`,
    String.raw`(?<named>\\[pP](?:\{[^}]*\}?|.))`,
    String.raw`\\x\{[^}]*\}?|\\.`,
    String.raw`(?<letters>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]?)`,
    String.raw`(?<flags>\(\?[-a-zA-Z]*\))`,
    String.raw`(?<opens>\((?:\?(?:P?<\w*>|[-a-zA-Z]*:))?)`,
    String.raw`(?<closes>\))`,
    String.raw`\{(?<least>\d+)(?:,(?<most>\d*))?\}`,
    '.',
  ].join('|'),
  'gsu',
)

/** A class has hundreds of ranges. */
const CLASS = 20

/**
 * About how many steps an expression of RE2 is written out to when it is compiled, where a repetition is as often there as
 * it may be: a few letters are thousands of steps. Takes as long as the text is. One that is no expression has a number, too.
 */
export function writtenOut(text: string): number {
  const around: number[] = []
  let [sum, last] = [0, 0]
  for (const { 0: token, groups = {} } of text.matchAll(TOKEN)) {
    const { quoted, named, letters, flags, opens, closes, least, most } = groups
    if (opens !== undefined) {
      around.push(sum)
      sum = last = 0
    } else if (closes !== undefined) {
      last = sum + 1
      sum = (around.pop() ?? 0) + last
    } else if (least !== undefined) {
      const times = Math.max(1, Number(most || least))
      sum += last * (times - 1)
      last *= times
    } else {
      last =
        flags !== undefined
          ? 0
          : named !== undefined || (letters ?? '').includes('\\p')
            ? CLASS
            : Math.min(1, token.length)
      sum += quoted === undefined ? last : quoted.length
    }
  }
  return around.reduce((all, one) => all + one, sum)
}
