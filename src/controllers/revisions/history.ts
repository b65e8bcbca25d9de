import type { ControllerRevision } from '#api/apps/controllerrevision/message.ts'
import { controllerRevisions } from '#api/apps/controllerrevision/resource.ts'
import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { isAlreadyExists, isNotFound } from '#client/client.ts'
import { adoptAndRelease } from '../adoption.ts'
import type { ControllerContext } from '../context.ts'
import { byController } from '../indexes.ts'
import { byRevision } from './desired-state.ts'

/** What has a template in `spec.template`, and a selector. */
type Templated = ApiObject & { readonly spec?: { readonly template?: PodTemplateSpec } }

/** The ControllerRevisions of one kind's objects, as the API server keeps them. */
export class History<T extends Templated> {
  readonly #context: ControllerContext
  readonly #resource: Resource<T>
  readonly cache

  constructor(context: ControllerContext, resource: Resource<T>) {
    this.#context = context
    this.#resource = resource
    this.cache = context.informers.for(controllerRevisions)
    this.cache.addIndex('controller', byController)
  }

  /** Those of an object, the oldest first, after taking in orphans that its selector matches. */
  async of(owner: T): Promise<readonly ControllerRevision[]> {
    const { lister } = this.cache
    const own = await adoptAndRelease(this.#context, this.#resource, owner, controllerRevisions, lister)
    return [...own].sort(byRevision)
  }

  /** Undefined: the name is taken, by the one that is answered. */
  async create(
    revision: ControllerRevision,
  ): Promise<{ readonly created: ControllerRevision } | { readonly taken: ControllerRevision }> {
    const { client } = this.#context
    const { name, namespace } = revision.metadata!
    try {
      return { created: await client.create(controllerRevisions, revision, { namespace }) }
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      const taken = await client.get(controllerRevisions, name!, { namespace })
      this.cache.observe(taken)
      return { taken }
    }
  }

  /** Makes it the newest of them. */
  raise(revision: ControllerRevision, number: number): Promise<ControllerRevision> {
    const { namespace } = revision.metadata!
    return this.#context.client.update(controllerRevisions, { ...revision, revision: number }, { namespace })
  }

  async delete(revision: ControllerRevision): Promise<void> {
    const { name, namespace, uid } = revision.metadata!
    await this.#context.client
      .delete(controllerRevisions, name!, { namespace, preconditions: { uid } })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
  }
}
