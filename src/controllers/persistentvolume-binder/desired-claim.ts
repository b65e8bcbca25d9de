import type { Node } from '#api/core/node/message.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import { classOf } from '#api/core/persistentvolume/storage.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { StorageClass } from '#api/storage/storageclass/message.ts'
import { isReady } from '#objects/conditions.ts'
import { newestDefault } from '#objects/newest-default.ts'
import { byKey } from '#objects/object-key.ts'
import {
  BIND_COMPLETED_ANNOTATION,
  BOUND_BY_CONTROLLER_ANNOTATION,
  DEFAULT_STORAGE_CLASS_ANNOTATIONS,
  LOCAL_PROVISIONER,
  SELECTED_NODE_ANNOTATION,
  STORAGE_PROVISIONER_ANNOTATIONS,
} from '#objects/volume-marks.ts'
import { bestMatch, isVolumeOf, mismatchOf } from '#placement/volumes/matching.ts'
import { isInTopologies } from '#placement/volumes/volume-plan.ts'
import { type VolumeState, waitsForConsumer } from '#placement/volumes/volume-state.ts'

/** What an Event tells. */
export interface Told {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** What is to be done about a claim. */
type ClaimStep =
  | { readonly do: 'bind'; readonly volume: PersistentVolume }
  /** It waits, and an Event says what for. */
  | { readonly do: 'wait'; readonly told?: Told }
  /** Its volume is gone, or another's. */
  | { readonly do: 'lose'; readonly told: Told }
  /** It says no class, and there is a default one by now. */
  | { readonly do: 'classify'; readonly name: string }
  /** Its annotations name who is to make its volume, and where. */
  | { readonly do: 'annotate'; readonly annotations: Readonly<Record<string, string | undefined>>; readonly told: Told }

export interface ClaimView extends VolumeState {
  classes(): readonly StorageClass[]
  nodes(): readonly Node[]
  /** Names of the pods that use the claim and have no node yet. */
  waitingPods(claim: PersistentVolumeClaim): readonly string[]
}

const warning = (reason: string, message: string): Told => ({ type: 'Warning', reason, message })
const normal = (reason: string, message: string): Told => ({ type: 'Normal', reason, message })

const isMarked = (claim: PersistentVolumeClaim, annotation: string): boolean =>
  claim.metadata?.annotations?.[annotation] !== undefined

export const claimStep = (claim: PersistentVolumeClaim, view: ClaimView): ClaimStep =>
  isMarked(claim, BIND_COMPLETED_ANNOTATION) ? boundStep(claim, view) : unboundStep(claim, view)

/** Of a claim that once had its volume. */
const boundStep = (claim: PersistentVolumeClaim, view: ClaimView): ClaimStep => {
  const name = claim.spec?.volumeName
  const lost = (what: string): ClaimStep => ({ do: 'lose', told: warning('ClaimLost', what) })
  if (!name) return lost('Bound claim has lost reference to PersistentVolume. Data on the volume is lost!')
  const volume = view.volume(name)
  if (volume === undefined) return lost('Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  if (volume.spec?.claimRef === undefined || isVolumeOf(volume, claim)) return { do: 'bind', volume }
  const what = 'Two claims are bound to the same volume, this one is bound incorrectly'
  return { do: 'lose', told: warning('ClaimMisbound', what) }
}

const unboundStep = (claim: PersistentVolumeClaim, view: ClaimView): ClaimStep => {
  const name = claim.spec?.volumeName
  if (name) return namedStep(claim, name, view)
  const isDelayed = waitsForConsumer(claim, view)
  const volume = bestMatch(claim, view.volumes(), { keptOnly: isDelayed })
  if (volume !== undefined) return { do: 'bind', volume }
  const className = classOf(claim)
  if (className === undefined) {
    const chosen = newestDefault(view.classes(), DEFAULT_STORAGE_CLASS_ANNOTATIONS)
    if (chosen !== undefined) return { do: 'classify', name: chosen.metadata?.name ?? '' }
  }
  if (!className) {
    const what = 'no persistent volumes available for this claim and no storage class is set'
    return { do: 'wait', told: normal('FailedBinding', what) }
  }
  if (isDelayed && !isMarked(claim, SELECTED_NODE_ANNOTATION)) return { do: 'wait', told: consumerText(claim, view) }
  return provisionStep(claim, className, view)
}

/** Of a claim that names its volume. */
const namedStep = (claim: PersistentVolumeClaim, name: string, view: ClaimView): ClaimStep => {
  const volume = view.volume(name)
  // It may come yet.
  if (volume === undefined) return { do: 'wait' }
  if (isVolumeOf(volume, claim) && volume.spec?.claimRef?.uid) return { do: 'bind', volume }
  if (volume.spec?.claimRef === undefined || isVolumeOf(volume, claim)) {
    const why = mismatchOf(volume, claim)
    if (why === undefined) return { do: 'bind', volume }
    return { do: 'wait', told: warning('VolumeMismatch', `Cannot bind to requested volume "${name}": ${why}`) }
  }
  return { do: 'wait', told: warning('FailedBinding', `volume "${name}" already bound to a different claim.`) }
}

const consumerText = (claim: PersistentVolumeClaim, view: ClaimView): Told => {
  const pods = view.waitingPods(claim)
  if (pods.length === 0)
    return normal('WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
  return normal('WaitForPodScheduled', `waiting for pod ${[...pods].sort().join(', ')} to be scheduled`)
}

const provisionStep = (claim: PersistentVolumeClaim, className: string, view: ClaimView): ClaimStep => {
  const failed = (what: string): ClaimStep => ({ do: 'wait', told: warning('ProvisioningFailed', what) })
  const storageClass = view.storageClass(className)
  if (storageClass === undefined) return failed(`storageclass.storage.k8s.io "${className}" not found`)
  const { provisioner } = storageClass
  if (provisioner.startsWith('kubernetes.io/')) return failed(`no volume plugin matched name: ${provisioner}`)
  const told = normal(
    'ExternalProvisioning',
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
  )
  const annotations: { [key: string]: string | undefined } = {}
  for (const key of STORAGE_PROVISIONER_ANNOTATIONS)
    if (claim.metadata?.annotations?.[key] !== provisioner) annotations[key] = provisioner
  if (provisioner === LOCAL_PROVISIONER) {
    const node = localNode(claim, storageClass, view)
    if (node !== claim.metadata?.annotations?.[SELECTED_NODE_ANNOTATION]) annotations[SELECTED_NODE_ANNOTATION] = node
  }
  return Object.keys(annotations).length > 0 ? { do: 'annotate', annotations, told } : { do: 'wait', told }
}

/**
 * The node whose disk a local folder is to be on: the one that the scheduler chose, while it is there; where nobody has
 * to wait for a pod, the well one with the fewest volumes.
 */
const localNode = (claim: PersistentVolumeClaim, storageClass: StorageClass, view: ClaimView): string | undefined => {
  const selected = claim.metadata?.annotations?.[SELECTED_NODE_ANNOTATION]
  const nodes = view.nodes()
  if (selected !== undefined && nodes.some(({ metadata }) => metadata?.name === selected)) return selected
  if (storageClass.volumeBindingMode === 'WaitForFirstConsumer') return undefined
  const held = Map.groupBy(view.volumes(), volumeHost)
  const load = ({ metadata }: Node): number => held.get(metadata?.name)?.length ?? 0
  const [best] = nodes
    .filter((node) => isReady(node) && !node.spec?.unschedulable && isInTopologies(storageClass, node))
    .sort((a, b) => load(a) - load(b) || byKey(a, b))
  return best?.metadata?.name
}

/** The node that a local volume is on. */
const volumeHost = ({ spec }: PersistentVolume): string | undefined =>
  spec?.nodeAffinity?.required?.nodeSelectorTerms?.[0]?.matchExpressions?.[0]?.values?.[0]

/** The claim as it is with its volume, but for its status. */
export const withVolume = (claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim => {
  const annotations = {
    ...claim.metadata?.annotations,
    [BIND_COMPLETED_ANNOTATION]: 'yes',
    ...(!claim.spec?.volumeName && { [BOUND_BY_CONTROLLER_ANNOTATION]: 'yes' }),
  }
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName: volume.metadata?.name ?? '' },
  }
}
