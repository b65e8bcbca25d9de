import { spawnSync } from 'node:child_process'

/** What git tells of a folder, path by path; undefined where it is no clone, or has no such commit. */
const paths = (top: string, ...words: readonly string[]): readonly string[] | undefined => {
  const { status, stdout } = spawnSync('git', ['-C', top, ...words, '-z'], { encoding: 'utf8' })
  return status === 0 ? stdout.split('\0').filter((path) => path !== '') : undefined
}

/** Paths from the top of the tree. */
interface Changes {
  readonly since: string
  readonly paths: readonly string[]
}

/**
 * What is to be committed; where there is nothing, what the last commit brought. Undefined where git knows neither: all
 * may be new.
 */
export const changesOf = (top: string): Changes | undefined => {
  const tracked = paths(top, 'diff', '--name-only', '--no-renames', '--relative', 'HEAD')
  const untracked = paths(top, 'ls-files', '--others', '--exclude-standard')
  if (tracked === undefined || untracked === undefined) return undefined
  if (tracked.length + untracked.length > 0) return { since: 'the last commit', paths: [...tracked, ...untracked] }
  const last = paths(top, 'diff', '--name-only', '--no-renames', '--relative', 'HEAD^', 'HEAD')
  return last && { since: 'the commit before the last', paths: last }
}
