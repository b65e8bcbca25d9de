import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { isReady } from '#objects/conditions.ts'
import { isManaged } from '#routes/site-service.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { openPorts } from '../../cluster/listening.ts'
import { nearest } from '../../cluster/nearest.ts'
import { troubleOf } from '../../cluster/pod-trouble.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { TroubledPods } from '../../trace/findings/pods.ts'
import type { Question } from '../../trace/question.ts'
import type { Trouble } from '../../trace/trouble.ts'
import { ask, look, or, run, where } from '../cure.ts'
import { makeEmpty, missingObjects } from './missing-objects.ts'
import { deploymentOf } from './owner.ts'
import { probeCures, probeFacts } from './probe.ts'
import { scheduling } from './scheduling.ts'

/** None of a Service's pods is ready: what keeps each of them from it. The first one's cure stands for all. */
export function notReady(facts: ClusterFacts, question: Question, service: Service, pods: readonly Pod[]): Finding {
  const troubles = pods.map((pod) => troubleOf(facts, pod))
  const told: TroubledPods = {
    service: refOf('Service', service),
    pods: pods.map((pod, index) => ({
      pod: refOf('Pod', pod),
      ...(troubles[index] && { trouble: troubles[index] }),
    })),
  }
  return troubledFinding(facts, question, pods[0] as Pod, troubles[0], told)
}

/** What keeps the programs of a pod that was asked by itself from running: nothing can listen before they do. */
export function podDown(facts: ClusterFacts, question: Question, pod: Pod): Finding | undefined {
  const trouble = troubleOf(facts, pod)
  if (trouble === undefined || !['image', 'crash', 'unscheduled'].includes(trouble.kind)) return undefined
  return troubledFinding(facts, question, pod, trouble, { pods: [{ pod: refOf('Pod', pod), trouble }] })
}

const describe = ({ metadata }: Pod): Cure =>
  look({ code: 'show-pod' }, ...['kubectl', 'describe', 'pod', metadata?.name ?? '', ...where(metadata?.namespace)])

const logsOf = (pod: Pod, container: string, of: 'ended' | 'container', ...more: readonly string[]): Cure => {
  const { name = '', namespace } = pod.metadata ?? {}
  return look({ code: 'show-log', of }, 'kubectl', 'logs', name, ...where(namespace), '-c', container, ...more)
}

const logOf = ({ metadata }: Pod, container: string, previous: boolean) => ({
  namespace: metadata?.namespace ?? '',
  pod: metadata?.name ?? '',
  container,
  previous,
})

/** The reason, its facts and its cures by the first pod's trouble. */
function troubledFinding(
  facts: ClusterFacts,
  question: Question,
  pod: Pod,
  trouble: Trouble | undefined,
  told: TroubledPods,
): Finding {
  switch (trouble?.kind) {
    case 'unscheduled': {
      const { cures, ...found } = scheduling(facts, pod, trouble.why, deploymentOf(facts, pod))
      return { reason: 'pods-pending', ...told, ...found, cures: [...cures, describe(pod)] }
    }
    case 'image': {
      const cures = imageCures(facts, pod, trouble)
      const known = cures.length > 0 ? [] : facts.images
      return { reason: 'image-unknown', ...told, known, cures: [...cures, describe(pod)] }
    }
    case 'crash': {
      // It may be on its feet again for a moment: then what it said before is the former container’s.
      const { container, previous } = trouble
      const { command = [], args = [] } = pod.spec?.containers?.find(({ name }) => name === container) ?? {}
      return {
        reason: 'pods-crash',
        ...told,
        command: [...command, ...args],
        cures: [logsOf(pod, container, 'ended', ...(previous ? ['--previous'] : [])), describe(pod)],
        log: logOf(pod, container, previous),
      }
    }
    case 'probe': {
      const { container } = trouble
      const probe = probeFacts(pod, trouble)
      const open = probe && openPorts(facts, pod, 'TCP')
      const cures = probeCures(facts, pod, trouble)
      return {
        reason: 'pods-not-ready',
        ...told,
        ...(probe && { probe }),
        ...(open && { open }),
        cures: [...cures, logsOf(pod, container, 'container'), describe(pod)],
        ...(!cures.some(({ kind }) => kind === 'run') && { log: logOf(pod, container, false) }),
      }
    }
    case 'gate':
      return { reason: 'pods-not-ready', ...told, cures: [setGate(pod, trouble.gate), describe(pod)] }
    case 'node':
      return nodeLost(facts, pod, told)
    case 'waiting':
    case 'starting': {
      const missing = missingObjects(facts, pod, trouble.message)
      const again = ask(question, { code: 'ask-again' }, question.to)
      return {
        reason: 'pods-starting',
        ...told,
        missing,
        cures: [...(missing.length > 0 ? missing.map(makeEmpty) : [again]), describe(pod)],
      }
    }
    // Pods that end or leave are told of before: what is asked of here stays.
    case 'ended':
    case 'leaving':
    case undefined:
      return { reason: 'pods-starting', ...told, missing: [], cures: [describe(pod)] }
  }
}

function imageCures(facts: ClusterFacts, pod: Pod, { container, image }: Trouble & { kind: 'image' }): readonly Cure[] {
  const { name = '', namespace } = pod.metadata ?? {}
  const owner = deploymentOf(facts, pod)
  // Its controller would take it back.
  if (owner !== undefined && isManaged(owner)) return []
  const object = owner === undefined ? `pod/${name}` : `deployment/${owner.metadata?.name}`
  return nearest(image, facts.images, 1).map((known) =>
    run(
      { code: 'use-image', image: known },
      ...['kubectl', 'set', 'image', object, ...where(namespace), `${container}=${known}`],
    ),
  )
}

/** A gate is opened by whoever wrote it; a person may do so by hand. */
function setGate(pod: Pod, gate: string): Cure {
  const { name = '', namespace } = pod.metadata ?? {}
  const body = JSON.stringify({ status: { conditions: [{ type: gate, status: 'True' }] } })
  const command = ['kubectl', 'patch', 'pod', name, ...where(namespace), '--subresource', 'status', '-p', body]
  return or(run({ code: 'set-gate' }, ...command))
}

/** What a Deployment made is made anew on another node, as soon as the pod of the lost one counts no more. */
function nodeLost(facts: ClusterFacts, pod: Pod, told: TroubledPods): Finding {
  const { name = '', namespace } = pod.metadata ?? {}
  const remade = deploymentOf(facts, pod) !== undefined
  const elsewhere = facts.nodes.some(isReady)
  const remake = run(
    { code: 'remake-elsewhere' },
    ...['kubectl', 'delete', 'pod', name, ...where(namespace), '--wait=false'],
  )
  const tell = look({ code: 'show-node' }, 'kubectl', 'describe', 'node', pod.spec?.nodeName ?? '')
  return { reason: 'node-lost', ...told, remade, elsewhere, cures: remade && elsewhere ? [remake, tell] : [tell] }
}
