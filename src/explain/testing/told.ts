import type { Explanation } from '../explanation.ts'
import type { Candidate } from '../trace/candidate.ts'
import type { Cure } from '../trace/cure.ts'
import type { Finding } from '../trace/finding.ts'
import { candidateReasonText } from '../words/candidate.ts'
import { nameText } from '../words/object.ts'
import { type ToldCure, type ToldFinding, tellFinding } from '../words/tell.ts'

/* A trace with its words beside the codes, for tests of what people read. */

export type WithCommand = Omit<Cure, 'effect'> & ToldCure & { readonly question?: { readonly to: string } }
export type WithWords = Pick<Finding, 'log' | 'doubt'> &
  Omit<ToldFinding, 'cures'> & { readonly cures: readonly WithCommand[] }

export interface ToldCandidate extends Omit<Candidate, 'pod' | 'why'> {
  readonly pod: string | undefined
  readonly why: string
}

export interface Told extends Omit<Explanation, 'findings' | 'candidates'> {
  readonly candidates: readonly ToldCandidate[]
  readonly trace: Explanation
  readonly findings: readonly WithWords[]
}

export const told = (trace: Explanation): Told => ({
  ...trace,
  trace,
  candidates: trace.candidates.map((one) => ({
    ...one,
    pod: one.pod && nameText(one.pod),
    why: candidateReasonText(one.why),
  })),
  findings: trace.findings.map((finding) => {
    const words = tellFinding(finding)
    return {
      ...(finding.log && { log: finding.log }),
      ...(finding.doubt && { doubt: finding.doubt }),
      ...words,
      cures: words.cures.map((cure, index) => ({ ...(finding.cures[index] as Cure), ...cure })),
    }
  }),
})
