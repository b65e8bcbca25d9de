import { ofVersion, settled, versionOf } from '#api/apiextensions/custom/form.ts'
import type { CustomVersion } from '#api/apiextensions/custom/version.ts'
import type { Form, Kind } from '#api/catalogue/kind.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject } from '#api/resource.ts'
import { copyJson } from '#schema/copy-json.ts'
import { ConversionNeeded } from '../registry/conversion-needed.ts'

/** Objects as they are in another version, in the same order. */
export type Convert = (objects: readonly ApiObject[], apiVersion: string) => Promise<readonly ApiObject[]>

/** Of objects that are not stored yet, so many are known. */
const KNOWN = 1024

/** What the system sets, and changes from one attempt to write an object to the next, counts for nothing. */
const keyOf = ({ metadata, ...rest }: ApiObject): string => {
  const {
    uid: _,
    creationTimestamp: __,
    resourceVersion: ___,
    generation: ____,
    managedFields: _____,
    ...own
  } = metadata ?? {}
  return JSON.stringify([rest, own])
}

/** The same object with the metadata of another: labels and annotations are its own. */
const withMetadataOf = (object: ApiObject, { metadata }: ApiObject): ApiObject => {
  const { labels: _, annotations: __, ...rest } = metadata ?? {}
  const { labels, annotations } = object.metadata ?? {}
  const own: ObjectMeta = { ...rest, ...(labels && { labels }), ...(annotations && { annotations }) }
  return { ...object, metadata: own }
}

/** Conversions to one version, as far as they are known. */
class Conversions {
  readonly #version: CustomVersion
  readonly #convert: Convert
  readonly #known = new Map<string, ApiObject>()

  constructor(version: CustomVersion, convert: Convert) {
    this.#version = version
    this.#convert = convert
  }

  /** Throws ConversionNeeded for what was not asked yet. */
  of(object: ApiObject): ApiObject {
    const key = keyOf(object)
    const found = this.#known.get(key)
    if (found !== undefined) return withMetadataOf(found, object)
    throw new ConversionNeeded(async () => {
      const [converted] = await this.ask([object])
      this.#known.set(key, converted!)
      for (const old of this.#known.keys()) {
        if (this.#known.size <= KNOWN) break
        this.#known.delete(old)
      }
    })
  }

  async ask(objects: readonly ApiObject[]): Promise<readonly ApiObject[]> {
    const converted = await this.#convert(objects, this.#version.apiVersion)
    return converted.map((object) => ofVersion(copyJson(object), this.#version))
  }
}

/** The form of a version whose objects somebody else converts to those of the others. */
export const askedForm = (
  stored: Kind,
  version: CustomVersion,
  versions: readonly CustomVersion[],
  convert: Convert,
): Form => {
  const storage = versions.find(({ isStorage }) => isStorage)!
  const [reading, writing] = [new Conversions(version, convert), new Conversions(storage, convert)]
  const known = new WeakMap<ApiObject, ApiObject>()
  const now = (object: ApiObject): ApiObject => settled(object, versionOf(object, versions))
  return {
    of: stored,
    isAsked: true,
    read(object) {
      let read = known.get(object)
      if (read === undefined) {
        const current = now(object)
        read = current.apiVersion === version.apiVersion ? current : reading.of(current)
        known.set(object, read)
      }
      return read
    },
    write: (object) => (version === storage ? object : writing.of(object)),
    need(objects) {
      const open = objects.filter((object) => object.apiVersion !== version.apiVersion && !known.has(object))
      if (open.length === 0) return
      throw new ConversionNeeded(async () => {
        const converted = await reading.ask(open.map(now))
        for (const [index, object] of open.entries()) known.set(object, converted[index]!)
      })
    },
  }
}
