import { ExplainError } from '#explain/ask/explain-error.ts'
import type { Accord } from '#explain/trace/live.ts'
import type { Verdict } from '#explain/trace/trace.ts'
import { isUsage } from './exit-status.ts'

/* Exit status of `fairlead explain`, and for errors of `policy` too: docs/explain.md has the table. */

const OF_VERDICT: Readonly<Record<Verdict, number>> = { reachable: 0, sometimes: 1, unreachable: 1, unknown: 3 }
const OF_ACCORD: Readonly<Record<Accord, number>> = { agree: 0, unanswered: 3, disagree: 1 }

/** Of a walk, and of what real packets met: what they show to answer is reachable, whatever else could not be seen. */
export const statusOf = (verdict: Verdict, accord: Accord | undefined): number =>
  accord === undefined || OF_VERDICT[verdict] === 1 ? OF_VERDICT[verdict] : OF_ACCORD[accord]

/** 2: the question cannot be asked. 3: it could not be found out. */
export const statusOfError = (error: unknown): number =>
  error instanceof ExplainError || isUsage(error) || isOfNoNamespace(error) ? 2 : 3

const isOfNoNamespace = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | null)?.code === 'NO_SUCH_NAMESPACE'
