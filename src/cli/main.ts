import { CliError } from './cli-error.ts'
import { type Command, didYouMean, helpOf, type Io, parseInvocation } from './command.ts'
import type { CommandGroup } from './command-entry.ts'
import { commandList } from './command-list.ts'
import { exitStatusOf } from './exit-status.ts'

const verbs = commandList.map(({ name }) => name)
const listOf = (all: readonly { readonly name: string; readonly summary: string }[]): string => {
  const width = Math.max(...all.map(({ name }) => name.length)) + 3
  return all.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')
}
const overview = `fairlead: a Kubernetes cluster on one machine, in a second; its Services and its network, real

Usage: fairlead VERB [flags]

${listOf([...commandList, { name: 'help', summary: 'this, or: fairlead help VERB' }])}
`

const HELP: readonly string[] = ['help', '--help', '-h']

const run = async (words: readonly string[], io: Io): Promise<number> => {
  const [verb = 'help', ...rest] = words
  if (HELP.includes(verb)) {
    const about = rest.filter((word) => !HELP.includes(word))
    if (about.length > 0) return run([...about, '--help'], io)
    io.out(overview)
    return 0
  }
  const entry = commandList.find(({ name }) => name === (verb === '--version' ? 'version' : verb))
  if (!entry)
    throw new CliError('USAGE', `there is no verb '${verb}'${didYouMean(verb, verbs)}`, {
      hint: `one of: ${verbs.join(', ')}`,
    })
  if ('verbs' in entry) return runOfGroup(entry, rest, io)
  return runCommand(await entry.load(), rest, io)
}

/** `fairlead image load …`: the second word says which of the group is meant. */
const runOfGroup = async (group: CommandGroup, words: readonly string[], io: Io): Promise<number> => {
  const [verb = '--help', ...rest] = words
  const names = group.verbs.map(({ name }) => name.slice(group.name.length + 1))
  if (HELP.includes(verb)) {
    io.out(
      `fairlead ${group.name}: ${group.summary}\n\nUsage: fairlead ${group.name} VERB [flags]\n\n${listOf(group.verbs)}\n`,
    )
    return 0
  }
  const entry = group.verbs[names.indexOf(verb)]
  if (!entry)
    throw new CliError('USAGE', `there is no verb '${group.name} ${verb}'${didYouMean(verb, names)}`, {
      hint: `one of: ${names.join(', ')}`,
    })
  return runCommand(await entry.load(), rest, io)
}

const runCommand = async (command: Command, words: readonly string[], io: Io): Promise<number> => {
  // What stands behind `--` is not ours.
  const own = words.slice(0, words.includes('--') ? words.indexOf('--') : words.length)
  if (own.includes('--help') || own.includes('-h')) {
    io.out(helpOf(command))
    return 0
  }
  return command.run(parseInvocation(command, words, io))
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
  // Some carry their code in front, for logs.
  const message = error.message.replace(`${code}: `, '')
  io.err(`fairlead: ${message}\n${typeof hint === 'string' ? `  ${hint}\n` : ''}`)
  process.exitCode = exitStatus ?? exitStatusOf(error)
}
