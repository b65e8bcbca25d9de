import { asciiJson } from './ascii-json.ts'
import { contentId } from './content-id.ts'

/** Lines of the map of texts, and those of what they name. */
export interface Texts {
  readonly lines?: ReadonlyMap<string, string>
  readonly named?: readonly Texts[]
}

/** A text that the Lua program reads, as the map of texts has it. */
export interface NamedText extends Texts {
  /** Follows from the text. */
  readonly name: string
  /** None longer than a map's line may be: the rest of a longer text is at its name, `.` and a number. */
  readonly lines: ReadonlyMap<string, string>
}

/** A command of HAProxy has room for a buffer (`tune.bufsize`), with all that is said beside the text. */
const LONGEST = 8000

/** A value as a text, which names others. */
export function namedText(value: unknown, named: readonly Texts[] = []): NamedText {
  const text = asciiJson(value)
  const name = contentId(text)
  const parts = Math.max(1, Math.ceil(text.length / LONGEST))
  const lines = new Map<string, string>()
  for (let part = 0; part < parts; part++) {
    const more = part + 1 < parts ? '>' : '.'
    // A line of a map has no blank at its end. Only within a string JSON has any.
    const line = text.slice(part * LONGEST, (part + 1) * LONGEST).replace(/ $/, '\\u0020')
    lines.set(part === 0 ? name : `${name}.${part}`, more + line)
  }
  return { name, lines, named }
}

/** The lines of all these and of what they name, each once. */
export function linesOf(all: Iterable<Texts>): ReadonlySet<ReadonlyMap<string, string>> {
  const seen = new Set<Texts>(all)
  const found = new Set<ReadonlyMap<string, string>>()
  // What is added meanwhile has its turn, too.
  for (const { lines, named = [] } of seen) {
    if (lines !== undefined) found.add(lines)
    for (const one of named) seen.add(one)
  }
  return found
}
