import type { News } from '../../routes.ts'
import type { Origin } from '../../table/origin.ts'
import { warning } from '../news.ts'
import { ANNOTATIONS, PREFIX, wayOut } from './annotation-list.ts'
import { DEFAULTS, type Settings } from './settings.ts'

const KNOWN = new Set(ANNOTATIONS.map(({ name }) => name))

/**
 * What the annotations of an object say, and what of them cannot be honoured. One without a value says nothing, as
 * templates write them that leave it open.
 */
export const readAnnotations = (
  origin: Origin,
  annotations: { readonly [name: string]: string } | undefined,
): { readonly settings: Settings; readonly news: readonly News[] } => {
  const news: News[] = []
  const said = new Map<string, string>()
  for (const [full, value] of Object.entries(annotations ?? {})) {
    if (!full.startsWith(PREFIX)) continue
    const name = full.slice(PREFIX.length)
    const text = value.trim()
    if (!KNOWN.has(name))
      news.push(
        warning(
          origin,
          'UnsupportedAnnotation',
          `annotation ${full} is not honoured, and has no effect: ${wayOut(name)}`,
        ),
      )
    else if (text !== '') said.set(name, text)
  }
  if (said.size === 0) return { settings: DEFAULTS, news }
  let settings = DEFAULTS
  for (const { name, read } of ANNOTATIONS) {
    const value = said.get(name)
    if (value === undefined) continue
    const { set, problem } = read(value, settings)
    settings = { ...settings, ...set }
    if (problem === undefined) continue
    const text = `annotation ${PREFIX}${name}: ${JSON.stringify(value)} ${problem.why}; what holds instead: ${problem.instead}`
    news.push(warning(origin, 'InvalidAnnotation', text))
  }
  return { settings, news }
}
