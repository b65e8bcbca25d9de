import type { ApiObject, Resource } from '#api/resource.ts'
import type { Draft } from '#schema/defaulting.ts'
import { type Form, type Kind, type KindDefinition, kind } from './kind.ts'

interface Conversion<T, S> {
  /** Shares what is alike, and changes nothing. */
  read(stored: S): T
  /** As `read`, the other way. */
  write(object: T): S
}

interface FormDefinition<T extends ApiObject, S> extends Partial<KindDefinition<T>>, Conversion<T, S> {
  readonly resource: Resource<T>
}

/** A form by its conversion; what was read is kept for as long as what it was read from. */
export const formOf = (of: Kind, { read, write }: Conversion<ApiObject, ApiObject>): Form => {
  const known = new WeakMap<ApiObject, ApiObject>()
  return {
    of,
    read(stored) {
      let object = known.get(stored)
      if (object === undefined) {
        object = read(stored)
        known.set(stored, object)
      }
      return object
    },
    write,
  }
}

const replace = (draft: Draft<ApiObject>, by: ApiObject): void => {
  for (const key of Object.keys(draft)) delete (draft as unknown as Record<string, unknown>)[key]
  Object.assign(draft, by)
}

/**
 * Declares another form of what `of` stores: the same in another version or group. Its rules are those of `of`, asked of
 * the object as it would be stored, where none of its own are given. Defaults and columns are its own.
 */
export const formKind = <T extends ApiObject, S extends ApiObject>(
  of: Kind,
  { read, write, ...own }: FormDefinition<T, S>,
): Kind => {
  const stored = write as unknown as (object: ApiObject) => ApiObject
  const shown = read as unknown as (object: ApiObject) => ApiObject
  const { validate, prepare, fields, generation, deletion, warnings, verbs } = of
  const { isConditional, isCreatedByPut, isBornWithStatus, answersDeleted } = of
  /** Sets a draft to what `change` makes of it as it is stored. */
  const through = (draft: Draft<ApiObject>, change: (draft: Draft<ApiObject>) => void): void => {
    const whole = stored(draft)
    change(whole as Draft<ApiObject>)
    replace(draft, shown(whole))
  }
  const inherited: Partial<KindDefinition<ApiObject>> = {
    ...(validate && {
      validate: {
        ...(validate.create && { create: (object) => validate.create!(stored(object)) }),
        ...(validate.update && { update: (object, old) => validate.update!(stored(object), stored(old)) }),
        ...(validate.status && { status: (object, old) => validate.status!(stored(object), stored(old)) }),
      },
    }),
    ...(prepare && {
      prepare: {
        ...(prepare.create && { create: (draft) => through(draft, prepare.create!) }),
        ...(prepare.update && {
          update: (draft, old) => through(draft, (whole) => prepare.update!(whole, stored(old))),
        }),
        ...(prepare.status && {
          status: (draft, old) => through(draft, (whole) => prepare.status!(whole, stored(old))),
        }),
      },
    }),
    ...(fields && {
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, (object: ApiObject) => value(stored(object))]),
      ),
    }),
    ...(generation && { generation: (object) => generation(stored(object)) }),
    ...(deletion && {
      deletion: {
        ...deletion,
        ...(deletion.graceSeconds && {
          graceSeconds: (object, asked) => deletion.graceSeconds!(stored(object), asked),
        }),
        ...(deletion.holds && { holds: (object) => deletion.holds!(stored(object)) }),
        ...(deletion.marked && {
          marked: (object, before) => shown(deletion.marked!(stored(object), stored(before))),
        }),
      },
    }),
    ...(warnings && { warnings: (object, isNew) => warnings(stored(object), isNew) }),
    ...(isConditional && { isConditional }),
    ...(isCreatedByPut && { isCreatedByPut }),
    ...(isBornWithStatus && { isBornWithStatus }),
    ...(answersDeleted && { answersDeleted }),
  }
  return kind({
    verbs,
    ...inherited,
    ...(own as Partial<KindDefinition<ApiObject>>),
    resource: own.resource as Resource,
    form: formOf(of, { read: shown, write: stored }),
  })
}
