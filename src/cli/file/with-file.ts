import { resolve } from 'node:path'
import type { Invocation } from '../command.ts'
import type { FoundClusterFile } from './read-cluster-file.ts'

/** What is said of a cluster, by flags and by a file. */
interface Said extends Pick<Invocation, 'flags' | 'switches'> {
  /** What of it was said in so many words, by the names of flags. */
  readonly asked: Readonly<Record<string, string>>
}

/** The flags of a call with what a file says: what was said on the command line counts over it, and it over defaults. */
export const withFile = (
  { flags, switches, given }: Pick<Invocation, 'flags' | 'switches' | 'given'>,
  file: FoundClusterFile | undefined,
): Said => {
  const kubeconfig = file?.flags.kubeconfig
  const fields: Readonly<Record<string, string>> = {
    ...file?.flags,
    ...(file !== undefined && kubeconfig !== undefined && { kubeconfig: resolve(file.folder, kubeconfig) }),
  }
  const left = <T>(said: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
    Object.entries(said).filter(([flag]) => !given.has(flag))
  const all = { ...flags, ...Object.fromEntries(left(fields)) }
  const set = { ...switches, ...Object.fromEntries(left(file?.switches ?? {})) }
  const words = new Set([...given, ...Object.keys(fields), ...Object.keys(file?.switches ?? {})])
  return {
    flags: all,
    switches: set,
    asked: Object.fromEntries([...words].map((flag) => [flag, all[flag] ?? `${set[flag]}`])),
  }
}
