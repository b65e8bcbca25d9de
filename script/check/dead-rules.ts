import { join, matchesGlob } from 'node:path'
import type { Check } from './check.ts'
import { folderOf, importedBy, isPureFile, type Rules } from './layers.ts'
import { isTest, type Tree } from './tree.ts'

const RULES = 'layers.json'
const CONFIG = 'tsconfig.pure.json'

/** Which rooms, and which folders of a room, may import another and never do. */
const idle = ({ rooms, folders }: Pick<Rules, 'rooms' | 'folders'>, tree: Tree): readonly string[] => {
  const imported = importedBy(tree)
  const code = [...tree.units.values()].filter(({ path }) => !isTest(path))
  const importsFolder = (parent: string, from: string, to: string): boolean =>
    code.some(
      ({ path, imports }) =>
        folderOf(path, parent) === from &&
        imports.some(({ target }) => target !== undefined && folderOf(target, parent) === to),
    )
  return [
    ...Object.entries(rooms).flatMap(([room, allowed]) =>
      allowed.filter((other) => !imported.get(room)?.has(other)).map((other) => `${room} may import ${other}`),
    ),
    ...Object.entries(folders).flatMap(([parent, phases]) =>
      Object.entries(phases).flatMap(([from, allowed]) =>
        allowed
          .filter((to) => !importsFolder(parent, from, to))
          .map((to) => `${join(parent, from)} may import ${join(parent, to)}`),
      ),
    ),
  ]
}

/**
 * A rule that holds nothing: about a folder or a file that is not there, since it was renamed; leave that nobody takes;
 * or about pure files that tsconfig.pure.json does not have, so that they are compiled with Node's types.
 */
export const deadRules = (
  rules: Pick<Rules, 'rooms' | 'folders' | 'barred' | 'doors' | 'pure' | 'pureFiles'>,
): Check => ({
  name: 'dead rules',
  find: (tree) => {
    const { texts, units } = tree
    const { folders, barred, doors, pureFiles } = rules
    const phases = Object.entries(folders).flatMap(([parent, ruled]) =>
      [...Object.keys(ruled), ...Object.values(ruled).flat()].map((folder) => join('src', parent, folder, '/')),
    )
    const named = new Set([...phases, ...Object.keys(barred), ...Object.entries(doors).flat(2)])
    const paths = [...units.keys()].filter((path) => !isTest(path))
    const pure = paths.filter((path) => isPureFile(path, rules))
    const { include }: { include: readonly string[] } = JSON.parse(texts.get(CONFIG) ?? '{"include":[]}')
    const isIn = (path: string, place: string): boolean => path.startsWith(`${place}/`) || matchesGlob(path, place)
    const gone = (subject: string, place: string) => ({
      subject,
      message: `it has a rule about ${place}, which is not there`,
    })
    return [
      ...idle(rules, tree).map((message) => ({ subject: RULES, message: `${message}, and does not` })),
      ...[...named].filter((place) => !paths.some((path) => path.startsWith(place))).map((place) => gone(RULES, place)),
      ...pureFiles
        .filter((pattern) => !paths.some((path) => isPureFile(path, { pure: [], pureFiles: [pattern] })))
        .map((pattern) => gone(RULES, pattern)),
      ...include.filter((place) => !pure.some((path) => isIn(path, place))).map((place) => gone(CONFIG, place)),
      ...pure
        .filter((path) => !include.some((place) => isIn(path, place)))
        .map((path) => ({ subject: path, message: `it is pure, and ${CONFIG} does not have it` })),
    ]
  },
})
