import { nodeRules } from '#access/defaults/component-roles.ts'
import { nodeAccess, type RelatedKind } from '#access/node/node-access.ts'
import { type PodReferences, podReferences } from '#access/node/pod-references.ts'
import type { AccessRequest, Decision } from '#access/rbac/request.ts'
import { ruleAllows } from '#access/rbac/rule.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Resource } from '#api/resource.ts'
import { keyOf } from '#objects/object-key.ts'
import { MIRROR_POD_ANNOTATION } from '#objects/well-known.ts'
import type { Registry } from '../registry/registry.ts'
import type { Watch } from '../storage/reading/watch.ts'
import type { Caller } from './caller.ts'

const PREFIX = 'system:node:'

/** The node that somebody is, by name and group; '' of a node without a name, undefined of everybody else. */
export const nodeOf = ({ name, groups }: Caller): string | undefined =>
  name.startsWith(PREFIX) && groups.includes('system:nodes') ? name.slice(PREFIX.length) : undefined

/**
 * Gives nodes what is theirs: their own Node and Lease, the pods that are bound to them, and what those pods name. It
 * begins to look at pods when the first node asks.
 */
export class NodeAuthorizer {
  readonly #registry: Registry
  readonly #rules = nodeRules()
  readonly #byNode = new Map<string, Map<string, Pod>>()
  /** Where each pod is, by its key. */
  readonly #nodes = new Map<string, string>()
  readonly #references = new WeakMap<Pod, PodReferences>()
  #watch: Watch | undefined

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Undefined of whoever is no node. */
  authorize(caller: Caller, request: AccessRequest): Decision | undefined {
    const node = nodeOf(caller)
    if (node === undefined) return undefined
    if (node === '') return { allowed: false, reason: `unknown node for user "${caller.name}"` }
    const own = request.kind === 'resource' ? nodeAccess(node, request, this.#isRelated) : undefined
    return own ?? { allowed: this.#rules.some((rule) => ruleAllows(rule, request)), reason: '' }
  }

  close(): void {
    this.#watch?.close()
  }

  readonly #isRelated = (node: string, kind: RelatedKind, namespace: string, name: string): boolean => {
    this.#read()
    const own = this.#byNode.get(node)
    if (!own) return false
    if (kind === 'pods') return own.has(`${namespace}/${name}`)
    if (kind !== 'persistentvolumes') return this.#isNamed(own, kind, namespace, name)
    const claim = this.#claimOf(name)
    return claim !== undefined && this.#isNamed(own, 'persistentvolumeclaims', claim.namespace ?? '', claim.name ?? '')
  }

  #claimOf(volume: string): NonNullable<PersistentVolume['spec']>['claimRef'] {
    const { catalogue } = this.#registry.machinery
    const kind = catalogue.find({ group: '', version: 'v1', plural: 'persistentvolumes' })
    const object = kind && this.#registry.find(kind.resource, undefined, volume)
    return (object as PersistentVolume | undefined)?.spec?.claimRef
  }

  #isNamed(own: ReadonlyMap<string, Pod>, kind: RelatedKind, namespace: string, name: string): boolean {
    for (const pod of own.values()) {
      // A node could make one itself, and name in it what it likes.
      if (pod.metadata?.namespace !== namespace || pod.metadata.annotations?.[MIRROR_POD_ANNOTATION]) continue
      if (kind === 'serviceaccounts') {
        if (pod.spec?.serviceAccountName === name) return true
        continue
      }
      let references = this.#references.get(pod)
      if (!references) {
        references = podReferences(pod)
        this.#references.set(pod, references)
      }
      const { secrets, configMaps, claims } = references
      if ((kind === 'secrets' ? secrets : kind === 'configmaps' ? configMaps : claims).has(name)) return true
    }
    return false
  }

  /** Takes note of the pods that came, were bound, and went. */
  #read(): void {
    this.#watch ??= this.#registry.watch(pods as unknown as Resource, {}, {}, () => this.#read())
    for (let event = this.#watch.next(); event !== undefined; event = this.#watch.next()) {
      if (event.type === 'BOOKMARK') continue
      const pod = event.object as Pod
      const key = keyOf(pod)
      const before = this.#nodes.get(key)
      if (before !== undefined) this.#byNode.get(before)?.delete(key)
      const node = event.type === 'DELETED' ? undefined : pod.spec?.nodeName
      if (!node) {
        this.#nodes.delete(key)
        continue
      }
      this.#nodes.set(key, node)
      const own = this.#byNode.get(node)
      if (own) own.set(key, pod)
      else this.#byNode.set(node, new Map([[key, pod]]))
    }
  }
}
