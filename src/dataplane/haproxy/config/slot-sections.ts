import { kindLines } from '../slot-kind.ts'
import type { Slots } from '../slots.ts'
import { NO_SERVER_COUNTER } from './rule-counters.ts'

/** Who has been sent to a server before comes back to it, if it is there. */
const KEPT = '  use-server %[var(txn.server)] if { var(txn.server) -m found }'

/** A section of defaults for each kind, and a section of one line for each slot. Servers come while the proxy runs. */
export function slotSections({ pools }: Slots, isCounted: boolean): readonly string[] {
  const lines: string[] = []
  for (const kind of [...pools.keys()].sort()) {
    const own = [...kindLines(kind), ...(isCounted && kind.startsWith('http') ? [NO_SERVER_COUNTER] : [])]
    lines.push('', `defaults ${kind} from base`, ...own.map((line) => `  ${line}`))
    for (let number = 1; number <= (pools.get(kind) as number); number++) {
      lines.push(`backend ${kind}-${number}`, ...(kind.startsWith('http') ? [KEPT] : []))
    }
  }
  return lines
}
