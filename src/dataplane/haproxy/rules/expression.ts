import { RE2JS } from 're2js'
import { type NamedText, namedText } from './named-text.ts'

/**
 * What the Lua program holds texts against, in time that goes with their length whatever the expression is: a few long
 * texts of records, of which it reads those that a text comes to. Numbers are four digits of base 36.
 *
 * A step is a letter and three numbers; steps are numbered from 1, as Lua counts. `.`: the next step behind a character in
 * one of some ranges, the first of them, how many; `|`: either step, the first before the second; `(`: the next step, and
 * a mark, by its number from 1 on, of where a group begins or ends; `^`: the next step where all of these bits can be said
 * of the place; `!`: the end; `-`: none. Numbers that are not named are 0.
 */
interface ExpressionProgram {
  /** 0: there is none, and who is held against it is answered with 500. */
  readonly start: number
  readonly steps: string
  /** Two characters each, the first and the last; those of a step in order. */
  readonly ranges: string
}

/** An instruction as RE2 has it. */
interface Instruction {
  readonly op: number
  readonly out: number
  readonly arg: number
  readonly runes: Iterable<number>
}

/** `InstOp` of RE2; 2 is an alternative, too. */
const ALTERNATIVES = [1, 2]
const CAPTURE = 3
const EMPTY_WIDTH = 4
const MATCH = 6
const NOP = 7
const RUNES = [8, 9]
const ANY = 10
const ANY_BUT_NEWLINE = 11
const FOLD_CASE = 1
const HIGHEST = 0x10ffff

/** Octets of texts that are kept for who asks next. */
const MOST_KEPT = 16 * 1024 * 1024
const known = new Map<string, NamedText>()
let kept = 0

/** The program of an expression in RE2's syntax, as a text that all who hold something against it name. */
export const expressionText = (pattern: string): NamedText => {
  const before = known.get(pattern)
  if (before !== undefined) return before
  const text = namedText(expressionProgram(pattern))
  if (kept > MOST_KEPT) {
    known.clear()
    kept = 0
  }
  known.set(pattern, text)
  for (const line of text.lines.values()) kept += line.length
  return text
}

/** Routes have found an expression right; were it none after all, its rule alone would be broken. */
const expressionProgram = (pattern: string): ExpressionProgram => {
  try {
    const { inst, start } = RE2JS.compile(pattern).re2Input.prog
    const ranges = new Ranges()
    const steps = (inst as readonly Instruction[]).map((one) => stepOf(one, ranges)).join('')
    return { start: start + 1, steps, ranges: ranges.text }
  } catch {
    return { start: 0, steps: '', ranges: '' }
  }
}

const record = (kind: string, ...numbers: readonly number[]): string =>
  kind + [0, 1, 2].map((at) => digits(numbers[at] ?? 0)).join('')
const digits = (number: number): string => number.toString(36).padStart(4, '0')

/** What steps take, each list once. */
class Ranges {
  text = ''
  readonly #places = new Map<string, number>()

  /** The number of the first one, and how many there are. */
  add(list: readonly number[]): readonly [first: number, count: number] {
    const text = list.map(digits).join('')
    const place = this.#places.get(text) ?? this.text.length / 8 + 1
    if (!this.#places.has(text)) this.text += text
    this.#places.set(text, place)
    return [place, list.length / 2]
  }
}

const stepOf = ({ op, out, arg, runes }: Instruction, ranges: Ranges): string => {
  const next = out + 1
  const character = (list: readonly number[]) => record('.', next, ...ranges.add(list))
  if (ALTERNATIVES.includes(op)) return record('|', next, arg + 1)
  if (op === CAPTURE) return record('(', next, arg + 1)
  if (op === EMPTY_WIDTH) return record('^', next, arg)
  if (op === NOP) return record('^', next, 0)
  if (op === MATCH) return record('!')
  if (RUNES.includes(op)) return character(rangesOf([...runes], arg))
  if (op === ANY) return character([0, HIGHEST])
  if (op === ANY_BUT_NEWLINE) return character([0, 9, 11, HIGHEST])
  return record('-')
}

/** One character stands for itself, or for those that are the same in upper and lower case. */
const rangesOf = (runes: readonly number[], flags: number): readonly number[] => {
  const [only] = runes
  if (runes.length !== 1 || only === undefined) return runes
  return (flags & FOLD_CASE) === 0 ? [only, only] : foldedRanges(only)
}

/** RE2 writes them out in a set of more than these: with one that is no character of any text. */
const foldedRanges = (rune: number): readonly number[] => {
  const set = `(?i)[\\x{${rune.toString(16)}}\\x{10fffe}]`
  const instructions: readonly Instruction[] = RE2JS.compile(set).re2Input.prog.inst
  const all = instructions.flatMap(({ op, runes }) => (RUNES.includes(op) ? [...runes] : []))
  return all.slice(0, -2)
}
