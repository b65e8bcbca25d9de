import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isJsonObject, type JsonObject, type JsonValue } from '../../json-value.ts'
import type { MessageClass } from '../../schema.ts'
import { drawing, generated, MOST } from '../../testing/generated.ts'
import { Deployment, Pod, Service } from '../../testing/messages.ts'
import { strategicDifference } from '../testing/strategic-difference.ts'
import { applyStrategicMergePatch } from './merge.ts'
import { lookUp } from './place.ts'

const KINDS = [Pod, Service, Deployment] as readonly MessageClass<unknown>[]
const EACH = 100

/** An object whose lists have each item once, by names that others have too; without empty lists, which say nothing. */
const tidy = (message: MessageClass<unknown> | undefined, value: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): readonly (readonly [string, JsonValue])[] => {
      const field = message && lookUp(message, name)
      const below = field && field.presence !== 'map' && 'messageName' in field.type ? field.type : undefined
      if (isJsonObject(member)) return [[name, tidy(below, member)]]
      if (!Array.isArray(member)) return [[name, member]]
      if (member.length === 0) return []
      const { patchKey, patch } = field?.options ?? {}
      const items = member.map((item: JsonValue, index) => {
        if (!isJsonObject(item)) return patch === 'merge' ? `${index}${String(item).slice(0, 1)}` : item
        const key = 'abc'.charCodeAt((index + Object.keys(item).length) % 3)
        return { ...tidy(below, item), ...(patchKey && { [patchKey]: key }) }
      })
      const known = new Set<JsonValue | undefined>()
      return [
        [
          name,
          items.filter((item) => {
            const key = patchKey === undefined || !isJsonObject(item) ? item : item[patchKey]
            return !known.has(key) && known.add(key)
          }),
        ],
      ]
    }),
  )

const each = (check: (message: MessageClass<unknown>, one: JsonObject, other: JsonObject) => void): void => {
  for (const [number, message] of KINDS.entries())
    for (let seed = 0; seed < EACH; seed++) {
      const draw = drawing(number * EACH + seed)
      const [one, other] = [
        tidy(message, generated(message, draw, MOST)),
        tidy(message, generated(message, draw, MOST)),
      ]
      try {
        check(message, one, other)
      } catch (error) {
        throw new Error(`seed ${seed} of ${message.messageName}: ${JSON.stringify([one, other])}`, { cause: error })
      }
    }
}

test('the difference of two objects makes the one of the other, in its order, and again when it is applied again', () => {
  each((message, from, to) => {
    const patch = strategicDifference(message, from, to)
    const once = applyStrategicMergePatch(message, from, patch)
    assert.deepEqual(once, to, JSON.stringify(patch))
    assert.deepEqual(applyStrategicMergePatch(message, once, patch), to)
  })
})

test('the difference of an object and itself is nothing, and nothing changes nothing', () => {
  each((message, one) => {
    assert.deepEqual(strategicDifference(message, one, one), {})
    assert.deepEqual(applyStrategicMergePatch(message, one, {}), one)
  })
})

test('an object as a patch of itself changes nothing, and over nothing it is itself', () => {
  each((message, one) => {
    assert.deepEqual(applyStrategicMergePatch(message, one, one), one)
    assert.deepEqual(applyStrategicMergePatch(message, {}, one), one)
  })
})

test('what is merged once is merged, in whatever it is merged, and neither of both is changed', () => {
  each((message, one, other) => {
    const before = JSON.stringify([one, other])
    const once = applyStrategicMergePatch(message, one, other)
    assert.deepEqual(applyStrategicMergePatch(message, once, other), once)
    assert.equal(JSON.stringify([one, other]), before)
  })
})
