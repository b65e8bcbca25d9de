import { addressText } from '../cluster/lookup.ts'
import { kindOfWord, type Workload } from '../trace/object-word.ts'

/** A source as it was written, taken apart. `unclear`: it has none of the forms. */
type SourceText =
  | { readonly kind: 'host' | 'unclear' }
  | { readonly kind: 'Pod' | 'Service' | Workload; readonly namespace: string; readonly name: string }
  | { readonly kind: 'Node'; readonly name: string }
  | { readonly kind: 'address'; readonly address: string }

/**
 * Reads `pod/NAME`, `pod/NAMESPACE/NAME`, `deploy/NAME`, `svc/NAME`, `node/NAME`, `host` or an address. `namespace` is
 * that of names that tell none.
 */
export function parseSource(text: string, namespace: string): SourceText {
  if (text === 'host') return { kind: 'host' }
  const [word = '', first = '', second, ...more] = text.split('/')
  const kind = kindOfWord(word)
  if (kind !== undefined && first !== '' && second !== '' && more.length === 0) {
    if (kind !== 'Node') return { kind, namespace: second === undefined ? namespace : first, name: second ?? first }
    if (second === undefined) return { kind, name: first }
  }
  const address = addressText(text.replace(/^\[(.*)\]$/, '$1'))
  return address === undefined ? { kind: 'unclear' } : { kind: 'address', address }
}
