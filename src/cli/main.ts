import { CliError } from './cli-error.ts'
import { didYouMean, helpOf, type Io, parseInvocation } from './command.ts'
import { commandList } from './command-list.ts'
import { exitStatusOf } from './exit-status.ts'

const verbs = commandList.map(({ name }) => name)
const width = Math.max(...verbs.map((name) => name.length)) + 3
const overview = `fairlead: a Kubernetes cluster on one machine, in a second; its Services and its network, real

Usage: fairlead VERB [flags]

${commandList.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')}
  ${'help'.padEnd(width)}this, or: fairlead help VERB
`

const HELP: readonly string[] = ['help', '--help', '-h']

const run = async (words: readonly string[], io: Io): Promise<number> => {
  const [verb = 'help', ...rest] = words
  if (HELP.includes(verb)) {
    const about = rest.find((word) => !HELP.includes(word))
    if (about !== undefined) return run([about, '--help'], io)
    io.out(overview)
    return 0
  }
  const entry = commandList.find(({ name }) => name === (verb === '--version' ? 'version' : verb))
  if (!entry)
    throw new CliError('USAGE', `there is no verb '${verb}'${didYouMean(verb, verbs)}`, {
      hint: `one of: ${verbs.join(', ')}`,
    })
  const command = await entry.load()
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(helpOf(command))
    return 0
  }
  return command.run(parseInvocation(command, rest, io))
}

const io: Io = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  terminal: process.stderr.isTTY === true,
  environment: process.env,
}
// A reader that went away (`fairlead logs | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  io.err(`fairlead: the standard output cannot be written: ${error.message}\n`)
  process.exit(1)
})
// Whoever does not hear what it says, as where the terminal was closed, is not helped by half a cluster.
process.stderr.on('error', () => undefined)
try {
  process.exitCode = await run(process.argv.slice(2), io)
} catch (error) {
  const { code, hint, exitStatus } = error as { code?: unknown; hint?: unknown; exitStatus?: number }
  if (!(error instanceof Error) || typeof code !== 'string') throw error
  io.err(`fairlead: ${error.message}\n${typeof hint === 'string' ? `  ${hint}\n` : ''}`)
  process.exitCode = exitStatus ?? exitStatusOf(error)
}
