import type { ClusterFacts } from '../cluster/facts.ts'
import type { Effect } from '../trace/effect.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import { ask, facts } from './cluster.ts'

type FindingFacts = Omit<Finding, 'cures' | 'also'>

/** The first finding without words: its facts, what each of its cures does, and the command that does it. */
interface Diagnosed {
  readonly facts: FindingFacts
  readonly effects: readonly Effect[]
  readonly commands: readonly string[]
}

/** Asks the test cluster with `more` in place of what it has. */
export function diagnosed(more: Partial<ClusterFacts>, question: Partial<Question> = {}): Diagnosed {
  const { from = 'pod/client', to = 'svc/web', ...rest } = question
  const [finding] = ask(from, to, rest, facts(more)).trace.findings
  if (finding === undefined) throw new Error(`${to} answers ${from}`)
  const { cures, also: _, ...own } = finding
  return {
    facts: own,
    effects: cures.map(({ effect }) => effect),
    commands: cures.map(({ argv }) => argv.join(' ')),
  }
}

/** A broken cluster, and what is found there. */
export interface DiagnosisCase {
  readonly name: string
  readonly cluster: Partial<ClusterFacts>
  readonly question?: Partial<Question>
  readonly facts: object
  readonly effects: readonly object[]
  /** Their words with a blank between them; not quoted for a shell. */
  readonly commands: readonly string[]
}
