import type { Binding } from '#access/rbac/bindings.ts'
import { RbacPolicy } from '#access/rbac/policy.ts'
import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import { clusterRoleBindings } from '#api/rbac/clusterrolebinding/resource.ts'
import type { Role } from '#api/rbac/role/message.ts'
import { roles } from '#api/rbac/role/resource.ts'
import { roleBindings } from '#api/rbac/rolebinding/resource.ts'
import type { Resource } from '#api/resource.ts'
import type { Registry } from '../registry/registry.ts'
import type { Watch } from '../storage/reading/watch.ts'

interface Source {
  readonly resource: Resource
  readonly isRole: boolean
  watch: Watch
}

/**
 * The policy of the RBAC objects in storage. Whoever asks for it reads first what has changed: a rule holds for the
 * first request after its write was answered.
 */
export class PolicyFeed {
  readonly #registry: Registry
  readonly #policy = new RbacPolicy()
  readonly #sources: readonly Source[]

  constructor(registry: Registry) {
    this.#registry = registry
    this.#sources = [clusterRoles, roles, clusterRoleBindings, roleBindings].map((resource) => ({
      resource: resource as unknown as Resource,
      isRole: resource === clusterRoles || resource === roles,
      watch: this.#open(resource as unknown as Resource),
    }))
  }

  get current(): RbacPolicy {
    for (const source of this.#sources) this.#read(source)
    return this.#policy
  }

  close(): void {
    for (const { watch } of this.#sources) watch.close()
  }

  /** What changed is read when this is told of it, and is never forgotten before. */
  #open(resource: Resource): Watch {
    return this.#registry.watch(resource, {}, {}, () => void this.current)
  }

  #read({ watch, isRole }: Source): void {
    for (let event = watch.next(); event !== undefined; event = watch.next()) {
      if (event.type === 'BOOKMARK') continue
      const { object } = event
      const { namespace = '', name = '' } = object.metadata ?? {}
      const isGone = event.type === 'DELETED'
      if (isRole) this.#policy.setRole(namespace, name, isGone ? undefined : (object as unknown as Role))
      else this.#policy.setBinding(namespace, name, isGone ? undefined : (object as unknown as Binding))
    }
  }
}
