import { asciiJson } from './ascii-json.ts'
import { contentId } from './content-id.ts'

/** A text that the Lua program reads, as the map of texts has it. */
interface NamedText {
  /** Follows from the text. */
  readonly name: string
  /** None longer than a map's line may be: the rest of a longer text is at its name, `.` and a number. */
  readonly lines: ReadonlyMap<string, string>
}

/** A command of HAProxy has room for a buffer (`tune.bufsize`), with all that is said beside the text. */
const LONGEST = 8000

export function namedText(value: unknown): NamedText {
  const text = asciiJson(value)
  const name = contentId(text)
  const parts = Math.max(1, Math.ceil(text.length / LONGEST))
  const lines = new Map<string, string>()
  for (let part = 0; part < parts; part++) {
    const more = part + 1 < parts ? '>' : '.'
    lines.set(part === 0 ? name : `${name}.${part}`, more + text.slice(part * LONGEST, (part + 1) * LONGEST))
  }
  return { name, lines }
}
