import { join } from 'node:path'
import type { Check } from './check.ts'
import type { Rules } from './layers.ts'

/** A rule about a folder or a file that is not there: it was renamed, and nothing holds it any more. */
export const deadRules = ({ folders, barred, doors }: Pick<Rules, 'folders' | 'barred' | 'doors'>): Check => ({
  name: 'dead rules',
  find: ({ units }) => {
    const phases = Object.entries(folders).flatMap(([parent, ruled]) =>
      [...Object.keys(ruled), ...Object.values(ruled).flat()].map((folder) => join('src', parent, folder, '/')),
    )
    const named = new Set([...phases, ...Object.keys(barred), ...Object.entries(doors).flat(2)])
    const paths = [...units.keys()]
    return [...named]
      .filter((place) => !paths.some((path) => path.startsWith(place)))
      .map((place) => ({ subject: 'layers.json', message: `it has a rule about ${place}, which is not there` }))
  },
})
