import { join, matchesGlob } from 'node:path'
import type { Check } from './check.ts'
import { isPureFile, type Rules } from './layers.ts'
import { isTest } from './tree.ts'

const RULES = 'layers.json'
const CONFIG = 'tsconfig.pure.json'

/**
 * A rule that holds nothing: about a folder or a file that is not there, since it was renamed, or about pure files that
 * tsconfig.pure.json does not have, so that they are compiled with Node's types.
 */
export const deadRules = (rules: Pick<Rules, 'folders' | 'barred' | 'doors' | 'pure' | 'pureFiles'>): Check => ({
  name: 'dead rules',
  find: ({ texts, units }) => {
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
