import { nodes } from '#api/core/node/resource.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { waitsForNode } from '#placement/prospect.ts'
import { podClaims } from '#placement/volumes/pod-claims.ts'
import { isClaimBound } from '#placement/volumes/volume-state.ts'
import { type ControllerContext, onAny, type RunningController, recorderOf, runLoop } from '../context.ts'
import { sameValue } from '../values/equal.ts'
import { bindingWriter } from './binding-writer.ts'
import { type ClaimView, claimStep, type Told } from './desired-claim.ts'
import { volumeStep } from './desired-volume.ts'

const CLAIM = 'claim:'
const VOLUME = 'volume:'

/**
 * Gives claims their volumes, says who is to make one where none is there, and lets go of volumes whose claims have
 * gone. It makes and removes nothing itself.
 */
export const startPersistentVolumeBinder = (context: ControllerContext): RunningController => {
  const { informers } = context
  const recorder = recorderOf(context, 'persistentvolume-controller')
  const write = bindingWriter(context)
  const claims = informers.for(persistentVolumeClaims)
  const volumes = informers.for(persistentVolumes)
  const classes = informers.for(storageClasses)
  const nodeCache = informers.for(nodes)
  const podCache = informers.for(pods)
  podCache.addIndex('claim used', (pod) => podClaims(pod).map(({ claim }) => objectKey(pod.metadata?.namespace, claim)))
  volumes.addIndex('claim', ({ spec }) =>
    spec?.claimRef ? [objectKey(spec.claimRef.namespace, spec.claimRef.name ?? '')] : [],
  )
  const view: ClaimView = {
    claim: (namespace, name) => claims.lister.get(name, namespace),
    volume: (name) => volumes.lister.byKey(name),
    volumes: () => volumes.lister.list(),
    storageClass: (name) => classes.lister.byKey(name),
    classes: () => classes.lister.list(),
    nodes: () => nodeCache.lister.list(),
    waitingPods: (claim) =>
      podCache.lister
        .byIndex('claim used', keyOf(claim))
        .filter(waitsForNode)
        .map(({ metadata }) => metadata?.name ?? ''),
  }
  /** What was told last of each: the same is not told again because something else has changed. */
  const said = new Map<string, string>()
  const tell = (key: string, about: ApiObject, told: Told | undefined): void => {
    if (told === undefined) said.delete(key)
    else if (said.get(key) !== told.message) {
      said.set(key, told.message)
      recorder.record(about, told.type, told.reason, told.message)
    }
  }

  const syncClaim = async (key: string): Promise<void> => {
    const claim = claims.lister.byKey(key.slice(CLAIM.length))
    if (claim === undefined) return void said.delete(key)
    const step = claimStep(claim, view)
    switch (step.do) {
      case 'bind':
        said.delete(key)
        return await write.bind(claim, step.volume)
      case 'wait':
        tell(key, claim, step.told)
        return await write.claimPhase(claim, 'Pending')
      case 'lose':
        tell(key, claim, step.told)
        return await write.claimPhase(claim, 'Lost')
      case 'classify':
        return await write.classify(claim, step.name)
      case 'annotate':
        await write.annotate(claim, step.annotations)
        tell(key, claim, step.told)
    }
  }

  const syncVolume = async (key: string): Promise<void> => {
    const volume = volumes.lister.byKey(key.slice(VOLUME.length))
    if (volume === undefined) return void said.delete(key)
    const step = volumeStep(volume, (namespace, name) => view.claim(namespace, name))
    switch (step.do) {
      case 'nothing':
        return tell(key, volume, step.told)
      case 'phase':
        await write.volumePhase(volume, step.phase, step.told?.message)
        return tell(key, volume, step.told)
      case 'unbind':
        await write.unbind(volume, step.wholly)
    }
  }

  const caches = [claims, volumes, classes, nodeCache, podCache]
  const { queue, running } = runLoop(context, 'persistentvolume-binder', caches, (key) =>
    key.startsWith(CLAIM) ? syncClaim(key) : syncVolume(key),
  )
  const noteWaiting = (): void => {
    for (const claim of claims.lister.list()) if (!isClaimBound(claim)) queue.add(`${CLAIM}${keyOf(claim)}`)
  }
  const noteClaim = (claim: PersistentVolumeClaim): void => {
    queue.add(`${CLAIM}${keyOf(claim)}`)
    const { volumeName } = claim.spec ?? {}
    if (volumeName) queue.add(`${VOLUME}${volumeName}`)
    for (const volume of volumes.lister.byIndex('claim', keyOf(claim))) queue.add(`${VOLUME}${keyOf(volume)}`)
  }
  const noteVolume = (volume: PersistentVolume): void => {
    queue.add(`${VOLUME}${keyOf(volume)}`)
    const reference = volume.spec?.claimRef
    if (reference) queue.add(`${CLAIM}${objectKey(reference.namespace, reference.name ?? '')}`)
    // It may be what another claim waits for, by any of its properties.
    else if (volume.status?.phase === 'Available') noteWaiting()
  }
  claims.addHandlers({ onAdd: noteClaim, onUpdate: (_, claim) => noteClaim(claim), onDelete: noteClaim })
  volumes.addHandlers({
    onAdd: noteVolume,
    onUpdate: (before, volume) => {
      noteVolume(volume)
      if (before.spec?.claimRef?.name !== volume.spec?.claimRef?.name) noteVolume(before)
    },
    onDelete: noteVolume,
  })
  classes.addHandlers({ onAdd: noteWaiting, onUpdate: noteWaiting })
  nodeCache.addHandlers({
    onAdd: noteWaiting,
    onDelete: noteWaiting,
    onUpdate: (before, node) => {
      // Heartbeats change times alone.
      const relevant = ({ metadata, spec, status }: typeof node) => [
        metadata?.labels ?? {},
        spec?.unschedulable ?? false,
        (status?.conditions ?? []).map((condition) => condition.status),
      ]
      if (!sameValue(relevant(before), relevant(node))) noteWaiting()
    },
  })
  podCache.addHandlers(
    onAny((pod) => {
      for (const { claim } of podClaims(pod)) queue.add(`${CLAIM}${objectKey(pod.metadata?.namespace, claim)}`)
    }),
  )
  return running
}
