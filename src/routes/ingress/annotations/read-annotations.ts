import type { News } from '../../routes.ts'
import type { Origin } from '../../table/origin.ts'
import { readBoolean } from '../../values/texts.ts'
import { warning } from '../news.ts'
import { ANNOTATIONS, PREFIX, wayOut } from './annotation-list.ts'
import { restricts } from './restrictions.ts'
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
  for (const [full, value] of Object.entries(annotations ?? {}))
    if (full.startsWith(PREFIX)) said.set(full.slice(PREFIX.length), value.trim())
  if (said.size === 0) return { settings: DEFAULTS, news }
  const isCanary = readBoolean(said.get('canary') ?? '') === true
  let settings = DEFAULTS
  for (const [name, value] of said) {
    if (KNOWN.has(name)) continue
    // A canary has its rules from the Ingress whose requests it shares.
    const isClosed = !isCanary && restricts(name, value, (other) => said.get(other))
    const effect = isClosed ? 'since it restricts who may ask, all requests get 503' : 'and has no effect'
    const text = `annotation ${PREFIX}${name} is not honoured, ${effect}: ${wayOut(name, isClosed)}`
    news.push(warning(origin, 'UnsupportedAnnotation', text))
    if (isClosed) settings = { ...settings, closedBy: settings.closedBy ?? `${PREFIX}${name}` }
  }
  for (const { name, read } of ANNOTATIONS) {
    const value = said.get(name)
    if (!value) continue
    const { set, problem } = read(value, settings)
    settings = { ...settings, ...set }
    if (problem === undefined) continue
    const text = `annotation ${PREFIX}${name}: ${JSON.stringify(value)} ${problem.why}; what holds instead: ${problem.instead}`
    news.push(warning(origin, 'InvalidAnnotation', text))
  }
  return { settings, news }
}
