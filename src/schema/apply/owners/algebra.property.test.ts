import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJson, jsonValue } from '../../json.ts'
import { isJsonObject, type JsonObject, type JsonValue, jsonEqual } from '../../json-value.ts'
import { Service } from '../../testing/messages.ts'
import { canonicalSet, readSet } from '../sets/canonical-set.ts'
import { difference, EMPTY, type FieldSet, has, isEmpty, pathsOf, union } from '../sets/field-set.ts'
import { serviceObject } from '../testing/objects.ts'
import { owned, service } from '../testing/owned.ts'
import { withNamedFields } from '../types/named-fields.ts'
import { fieldsOf } from '../values/fields-of.ts'
import { mergeValues } from '../values/merge.ts'
import { ApplyConflict } from './conflict.ts'
import { applyToObject, entriesAfterUpdate } from './field-manager.ts'
import type { ManagedFieldsEntry } from './owners.ts'
import { NOBODYS_SET } from './update.ts'

const kind = owned()
const { type } = kind

type Entries = readonly ManagedFieldsEntry[] | undefined
interface State {
  /** As it is held: by its message. */
  readonly object: JsonObject | undefined
  readonly entries: Entries
}

const held = (value: JsonObject): JsonObject => decodeJson(Service, value).object as unknown as JsonObject
/** As JSON shows what is held. */
const shown = (object: JsonObject): JsonObject => jsonValue(Service, object as never) as JsonObject

/**
 * Without lists, maps and messages that hold nothing: who says so owns it, and an object that is held by its message does
 * not tell it from what is not there.
 */
const full = (value: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): readonly (readonly [string, JsonValue])[] => {
      const rest = isJsonObject(member) ? full(member) : member
      const isEmptyOne = typeof rest === 'object' && rest !== null && Object.keys(rest).length === 0
      return isEmptyOne ? [] : [[name, rest]]
    }),
  )

/** What is owned beside what lies in it, and gone with the last of that. */
const WHOLES = ['f:labels', 'f:annotations', 'f:finalizers', 'f:ports']
const isWhole = (path: readonly string[]): boolean => WHOLES.includes(path.at(-1)!)

/** One of a few managers applies or updates, by force or not. */
const step = fc.record({
  manager: fc.constantFrom('a', 'b', 'c'),
  operation: fc.constantFrom('apply', 'force', 'update'),
  object: serviceObject.map(full),
})
const history = fc.array(step, { minLength: 1, maxLength: 8 })

let clock = 0
const now = (): string => new Date(1_800_000_000_000 + 1000 * clock++).toISOString().replace('.000', '')

const apply = ({ object, entries }: State, manager: string, config: JsonObject, force: boolean): State => {
  const live = object && shown(object)
  const applied = applyToObject(kind, live, entries, { config: service(config), manager, force, now: now() })
  return { object: applied.object === undefined ? object : held(applied.object), entries: applied.entries }
}

const update = ({ object, entries }: State, manager: string, next: JsonObject): State => {
  const whole = held(service(next))
  return { object: whole, entries: entriesAfterUpdate(kind, object, whole, entries, manager, now()) }
}

const fieldsBy = (entries: Entries, manager: string, operation: string): FieldSet => {
  const entry = entries?.find((one) => one.manager === manager && one.operation === operation)
  return entry === undefined ? EMPTY : readSet(entry.fieldsV1)
}

const sameSet = (a: FieldSet, b: FieldSet): boolean => isEmpty(difference(a, b)) && isEmpty(difference(b, a))

const ofOthers = (entries: Entries, manager: string): FieldSet =>
  (entries ?? [])
    .filter((entry) => !(entry.manager === manager && entry.operation === 'Apply'))
    .map(({ fieldsV1 }) => readSet(fieldsV1))
    .reduce(union, EMPTY)

/** Runs a history; `check` sees each state with the one before and what was done. */
const along = (
  check: (
    before: State,
    after: State,
    what: { readonly manager: string; readonly operation: string; readonly object: JsonObject },
  ) => void,
): void => {
  fc.assert(
    fc.property(history, (steps) => {
      let state: State = { object: undefined, entries: undefined }
      for (const what of steps) {
        const { manager, operation, object } = what
        let next = state
        try {
          next =
            operation === 'update'
              ? update(state, manager, object)
              : apply(state, manager, object, operation === 'force')
        } catch (error) {
          if (!(error instanceof ApplyConflict)) throw error
        }
        check(state, next, what)
        state = next
      }
    }),
    { numRuns: 100 },
  )
}

test('whoever applies owns what the configuration says, and no more', () => {
  along((before, after, { manager, operation, object }) => {
    if (operation === 'update' || after === before) return
    const said = difference(fieldsOf(type, service(object)), NOBODYS_SET)
    assert.ok(sameSet(fieldsBy(after.entries, manager, 'Apply'), said))
  })
})

test('what was applied is so: the configuration over the object is the object, and to apply it again is nothing', () => {
  along((before, after, { manager, operation, object }) => {
    if (operation === 'update' || after === before) return
    const merged = mergeValues(type, shown(after.object!), service(object)) as JsonObject
    assert.ok(jsonEqual(held(merged), after.object!))
    const again = applyToObject(kind, shown(after.object!), after.entries, {
      config: service(object),
      manager,
      force: false,
      now: now(),
    })
    assert.equal(again.object, undefined)
    assert.deepEqual(again.entries, after.entries)
  })
})

test('what somebody owns is there', () => {
  along((_, { object, entries }) => {
    const there = withNamedFields(type, fieldsOf(type, shown(object!)))
    for (const entry of entries ?? [])
      for (const path of pathsOf(readSet(entry.fieldsV1)))
        assert.ok(isWhole(path) || has(there, path), `${entry.manager} owns ${path}`)
  })
})

test('a conflict names what another owns, and by force it is the applier’s alone', () => {
  along((before, after, { manager, operation, object }) => {
    if (operation !== 'apply' || after !== before) return
    assert.throws(
      () => apply(before, manager, object, false),
      (error) => {
        assert.ok(error instanceof ApplyConflict)
        const forced = apply(before, manager, object, true)
        for (const { owner, path } of error.conflicts) {
          if (owner.manager !== 'before-first-apply')
            assert.ok(has(fieldsBy(before.entries, owner.manager, owner.operation), path))
          assert.ok(isWhole(path) || has(fieldsBy(forced.entries, manager, 'Apply'), path))
          assert.ok(!has(ofOthers(forced.entries, manager), path))
        }
        return true
      },
    )
  })
})

test('who applies nothing owns nothing, and takes away what nobody else owns', () => {
  along((_, after, { manager }) => {
    const mine = fieldsBy(after.entries, manager, 'Apply')
    if (isEmpty(mine)) return
    const left = apply(after, manager, {}, false)
    assert.ok(isEmpty(fieldsBy(left.entries, manager, 'Apply')))
    const others = withNamedFields(type, ofOthers(after.entries, manager))
    const there = withNamedFields(type, fieldsOf(type, shown(left.object!)))
    for (const path of pathsOf(mine))
      if (!has(others, path)) assert.ok(!has(there, path), `${path} stayed: ${JSON.stringify(left.object)}`)
    // An item goes with whoever brought it, and with it what others have said of it without having brought it, too.
    const isTaken = (path: readonly string[]): boolean => {
      const item = path.findIndex((element) => element.startsWith('k:'))
      return item >= 0 && !has(others, path.slice(0, item + 1))
    }
    for (const path of pathsOf(ofOthers(after.entries, manager)))
      assert.ok(isWhole(path) || isTaken(path) || has(there, path), `${path} went`)
  })
})

test('sets are written in one form', () => {
  along((_, { entries }) => {
    for (const { fieldsV1 } of entries ?? []) assert.equal(canonicalSet(readSet(fieldsV1)), fieldsV1)
  })
})
