import type { Service } from '#api/core/service/message.ts'
import type { EndWord } from '../../policies/policy-view.ts'
import type { PolicyEnd } from '../../trace/policies/word.ts'

/** A pod's word that lets nothing pass, with the other end as the trace has it. */
export interface StoppedWord {
  readonly word: EndWord
  readonly end: PolicyEnd
  /** That led there. */
  readonly service: Service | undefined
}

export const SIDES = { ingress: 'from', egress: 'to' } as const
