const NAME = /^[\w.[-]+$/
const LETTERS = [...'_zyxwvtsrqpnmlkjhgfdcb9876543210']

/** Another name of that length, which nobody types and which stands at the same place of a sorted list. */
const otherName = (name: string, before: string, next: string): string | undefined =>
  [name.slice(-1).toUpperCase(), ...LETTERS]
    .map((letter) => name.slice(0, -1) + letter)
    .find((other) => other !== name && before < other && other < next)

/**
 * A busybox that does not know these programs by their names, as far as it has them: its shell, and others that run programs, look
 * for its own before they look along PATH. It is found no more by the next name in its list, which stays sorted.
 */
export function withoutApplets(busybox: Buffer, names: readonly string[]): Buffer {
  const changed = Buffer.from(busybox)
  for (const name of names) {
    const text = `\0${name}\0`
    for (let at = busybox.indexOf(text); at >= 0; at = busybox.indexOf(text, at + 1)) {
      const before = busybox.subarray(busybox.lastIndexOf(0, at - 1) + 1, at).toString('latin1')
      const end = at + text.length
      const next = busybox.subarray(end, busybox.indexOf(0, end)).toString('latin1')
      // Elsewhere it is a word of a message.
      if (!NAME.test(before) || !NAME.test(next) || before >= name || name >= next) continue
      const other = otherName(name, before, next)
      if (other !== undefined) changed.write(other, at + 1, 'latin1')
    }
  }
  return changed
}
