import { leaves } from '#cluster/config.ts'
import type { ExplainTarget } from '../clusters/explain-target.ts'
import type { Io } from '../command.ts'

/** Where others keep the policies of a cluster, what is told of them is what these are to do. */
export const tellWhoseTheyAre = (target: ExplainTarget, io: Io): void => {
  if (target.kind === 'local' && leaves(target.config, 'policies'))
    io.err('others keep policies here: this is what they are to do\n')
}
