import { become, isProgram } from './program.ts'

const SHELL = '/bin/sh'
/** How Node.js calls a name that the C library looks for. */
const LOOKUP = 'GetAddrInfoReqWrap'

/**
 * Ends this process with that status. At its end Node.js waits for all its threads, and one that looks for a name waits for DNS: 20 s
 * where nobody answers. So another program takes its place then, which leaves at once.
 */
export const leave = (status: number): never => {
  if (process.getActiveResourcesInfo().includes(LOOKUP) && isProgram(SHELL)) become(SHELL, ['-c', `exit ${status}`], {})
  process.exit(status)
}
