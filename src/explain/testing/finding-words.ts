import type { Finding } from '../trace/finding.ts'
import { findingText } from '../words/finding.ts'
import type { FindingText } from '../words/finding-text.ts'

type Facts<F> = F extends Finding ? Omit<F, 'cures'> : never

/** A finding but for its cures, of which its words tell nothing. */
export type FactsOfFinding = Facts<Finding>

export const findingWords = (facts: FactsOfFinding): FindingText => findingText({ ...facts, cures: [] } as Finding)
