import type { Protocol } from '#net/port-protocol.ts'
import type { Cure } from './cure.ts'
import type { Finding } from './finding.ts'
import type { NodeKernel } from './kernels.ts'
import type { Question } from './question.ts'
import type { ObjectRef, Socket } from './reference.ts'
import type { RequestTrace } from './request/request.ts'
import type { Sender } from './sender.ts'
import type { Unseen } from './unseen.ts'
import type { Candidate } from './walk/candidate.ts'
import type { ModelWalk } from './walk/model-walk.ts'
import type { PathOutcome } from './walk/outcome.ts'
import type { Step } from './walk/step.ts'

/** `sometimes`: the kernel picks, and some picks are not answered. `unknown`: it cannot be told from here. */
export type Verdict = 'reachable' | 'sometimes' | 'unreachable' | 'unknown'

/**
 * The answer to a question, as codes and facts: what `words/` tells in English, `--output json` prints, and a page can
 * draw. Plain data: JSON keeps all of it.
 */
export interface Trace {
  readonly question: Question
  readonly protocol: Protocol
  readonly source: { readonly sender: Sender; readonly address: string; readonly node?: string }
  /** The first address that is asked; left out where the name led nowhere. */
  readonly destination?: Socket
  /** Where a Service is asked. */
  readonly service?: ObjectRef
  /** Where a gateway is asked for a URL: what becomes of the request there. All else is about the way to the gateway. */
  readonly request?: RequestTrace
  readonly verdict: Verdict
  /**
   * What the verdict stands on. `kernels`: the agents of the nodes whose rules it meets told that their kernels hold
   * them. `model`: no kernel was asked, it is what the rules should do.
   */
  readonly basis: 'kernels' | 'model'
  readonly steps: readonly Step[]
  readonly candidates: readonly Candidate[]
  readonly outcomes: readonly PathOutcome[]
  /** Of each node whose rules it meets; none where the rules are not ours. */
  readonly walks: readonly ModelWalk[]
  /** Where agents of nodes could be asked: what the kernels on the way hold of what is asked. */
  readonly kernels?: readonly NodeKernel[]
  readonly findings: readonly Finding[]
  /** A Service was asked as itself (`svc/web`), and who asks for it by its name finds none: what says why. */
  readonly nameless?: Cure
  readonly unseen: readonly Unseen[]
}
