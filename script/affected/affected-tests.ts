import { dirname, join, normalize } from 'node:path'

/** What every test is run with, or may read without naming it: packages, settings, how tests are started, recorded data. */
const FOR_ALL =
  /^(?:package(?:-lock)?\.json|tsconfig[\w.]*\.json|\.npmrc|script\/(?:ok|node|setup)|script\/check\/layers\.json|src\/.*(?<!\.ts))$/

/** The folder of a file's room: what looks through folders looks no further. */
const roomOf = (path: string): string => path.split('/', path.startsWith('src/') ? 2 : 1).join('/')

/** A string that is the name of a file: an import, a program that is started, a document that is compared. */
const NAMED = /['"`]([^'"`\s]+\.(?:ts|mjs|json|md|yaml))['"`]/g

/**
 * The paths that a string in a file may mean, from the top of the tree; one that begins with a slash is the end of a path,
 * as what is joined to a folder is.
 */
const meant = (from: string, name: string): readonly string[] => {
  if (name.startsWith('#')) return [`src/${name.slice(1)}`]
  const beside = normalize(join(dirname(from), name))
  if (name.startsWith('.')) return [beside]
  return name.includes('/') ? [beside, name, `/${name}`] : [beside, name]
}

/** What a string may have named a path by: itself, and its ends that have a folder. */
const namesOf = (path: string): readonly string[] => [
  path,
  ...[...path.matchAll(/\/(?=.*\/)/g)].map(({ index }) => path.slice(index)),
]

/** Whether a file may read whatever lies in the folders of its room. */
const looksAround = (text: string): boolean => /\bimport\.meta\b/.test(text) && /\b(?:readdir|glob)/.test(text)

/**
 * The tests that what has changed can make fail: those that load it, or name it, by whatever way, and those that look
 * through its room's folders.
 * @param files the code and its tests by path from the top of the tree, as all paths here
 * @param tests among them
 * @param changed what differs, also what is gone, and also what is no code
 */
export const affectedTests = (
  files: ReadonlyMap<string, string>,
  tests: readonly string[],
  changed: readonly string[],
): readonly string[] => {
  if (changed.some((path) => FOR_ALL.test(path))) return tests
  const namers = new Map<string, Set<string>>()
  const add = (named: string, by: string): void => {
    const known = namers.get(named)
    if (known) known.add(by)
    else namers.set(named, new Set([by]))
  }
  for (const [path, text] of files) {
    for (const [, name] of text.matchAll(NAMED)) for (const one of meant(path, name!)) add(one, path)
    if (looksAround(text)) add(roomOf(path), path)
  }
  const reached = new Set([...changed, ...changed.map(roomOf)])
  // A set shows what is added while it is gone through.
  for (const one of reached)
    for (const name of namesOf(one)) for (const namer of namers.get(name) ?? []) reached.add(namer)
  return tests.filter((test) => reached.has(test))
}
