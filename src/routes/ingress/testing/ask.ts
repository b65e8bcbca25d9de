import type { Rule } from '../../table/entry.ts'
import { match } from '../../table/match.ts'
import type { IngressRouting } from '../ingress-objects.ts'

type Headers = { readonly [name: string]: string }

/** The rule that takes a request; undefined where nothing listens, or no entry matches. */
export const ruleFor = ({ site, backends, certificates }: IngressRouting, url: string, headers: Headers = {}) => {
  const [, scheme, host, path] = /^(https?):\/\/([^/]+)(.*)$/.exec(url) ?? []
  const bind = site?.ports.find(({ port }) => port === (scheme === 'https' ? 443 : 80))?.bind
  const found = match(
    { sites: site ? [site] : [], backends, certificates, authorities: new Map() },
    {
      bind: bind ?? -1,
      ...(scheme === 'https' && host && { serverName: host }),
      method: 'GET',
      authority: host ?? '',
      target: path || '/',
      headers: Object.entries(headers),
    },
  )
  return found.type === 'matched' ? found.rule : undefined
}

/** In few words: `web`, `503`, `308 https /path`, `9 old 1 new`, or `404`. */
export const ask = (routing: IngressRouting, url: string, headers: Headers = {}): string => {
  const rule: Rule | undefined = ruleFor(routing, url, headers)
  if (rule === undefined) return '404'
  const { action } = rule
  if (action.type === 'answer') return String(action.status)
  if (action.type === 'redirect')
    return [action.status, action.scheme, action.hostname, action.path?.value].filter(Boolean).join(' ')
  const words = action.to.map(({ weight, to }) => {
    const leads = 'status' in to ? String(to.status) : (routing.backends.get(to.backend)?.service.name ?? 'no backend')
    return action.to.length === 1 ? leads : `${weight} ${leads}`
  })
  return words.join(' ')
}
