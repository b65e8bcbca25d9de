import { NOWHERE, type Problem } from './problem.ts'

/** A problem, and the text by which Kubernetes tells two of them apart. */
export interface Finding extends Problem {
  readonly text: string
}

/** What was found of a value, and how much of it was right: the best of several schemas is told of. */
export class Findings {
  readonly list: Finding[] = []
  /** Checks that were made and passed, counted as Kubernetes counts them. */
  matches = 0

  get isEmpty(): boolean {
    return this.list.length === 0
  }

  /** Each text once. */
  add(finding: Finding): void {
    if (!this.list.some(({ text }) => text === finding.text)) this.list.push(finding)
  }

  merge({ list, matches }: Findings): void {
    for (const finding of list) this.add(finding)
    this.matches += matches
  }

  /** It is as it was before, which is forgiven. */
  forgive(): void {
    this.list.length = 0
  }
}

/** Of a schema as a whole, which Kubernetes tells of without a field. */
export const general = (text: string): Finding => ({
  type: 'Invalid',
  field: NOWHERE,
  badValue: '',
  detail: text,
  text,
})
