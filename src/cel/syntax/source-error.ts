/** Something wrong at a place of an expression, counted in code points from its beginning. */
export interface SourceProblem {
  readonly at: number
  readonly message: string
}

interface Place {
  readonly line: number
  readonly column: number
}

const placeOf = (points: readonly string[], at: number): Place => {
  let [line, column] = [1, 0]
  for (const point of points.slice(0, at)) {
    column++
    if (point !== '\n') continue
    line++
    column = 0
  }
  return { line, column }
}

const isWide = (point: string | undefined): boolean => (point?.codePointAt(0) ?? 0) > 0x7f

const shown = (source: string, { message }: SourceProblem, { line, column }: Place): string => {
  const text = source.split('\n')[line - 1]?.replaceAll('\t', ' ')
  const head = `ERROR: <input>:${line}:${column + 1}: ${message}`
  if (text === undefined) return head
  const points = [...text]
  const dots = points.slice(0, column).map((point) => (isWide(point) ? '．' : '.'))
  return `${head}\n | ${text}\n | ${dots.join('')}${isWide(points[column]) ? '＾' : '^'}`
}

/** An expression that cannot be compiled; the message shows each problem and its place, as cel-go words it. */
export class CelCompileError extends Error {
  readonly code = 'CEL_COMPILE'
  readonly problems: readonly SourceProblem[]
  constructor(source: string, problems: readonly SourceProblem[]) {
    const points = [...source]
    const sorted = problems.map((problem) => ({ problem, place: placeOf(points, problem.at) }))
    sorted.sort((one, other) => one.place.line - other.place.line || one.place.column - other.place.column)
    super(sorted.map(({ problem, place }) => shown(source, problem, place)).join('\n'))
    this.name = 'CelCompileError'
    this.problems = problems
  }
}
