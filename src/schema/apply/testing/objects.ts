import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../json-value.ts'

const word = fc.constantFrom('a', 'b', 'c')
const words = fc.dictionary(word, word, { maxKeys: 3 })

const port = fc.record(
  {
    port: fc.constantFrom(80, 443),
    protocol: fc.constantFrom('TCP', 'UDP'),
    name: word,
    nodePort: fc.constantFrom(30_000, 30_001),
  },
  { requiredKeys: ['port', 'protocol'] },
)

const keyOf = ({ port: number, protocol }: { readonly port: number; readonly protocol: string }): string =>
  `${number}/${protocol}`

/** Configurations of a Service, as somebody might apply them: some of its fields, of every kind of ownership. */
export const serviceObject: fc.Arbitrary<JsonObject> = fc.record(
  {
    metadata: fc.record(
      { labels: words, annotations: words, finalizers: fc.uniqueArray(word, { maxLength: 3 }) },
      { requiredKeys: [] },
    ),
    spec: fc.record(
      {
        ports: fc.uniqueArray(port, { maxLength: 3, selector: keyOf }),
        selector: words,
        type: word,
        clusterIP: word,
        externalIPs: fc.array(word, { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonValue> as fc.Arbitrary<JsonObject>
