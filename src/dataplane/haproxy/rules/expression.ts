import { RE2JS } from 're2js'

/**
 * A step of an expression, by its first item; others are numbers of steps, which begin at 1, as Lua counts, and what it is
 * about. `.`: a character in one of these ranges, in order, then the step; `|`: either step, the first before the
 * second; `(`: a mark, by its number from 1 on, of where a group begins or ends; `^`: the step where all of these bits can
 * be said of the place; `!`: the end; `-`: none.
 */
type Step = readonly [kind: '.' | '|' | '(' | '^' | '!' | '-', ...numbers: readonly number[]]

/** What the Lua program holds texts against, in time that goes with their length whatever the expression is. */
export interface ExpressionProgram {
  readonly start: number
  readonly steps: readonly Step[]
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

const KEPT = 1000
const known = new Map<string, ExpressionProgram>()

/** Has no step to begin at: who is held against it is answered with 500. */
const NONE: ExpressionProgram = { start: 0, steps: [] }

/**
 * The program of an expression in RE2's syntax. Routes have found it right; were it none after all, its rule alone would
 * be broken.
 */
export const expressionProgram = (pattern: string): ExpressionProgram => {
  const before = known.get(pattern)
  if (before !== undefined) return before
  const program = compile(pattern)
  if (known.size >= KEPT) known.clear()
  known.set(pattern, program)
  return program
}

const compile = (pattern: string): ExpressionProgram => {
  try {
    const { inst, start } = RE2JS.compile(pattern).re2Input.prog
    return { start: start + 1, steps: (inst as readonly Instruction[]).map(stepOf) }
  } catch {
    return NONE
  }
}

const stepOf = ({ op, out, arg, runes }: Instruction): Step => {
  const next = out + 1
  if (ALTERNATIVES.includes(op)) return ['|', next, arg + 1]
  if (op === CAPTURE) return ['(', next, arg + 1]
  if (op === EMPTY_WIDTH) return ['^', next, arg]
  if (op === NOP) return ['^', next, 0]
  if (op === MATCH) return ['!']
  if (RUNES.includes(op)) return ['.', next, ...ranges([...runes], arg)]
  if (op === ANY) return ['.', next, 0, HIGHEST]
  if (op === ANY_BUT_NEWLINE) return ['.', next, 0, 9, 11, HIGHEST]
  return ['-']
}

/** One character stands for itself, or for those that are the same in upper and lower case. */
const ranges = (runes: readonly number[], flags: number): readonly number[] => {
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
