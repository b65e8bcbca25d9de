import { getText } from '#agent/server/agent-api.ts'

/*
 * Asks the agent of this pod by its socket, for whoever may run programs in the pod: `ask.mjs /status '/kernel?service=shop/web'`.
 * Prints the answer of each path, a line each. Exit status 1 where one is refused, 2 where nobody answers.
 */

const SOCKET = process.env.FAIRLEAD_AGENT_SOCKET ?? '/run/fairlead/agent.sock'
const PATIENCE_MS = 8_000

const paths = process.argv.slice(2)
if (paths.length === 0 || !paths.every((path) => path.startsWith('/'))) {
  process.stderr.write('usage: ask.mjs /PATH...\n')
  process.exitCode = 1
}
for (const path of paths) {
  try {
    process.stdout.write(`${(await getText(SOCKET, path, PATIENCE_MS)).trimEnd()}\n`)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    process.stderr.write(`${code === undefined ? '' : `${SOCKET}: `}${message}\n`)
    process.exitCode = code === undefined ? 1 : 2
    break
  }
}
