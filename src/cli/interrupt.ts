import { CliError } from './cli-error.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** While it lives, a signal does not end us: it aborts `signal`, and the work at hand is brought to a clean end. */
interface Interrupts extends Disposable {
  readonly signal: AbortSignal
}

/**
 * Takes Ctrl-C, and what a terminal or a service manager sends, until it is disposed of. The reason is CliError
 * INTERRUPTED, which says `whatThen`.
 */
export const takeInterrupts = (whatThen = 'what was made is taken down again'): Interrupts => {
  const controller = new AbortController()
  const listener = (name: NodeJS.Signals): void =>
    controller.abort(new CliError('INTERRUPTED', `interrupted by ${name}; ${whatThen}`))
  for (const name of SIGNALS) process.on(name, listener)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, listener)
    },
  }
}
