import type { Cure } from '../trace/cure.ts'
import type { Finding } from '../trace/finding.ts'
import type { Trace } from '../trace/trace.ts'
import type { Candidate } from '../trace/walk/candidate.ts'
import { nameText, senderText } from '../words/object.ts'
import { type ToldCure, type ToldFinding, tellFinding } from '../words/tell.ts'
import { unseenText } from '../words/unseen.ts'
import { candidateText } from '../words/walk/candidate.ts'
import { stepText } from '../words/walk/step.ts'
import type { StepText } from '../words/walk/step-text.ts'

/* A trace with its words beside the codes, for tests of what people read. */

export type WithCommand = Omit<Cure, 'effect'> & ToldCure & { readonly question?: { readonly to: string } }
export type WithWords = Pick<Finding, 'log' | 'doubt'> &
  Omit<ToldFinding, 'cures'> & { readonly cures: readonly WithCommand[] }

interface ToldCandidate extends Omit<Candidate, 'pod' | 'why'> {
  readonly pod: string | undefined
  readonly why: string
}

export interface Told extends Omit<Trace, 'source' | 'service' | 'steps' | 'candidates' | 'findings' | 'unseen'> {
  readonly trace: Trace
  readonly source: { readonly name: string; readonly address: string; readonly node: string | undefined }
  readonly service: string | undefined
  readonly reachable: boolean
  readonly steps: readonly StepText[]
  readonly candidates: readonly ToldCandidate[]
  readonly findings: readonly WithWords[]
  readonly unseen: readonly string[]
}

export const told = (trace: Trace): Told => ({
  ...trace,
  trace,
  source: { ...trace.source, name: senderText(trace.source.sender), node: trace.source.node },
  service: trace.service && nameText(trace.service),
  reachable: trace.verdict === 'reachable',
  steps: trace.steps.map((step) => stepText(step, trace.source.sender)),
  candidates: trace.candidates.map((one) => ({
    ...one,
    pod: one.pod && nameText(one.pod),
    why: candidateText(one).replace(/^.*?: /, ''),
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
  unseen: trace.unseen.map(unseenText),
})
