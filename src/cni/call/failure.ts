import type { PluginConf } from '../conf/network-list.ts'

/** How a plugin ended. */
export interface PluginOutcome {
  readonly stdout: string
  readonly stderr: string
  /** `exit status 1`, `signal: killed`; absent where it ended well. */
  readonly failure?: string
}

const VERBS = { ADD: 'add', DEL: 'delete', CHECK: 'check', STATUS: 'status', GC: 'gc' } as const

const quoted = (text: string): string => JSON.stringify(text)

/** Why a plugin failed, by its own word where it gives one: an object on its standard output, else what it has said. */
export const failureText = ({ stdout, stderr, failure = '' }: PluginOutcome): string => {
  if (stdout.trim() === '')
    return stderr === '' ? `netplugin failed with no error message: ${failure}` : `netplugin failed: ${quoted(stderr)}`
  try {
    const { msg = '', details = '' } = JSON.parse(stdout) as { readonly msg?: string; readonly details?: string }
    return `${msg}${details === '' ? '' : `; ${details}`}`
  } catch (error) {
    return `netplugin failed but error parsing its diagnostic message ${quoted(stdout)}: ${(error as Error).message}`
  }
}

/** What libcni says of a plugin that failed: `plugin type="bridge" failed (add): …`. */
export const failedPlugin = ({ type, name }: PluginConf, command: keyof typeof VERBS, why: string): string =>
  `plugin type=${quoted(type)}${typeof name === 'string' && name !== '' ? ` name=${quoted(name)}` : ''} failed (${VERBS[command]}): ${why}`

/** Of a plugin that is in none of the folders. */
export const missingPlugin = (type: string, path: readonly string[]): string =>
  `failed to find plugin ${quoted(type)} in path [${path.join(' ')}]`
