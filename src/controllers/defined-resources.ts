import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Informer } from '#client/informer.ts'
import { findCondition } from '#objects/conditions.ts'
import type { ServedKinds } from './context.ts'

type Listener = Parameters<ServedKinds['onChange']>[0]

/**
 * Of these custom resources those that somebody's API server serves, by their definitions: for who does not see what it
 * serves from inside.
 */
export class DefinedResources implements ServedKinds {
  readonly #wanted: ReadonlyMap<string, Resource>
  readonly #served = new Map<string, Resource>()
  readonly #listeners = new Set<Listener>()

  constructor(wanted: readonly Resource[], definitions: Pick<Informer<CustomResourceDefinition>, 'addHandlers'>) {
    this.#wanted = new Map(wanted.map((one) => [`${one.plural}.${one.group}`, one]))
    const look = (definition: CustomResourceDefinition): void => this.#look(definition, false)
    definitions.addHandlers({
      onAdd: look,
      onUpdate: (_, after) => look(after),
      onDelete: (last) => this.#look(last, true),
    })
  }

  get stored(): readonly Resource[] {
    return [...this.#served.values()]
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #look({ metadata, spec, status }: CustomResourceDefinition, isGone: boolean): void {
    const name = metadata?.name ?? ''
    const resource = this.#wanted.get(name)
    if (resource === undefined) return
    const isServed =
      !isGone &&
      findCondition(status?.conditions, 'Established')?.status === 'True' &&
      (spec?.versions ?? []).some((version) => version.served && version.name === resource.version)
    if (isServed === this.#served.has(name)) return
    if (isServed) this.#served.set(name, resource)
    else this.#served.delete(name)
    for (const listener of this.#listeners) listener({ type: isServed ? 'added' : 'removed', kind: { resource } })
  }
}

/** A resource of a kind that is known more exactly, among others. */
export const anyResource = <T extends ApiObject>(resource: Resource<T>): Resource => resource as unknown as Resource
