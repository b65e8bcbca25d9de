import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const top = join(import.meta.dirname, '..', '..')

interface Answer {
  readonly status: number
  /** Standard output, trimmed. */
  readonly text: string
  /** Both streams in the order they came, as a terminal shows them. */
  readonly shown: string
}

/** What a step could not show: its message is the whole story for the reader. */
export class StepFailed extends Error {
  readonly code = 'STEP_FAILED'
}

export interface Terminal {
  /** A line of the story. */
  readonly tell: (text: string) => void
  /**
   * Shows a command, runs it in the repository's folder as a shell would, and shows its answer. Throws StepFailed where its status is not `status` (0).
   * With `until` it is asked again, for up to ten seconds, until its output matches: a change takes its milliseconds to get to every kernel.
   */
  readonly run: (command: string, options?: { readonly until?: RegExp; readonly status?: number }) => Promise<Answer>
  /** The same without showing anything: for addresses that later commands need. */
  readonly look: (command: string) => Promise<string>
  /** States what the answers prove. Throws StepFailed with `otherwise` where they do not. */
  readonly prove: (holds: boolean, statement: string, otherwise: string) => void
}

const execute = (command: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // A proxy of the user's environment does not know the cluster's addresses.
    const env = { ...process.env, no_proxy: '*', NO_PROXY: '*' }
    const child = spawn('/bin/sh', ['-c', command], { cwd: top, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      shown += part
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      shown += part
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ status: status ?? 1, text: text.trim(), shown }))
  })

const indent = (text: string): string => text.trimEnd().replace(/^/gm, '    ')

/** A terminal that writes to `out`; `colours` only where a person watches. */
export const openTerminal = (out: (text: string) => void, colours: boolean): Terminal => {
  const style = (code: string, text: string): string => (colours ? `\x1b[${code}m${text}\x1b[0m` : text)
  const echo = (command: string): void => out(`\n  ${style('1', `$ ${command}`)}\n`)
  return {
    tell: (text) => out(`${text}\n`),
    look: async (command) => {
      const { status, text, shown } = await execute(command)
      if (status !== 0) throw new StepFailed(`'${command}' ended with status ${status}: ${shown.trim()}`)
      return text
    },
    run: async (command, { until, status = 0 } = {}) => {
      echo(command)
      const limit = performance.now() + 10_000
      for (let tries = 1; ; tries++) {
        const answer = await execute(command)
        const good = answer.status === status && (until === undefined || until.test(answer.shown))
        if (!good && until !== undefined && performance.now() < limit) {
          await sleep(100)
          continue
        }
        if (answer.shown.trim() !== '') out(`${style('2', indent(answer.shown))}\n`)
        if (tries > 1) out(`    (the answer to try ${tries})\n`)
        if (answer.status !== status)
          throw new StepFailed(`the command ended with status ${answer.status}, not ${status}`)
        if (!good) throw new StepFailed(`the answer has nothing like ${String(until)}`)
        return answer
      }
    },
    prove: (holds, statement, otherwise) => {
      if (!holds) throw new StepFailed(otherwise)
      out(`\n  ${style('32', '✓')} ${statement}\n`)
    },
  }
}
