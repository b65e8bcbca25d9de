import type { Live } from './live.ts'
import type { Trace } from './trace.ts'

/** What `fairlead explain -o json` prints. */
export interface Answer extends Trace {
  /** The same in English, as the terminal has it. */
  readonly text: string
  /** With `--live`, where there was an address to send to. */
  readonly live?: Live
}
