import type { JsonObject, JsonValue } from '../json-value.ts'
import { type FieldPlan, Kind, type MessagePlan, planOf } from '../plan.ts'
import type { MessageClass } from '../schema.ts'

/** A whole number from 0 up to, and without, `below`. */
type Draw = (below: number) => number

/** A draw that is the same for the same seed. */
export const drawing = (seed: number): Draw => {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Messages within each other, at most: some hold themselves. */
const DEEPEST = 7

/** Whether a field is there, so deep within other messages. */
type Presence = (draw: Draw, depth: number) => boolean

const SOME: Presence = (draw, depth) => draw(2 + depth) === 0
/** Three of four: for small messages. */
export const MOST: Presence = (draw) => draw(4) > 0

/** A JSON object by a message's table, as a client may send it: each field there or not, of every kind of value. */
export const generated = (message: MessageClass<unknown>, draw: Draw, isThere: Presence = SOME): JsonObject => ({
  ...(message.gvk && { apiVersion: message.gvk[0], kind: message.gvk[1] }),
  ...objectOf(planOf(message), { draw, isThere }, 0),
})

interface Making {
  readonly draw: Draw
  readonly isThere: Presence
}

const objectOf = (plan: MessagePlan, making: Making, depth: number): JsonObject => {
  const object: { [name: string]: JsonValue } = {}
  for (const field of plan.flat) {
    if (!making.isThere(making.draw, depth) || (depth >= DEEPEST && field.message !== undefined)) continue
    object[field.name] = memberOf(field, making, depth)
  }
  return object
}

const TEXTS = ['', 'a', 'web-1', 'äöü', '漢', '\u{1F600}', 'line\nbreak "quoted" \\', 'x'.repeat(130)]
const WHOLE = [0, 1, -1, 80, 127, 128, 16_384, 2_147_483_647, -2_147_483_648]
const LARGE = [...WHOLE, 2_147_483_648, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]
const QUANTITIES = ['0', '1', '100m', '1Gi', '1500m', '-2', '1e3', '64Mi']

const memberOf = (field: FieldPlan, making: Making, depth: number): JsonValue => {
  const { draw } = making
  // Protobuf does not tell an empty list from none, which JSON shows as null where it shows it always.
  const fewest = field.always ? 1 : 0
  if (field.presence === 'list') return Array.from({ length: fewest + draw(3) }, () => itemOf(field, making, depth))
  if (field.presence !== 'map') return itemOf(field, making, depth)
  const names = ['b', 'a', '', 'app.kubernetes.io/name'].filter((_, index) => index < fewest || draw(2) > 0)
  return Object.fromEntries(names.map((name) => [name, itemOf(field, making, depth)]))
}

const pick = <T>(draw: Draw, values: readonly T[]): T => values[draw(values.length)]!

const itemOf = (field: FieldPlan, making: Making, depth: number): JsonValue => {
  const { draw } = making
  switch (field.kind) {
    case Kind.string:
      return pick(draw, TEXTS)
    case Kind.bool:
      return draw(2) > 0
    case Kind.int32:
      return pick(draw, WHOLE)
    case Kind.int64:
      return pick(draw, LARGE)
    case Kind.double:
      return pick(draw, [0, 0.5, -1.25, 1e21])
    case Kind.bytes:
      return pick(draw, ['', 'AA==', '/+8B', 'aGVsbG8='])
    case Kind.message:
      return objectOf(field.message!, making, depth + 1)
    case Kind.quantity:
      return pick(draw, QUANTITIES)
    case Kind.intOrString:
      return draw(2) > 0 ? pick(draw, WHOLE) : pick(draw, ['', 'http', '25%'])
    case Kind.time:
      return pick(draw, ['2026-01-02T03:04:05Z', '1970-01-01T00:00:00Z', '2038-01-19T03:14:08Z'])
    case Kind.microTime:
      return pick(draw, ['2026-01-02T03:04:05.000000Z', '2026-01-02T03:04:05.123456Z'])
    case Kind.strings:
      return Array.from({ length: draw(3) }, () => pick(draw, TEXTS))
    case Kind.either:
      return alternativeOf(field, making, depth)
    default:
      return pick<JsonValue>(draw, [{}, { a: 1, b: ['x', null] }, { 'f:spec': { '.': {} } }])
  }
}

const alternativeOf = (field: FieldPlan, making: Making, depth: number): JsonValue => {
  const { draw } = making
  const one = (): JsonObject => objectOf(field.message!, making, depth + 2)
  if (draw(2) > 0) return one()
  switch (field.either!.or) {
    case 'list':
      return [one(), one()]
    case 'bool':
      return draw(2) > 0
    case 'strings':
      return ['a', 'b']
  }
}
