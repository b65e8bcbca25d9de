import type { Entry, Rule, WeightedBackend } from '#routes/table/entry.ts'
import { linesOf } from '../rules/named-text.ts'
import type { Led } from '../rules/value.ts'

const ORIGIN = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' }

export const to = (backend: string, more: Partial<WeightedBackend> = {}): WeightedBackend => ({
  weight: 1,
  to: { backend },
  filters: [],
  ...more,
})

/** A rule that does nothing but to forward to one backend. */
export const ruleTo = (backend: string, more: Partial<Rule> = {}): Rule => ({
  id: `HTTPRoute shop/${backend} 0`,
  origin: ORIGIN,
  index: 0,
  filters: [],
  action: { type: 'forward', to: [to(backend)] },
  ...more,
})

/** An entry for a path, `~` before an expression, `=` before a whole one, of a rule to the backend. */
export const entryTo = (backend: string, path = '/', more: Partial<Entry> = {}): Entry => {
  const type = path.startsWith('~') ? 'RegularExpression' : path.startsWith('=') ? 'Exact' : 'Prefix'
  return {
    hostname: 'a.test',
    path: { type, value: path.replace(/^[~=]/, '') },
    headers: [],
    query: [],
    rule: ruleTo(backend),
    ...more,
  }
}

/** What the Lua program reads at a value: the text by that name, put together from its lines. */
export const textOf = (led: Led) => {
  const lines = new Map([...linesOf([led])].flatMap((own) => [...own]))
  const name = led.value.slice(1)
  let text = ''
  for (let part = 0; ; part++) {
    const line = lines.get(part === 0 ? name : `${name}.${part}`) ?? ''
    text += line.slice(1)
    if (!line.startsWith('>')) return JSON.parse(text)
  }
}
