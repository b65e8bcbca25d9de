import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import type { Kubeconfig, KubeconfigUser } from '#client/kubeconfig/kubeconfig.ts'
import { readFaultWords } from '#cluster/state/state-fault.ts'
import { CliError } from '../cli-error.ts'
import { kubeconfigProblem } from './kubeconfig-shape.ts'

/** The files that kubectl reads: `--kubeconfig`; else the whole list of `$KUBECONFIG`; else ~/.kube/config. */
export const kubeconfigPaths = (explicit: string | undefined, environment: NodeJS.ProcessEnv): readonly string[] => {
  if (explicit !== undefined) return [explicit]
  const list = (environment.KUBECONFIG ?? '').split(':').filter((path) => path !== '')
  return list.length > 0 ? list : [join(environment.HOME || homedir(), '.kube', 'config')]
}

type Named = { readonly name: string }
/** Fields that name a file: relative to the kubeconfig they stand in (client-go, ResolveLocalPaths). */
const PATHS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']

const resolved = <T extends object>(entry: T, folder: string): T =>
  Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [
      key,
      PATHS.includes(key) && typeof value === 'string' && value !== '' ? resolve(folder, value) : value,
    ]),
  ) as T

/** A plugin that is named by a path, and not found by PATH, is relative too. */
const withProgram = (user: KubeconfigUser | undefined, folder: string): KubeconfigUser => {
  const { exec, ...rest } = resolved(user ?? {}, folder)
  if (!exec) return rest
  const { command } = exec
  return { ...rest, exec: command?.includes('/') ? { ...exec, command: resolve(folder, command) } : exec }
}

/**
 * The kubeconfigs as one, as kubectl merges them: what comes first wins. Files that are not there are left out;
 * undefined where none is. Each entry says which file it is of. Throws CliError KUBECONFIG_MALFORMED, KUBECONFIG_UNUSABLE.
 */
export const readKubeconfigs = (paths: readonly string[]): Kubeconfig | undefined => {
  const found = paths.flatMap((path) => readOne(path) ?? [])
  if (found.length === 0) return undefined
  const merged = <T extends Named>(lists: readonly (readonly T[] | undefined)[]): readonly T[] => {
    const byName = new Map<string, T>()
    for (const one of lists.flatMap((list) => list ?? [])) if (!byName.has(one.name)) byName.set(one.name, one)
    return [...byName.values()]
  }
  const current = found.find((one) => one['current-context'])?.['current-context']
  return {
    ...(current !== undefined && { 'current-context': current }),
    contexts: merged(found.map(({ contexts }) => contexts)),
    clusters: merged(found.map(({ clusters }) => clusters)),
    users: merged(found.map(({ users }) => users)),
  }
}

const readOne = (path: string): Kubeconfig | undefined => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CliError(
      'KUBECONFIG_UNUSABLE',
      `the kubeconfig ${path} cannot be read: ${readFaultWords(error) ?? error}`,
      {
        hint: 'mend that, or give another file with --kubeconfig or $KUBECONFIG',
        cause: error,
      },
    )
  }
  const config = ((): Kubeconfig | null => {
    try {
      return parse(text) as Kubeconfig | null
    } catch (error) {
      throw new CliError('KUBECONFIG_MALFORMED', `${path} is not a kubeconfig: ${(error as Error).message}`, {
        hint: 'mend it, or give another file with --kubeconfig',
        cause: error,
      })
    }
  })()
  if (config === null) return {}
  if (typeof config !== 'object' || Array.isArray(config))
    throw new CliError('KUBECONFIG_MALFORMED', `${path} is not a kubeconfig: the top is not a mapping`, {
      hint: 'mend it, or give another file with --kubeconfig',
    })
  const problem = kubeconfigProblem(config as Readonly<Record<string, unknown>>)
  if (problem !== undefined)
    throw new CliError('KUBECONFIG_MALFORMED', `${path}: ${problem}`, {
      hint: 'mend it, or give another file with --kubeconfig',
    })
  const folder = dirname(resolve(path))
  return {
    ...config,
    clusters: (config.clusters ?? []).map((one) => ({
      ...one,
      file: path,
      cluster: resolved(one.cluster ?? {}, folder),
    })),
    contexts: (config.contexts ?? []).map((one) => ({ ...one, file: path, context: one.context ?? {} })),
    users: (config.users ?? []).map((one) => ({ ...one, file: path, user: withProgram(one.user, folder) })),
  }
}
